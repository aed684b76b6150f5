"""Passwords: hashed slowly, in a thread, so that nobody else has to wait."""

from functools import lru_cache
from typing import Annotated

from fastapi import Depends
from fastapi.concurrency import run_in_threadpool
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from conduit.settings import SettingsDep


class Safe:
    """Hashes passwords, and compares them with hashes."""

    def __init__(self, rounds: int, memory: int) -> None:
        self.hasher = PasswordHash([Argon2Hasher(time_cost=rounds, memory_cost=memory)])
        self.nobodys_hash = self.hasher.hash("the password of nobody at all")

    async def lock(self, password: str) -> str:
        return await run_in_threadpool(self.hasher.hash, password)

    async def opens(self, password: str, stored: str | None) -> bool:
        """Whether the password fits. Where nothing is stored it never does, and takes as long to find out."""
        fits = await run_in_threadpool(self.hasher.verify, password, stored or self.nobodys_hash)
        return fits and stored is not None


safe_for = lru_cache(maxsize=8)(Safe)


async def get_safe(settings: SettingsDep) -> Safe:
    rounds, memory = settings.password_rounds, settings.password_memory
    return await run_in_threadpool(safe_for, rounds, memory)


SafeDep = Annotated[Safe, Depends(get_safe)]
