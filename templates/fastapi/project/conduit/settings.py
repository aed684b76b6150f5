"""The settings: from conduit/settings.toml, and before it from the environment, with CONDUIT_ before each name."""

import contextlib
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

INSTANCE = Path(__file__).parents[1] / "instance"


class Settings(BaseSettings):
    """What differs from one machine to the next."""

    model_config = SettingsConfigDict(
        env_prefix="CONDUIT_",
        toml_file=Path(__file__).with_name("settings.toml"),
        hide_input_in_errors=True,  # a key that is refused is not printed
    )

    site_title: str = "Conduit"
    author: str = "A learner"

    # SQLite in a file of the folder instance/. Another one: postgresql+asyncpg://user:password@host/database
    database_url: str = f"sqlite+aiosqlite:///{INSTANCE / 'conduit.db'}"

    # The most that a client can send at once, in bytes
    max_body_size: int = 1_000_000

    # Whose pages may read the answers in a browser. Nothing here depends on cookies, so "*" does no harm.
    cors_origins: list[str] = ["*"]

    # What tokens are signed with, once there are accounts (step 03). None: this machine makes a key of its own.
    secret_key: Annotated[str, Field(min_length=32)] | None = None

    # For how long a token is good
    token_minutes: int = 7 * 24 * 60

    # How much work it is to hash a password, from step 03 on: rounds, and KiB of memory. Tests use little.
    password_rounds: int = 3
    password_memory: int = 64 * 1024

    @cached_property
    def signing_key(self) -> str:
        """The secret key. Whoever has it can sign in as anyone: never share it."""
        return self.secret_key or key_of_this_machine(INSTANCE)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where settings come from, the first word first."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def key_of_this_machine(folder: Path) -> str:
    """The key in `folder`, made on the first start. Of several that start at once, all get the same."""
    folder.mkdir(parents=True, exist_ok=True)
    file, draft = folder / "secret_key", folder / f"secret_key.{os.getpid()}"
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text()


async def get_settings(request: Request) -> Settings:
    """The settings of the site that answers this request."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]
