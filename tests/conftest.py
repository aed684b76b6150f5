"""Every test runs as a person of its own: home, git configuration and caches are the test's, colours are off.

Only uv's cache stays the user's, so that environments are made from what is already here.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("tests.support")

from tests.support.commands import starterkit  # noqa: E402
from tests.support.sites import Counts, copy_of, made_once  # noqa: E402
from tests.support.workshops import ROSTER, TINY, Room, copied_room  # noqa: E402

_FOREIGN = ("GIT_*", "XDG_*", "PYTHON*", "FORCE_COLOR", "TERM", "VIRTUAL_ENV", "LC_*", "LANG", "LANGUAGE")
# What takes longest, the longest first.
LONGEST = ("test_guide.py", "test_wheel.py", "test_external_solutions.py", "test_quality.py", "test_any_edit.py")
_GIT_CONFIGURATION = "[user]\n\tname = Ada Learner\n\temail = ada@example.org\n"


def pytest_configure(config: pytest.Config) -> None:
    """Move into a home of our own, before any test module is read."""
    # A shell that runs us in the background has interrupts ignored, and what we start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
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
    from starterkit.runtime.uv import uv_binary

    asked = subprocess.run([str(uv_binary()), "cache", "dir"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no core is idle at the end. Nightly tests are slow, too."""
    for item in items:
        if item.get_closest_marker("nightly"):
            item.add_marker(pytest.mark.slow)
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places) + (item.get_closest_marker("slow") is None)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Use one worker more than cores for `-n auto`, because tests wait for other programs a quarter of the time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let a worker that has nothing more to do take over tests of another one; xdist's own way leaves it idle."""
    if config.getoption("dist") != "load":
        return None  # another way was asked for
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.fixture(scope="session")
def generated_site(shared: Path) -> Path:
    """A Flask project at its base, with its environment and a green check; not to be changed: take `site`."""

    def make(place: Path) -> None:
        starterkit("new", place.name, "--framework", "flask", "--defaults", cwd=place.parent)

    return made_once(shared / "generated", make)


@pytest.fixture(scope="session")
def generated_django_site(shared: Path) -> Path:
    """A Django project at its base, with its environment and a green check; not to be changed: copy it."""

    def make(place: Path) -> None:
        starterkit("new", place.name, "--framework", "django", "--defaults", cwd=place.parent)

    return made_once(shared / "generated-django", make)


@pytest.fixture(scope="session")
def generated_begun_site(generated_site: Path, shared: Path) -> Path:
    """The same project with its first step begun and a red check; not to be changed: take `begun_site`."""

    def make(place: Path) -> None:
        copy_of(generated_site, place)
        starterkit("next", cwd=place)
        starterkit("check", cwd=place, code=1)

    return made_once(shared / "begun", make)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for this run of pytest, the same for all of its workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def counts() -> Counts:
    """The numbers of the template's tests, which grow with it."""
    from starterkit.template.bundled import bundled_template

    _, template = bundled_template("flask")
    first = template.steps[0]
    return Counts(len(template.tests), len(first.core_tests), len(first.stretch))


@pytest.fixture
def site(generated_site: Path, tmp_path: Path) -> Path:
    """A Flask project at its base, checked and green."""
    return copy_of(generated_site, tmp_path / "site")


@pytest.fixture
def begun_site(generated_begun_site: Path, tmp_path: Path) -> Path:
    """A Flask project at the given of its first step, checked and red."""
    return copy_of(generated_begun_site, tmp_path / "begun")


@pytest.fixture(scope="session")
def made_workshop(shared: Path) -> Path:
    """A workshop of two people and a team; not to be changed: take `room`."""

    def make(place: Path) -> None:
        (place.parent / f"{place.name}.csv").write_text(ROSTER, encoding="utf-8")
        starterkit("workshop", "create", f"{place.name}.csv", place.name, "--template", str(TINY), cwd=place.parent)

    return made_once(shared / "workshop", make)


@pytest.fixture
def room(made_workshop: Path, tmp_path: Path) -> Room:
    """A workshop of two people and a team, in which nobody has done anything yet."""
    return copied_room(made_workshop, tmp_path / "workshop")
