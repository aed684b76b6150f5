"""The settings of the site. An environment variable overrides a value in settings.toml."""

import contextlib
import os
import secrets
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import Depends
from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

INSTANCE = Path(__file__).parents[1] / "instance"


class Settings(BaseSettings):
    """The settings. The variable `CONDUIT_AUTHOR` overrides the setting `author`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="CONDUIT_",
        toml_file=Path(__file__).with_name("settings.toml"),
        hide_input_in_errors=True,  # an error never prints a secret key
    )

    site_title: str = "Conduit"
    author: str = "A learner"

    # Readers can write to this address.
    contact_email: str = "hello@example.org"

    # A SQLite file in the folder instance/. For PostgreSQL: postgresql+psycopg://user:password@host/database
    database_url: str = f"sqlite:///{INSTANCE / 'conduit.db'}"

    # The maximum size of a request, in bytes
    max_body_size: int = 1_000_000

    # Sites whose pages may use the API. The API has no cookies, so all sites may.
    cors_origins: list[str] = ["*"]

    # The URL of a program to which step 02 sends each new comment
    webhook_url: HttpUrl | None = None

    # The key that signs tokens from step 05 on. Without it, each machine creates its own key.
    secret_key: Annotated[str, Field(min_length=32)] | None = None

    # How long a token of step 05 is valid
    token_minutes: int = 7 * 24 * 60

    # How step 05 hashes passwords: the rounds and the memory (in KiB) of Argon2. Tests use small numbers.
    password_rounds: int = 3
    password_memory: int = 64 * 1024

    # How many wrong passwords step 05 accepts for one e-mail, and for how many seconds it blocks the e-mail then
    login_attempts: int = 10
    login_block_seconds: int = 900

    # Your own lines go below this one.

    @cached_property
    def signing_key(self) -> str:
        """The secret key, or the key of this machine. Never share it."""
        return self.secret_key or secret_key_of_this_machine(INSTANCE)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The places that pydantic-settings reads. The first place that has a value wins."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def secret_key_of_this_machine(folder: Path) -> str:
    """The key in `folder`, created when it is needed for the first time."""
    folder.mkdir(parents=True, exist_ok=True)
    file, draft = folder / "secret_key", folder / f"secret_key.{os.getpid()}"
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)  # another process that starts now never reads an unfinished key
        draft.unlink()
    return file.read_text()


@lru_cache
def get_settings() -> Settings:
    """The settings, read once."""
    return Settings()


SettingsDep = Annotated[Settings, Depends(get_settings)]
