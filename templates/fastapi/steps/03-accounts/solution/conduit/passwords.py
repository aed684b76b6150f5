"""Passwords: only hashes of them are kept, and making one is slow on purpose."""

from typing import Annotated

from fastapi import Depends
from fastapi.concurrency import run_in_threadpool
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from conduit.settings import SettingsDep


class Passwords:
    """Hashes passwords in threads of their own, so that the site goes on answering others."""

    def __init__(self, settings: SettingsDep) -> None:
        hasher = Argon2Hasher(time_cost=settings.password_rounds, memory_cost=settings.password_memory)
        self._hashing = PasswordHash([hasher])

    async def hash(self, password: str) -> str:
        """What is stored in the place of a password."""
        return await run_in_threadpool(self._hashing.hash, password)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Whether a password is the one that was hashed. Where nothing is stored, the answer takes as long."""
        if stored is None:
            await self.hash(password)
            return False
        return await run_in_threadpool(self._hashing.verify, password, stored)


PasswordsDep = Annotated[Passwords, Depends()]
