"""Every test runs as a person of its own: home, git configuration and caches are the test's, colours are off.

Only uv's cache stays the user's, so that environments are made from what is already here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from commands import starterkit

_FOREIGN = ("GIT_*", "XDG_*", "PYTHON*", "FORCE_COLOR", "TERM", "VIRTUAL_ENV", "LC_*", "LANG", "LANGUAGE")
_GIT_CONFIGURATION = "[user]\n\tname = Ada Learner\n\temail = ada@example.org\n"


def pytest_configure(config: pytest.Config) -> None:
    """Move into a home of our own, before any test module is read."""
    uv_cache = _uv_cache()
    home = Path(tempfile.mkdtemp(prefix="starterkit-home-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    for name in [name for name in os.environ if any(fnmatchcase(name, pattern) for pattern in _FOREIGN)]:
        if name != "PYTHONPATH":
            del os.environ[name]
    (home / ".gitconfig").write_text(_GIT_CONFIGURATION, encoding="utf-8")
    os.environ.update(
        {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "UV_CACHE_DIR": uv_cache,
            "NO_COLOR": "1",
            "COLUMNS": "80",
            "LINES": "24",
            "LC_ALL": "C.UTF-8",
        }
    )


def _uv_cache() -> str:
    from starterkit.runtime import uv_binary

    asked = subprocess.run([str(uv_binary()), "cache", "dir"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@pytest.fixture(scope="session")
def generated_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Flask project at its base, with its environment and a green check; not to be changed: take `site`."""
    place = tmp_path_factory.mktemp("generated")
    starterkit("new", "site", "--framework", "flask", "--defaults", cwd=place)
    return place / "site"


@pytest.fixture(scope="session")
def generated_begun_site(generated_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same project with its first step begun and a red check; not to be changed: take `begun_site`."""
    place = copy_of(generated_site, tmp_path_factory.mktemp("begun") / "site")
    starterkit("next", cwd=place)
    starterkit("check", cwd=place, code=1)
    return place


@pytest.fixture
def site(generated_site: Path, tmp_path: Path) -> Path:
    """A Flask project at its base, checked and green."""
    return copy_of(generated_site, tmp_path / "site")


@pytest.fixture
def begun_site(generated_begun_site: Path, tmp_path: Path) -> Path:
    """A Flask project at the given of its first step, checked and red."""
    return copy_of(generated_begun_site, tmp_path / "begun")


def copy_of(project: Path, place: Path) -> Path:
    """Copy a project; the copy shares the environment of the original."""
    shutil.copytree(project, place, symlinks=True, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (place / ".venv").symlink_to((project / ".venv").resolve(), target_is_directory=True)
    with (place / ".git" / "info" / "exclude").open("a", encoding="utf-8") as exclude:
        exclude.write(".venv\n")  # the project ignores a folder of that name, and this is a link
    return place
