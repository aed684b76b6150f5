"""A damaged environment is never taken for whole: `check` repairs it, `doctor` names it, `--fresh` creates it again."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from starterkit.process import run
from starterkit.project import check
from starterkit.runtime import inventory
from starterkit.runtime.prepare import compile_pins, environment_problem, prepare
from tests.runtime.test_node import NODE
from tests.runtime.test_node import declaration as node_declaration
from tests.runtime.test_node import pins as node_pins
from tests.support.commands import starterkit
from tests.support.pantries import stock, write_pantry
from tests.support.projects import PYTHON, Index, declaration, write_tree
from tests.support.registries import Registry

pytestmark = pytest.mark.slow

posix_only = pytest.mark.skipif(os.name != "posix", reason="links and modes of POSIX")
with_node = pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no Node on this machine")
PACKAGES = Path(".venv", "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    index = Index()
    stock(index)
    index.add("mill", "1.0", more={"stones/__init__.py": "", "stones/deep/grain.py": "WHEAT = 'wheat'\n"})
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield index
    index.stop()


@pytest.fixture
def project(tmp_path: Path, index: Index) -> Path:
    """A Python project whose environment is whole."""
    folder = write_tree(tmp_path / "site", {"pyproject.toml": declaration("mill")})
    (folder / "requirements.txt").write_bytes(compile_pins((folder / "pyproject.toml").read_bytes(), None, PYTHON))
    prepare(folder, PYTHON)
    assert environment_problem(folder, PYTHON) == ""
    return folder


@pytest.fixture
def node_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Node project with a package for development, whose environment doesn't exist yet."""
    registry = Registry()
    registry.add("bread", "1.0.0")
    registry.add("@mill/stones", "1.0.0", files={"deep/grain.js": "export default 'wheat';\n"})
    monkeypatch.setenv("npm_config_registry", registry.url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    text = node_declaration(bread="1.0.0").replace("{", '{"devDependencies": {"@mill/stones": "1.0.0"},', 1)
    folder = write_tree(tmp_path / "site", {"package.json": text})
    (folder / "package-lock.json").write_bytes(node_pins(folder))
    yield folder
    registry.stop()


def _lose_package(folder: Path) -> None:
    (folder / PACKAGES / "mill.py").unlink()


def _lose_metadata(folder: Path) -> None:
    shutil.rmtree(folder / PACKAGES / "mill-1.0.dist-info")


def _lose_python(folder: Path) -> None:
    (folder / ".venv" / "bin" / "python").unlink()
    (folder / ".venv" / "bin" / "python").symlink_to("/no/such/python")


def _lose_modes(folder: Path) -> None:
    python = folder / ".venv" / "bin" / "python"
    program = python.resolve()
    python.unlink()
    shutil.copyfile(program, python)  # as a zip archive without modes and links leaves it


def _lose_inventory(folder: Path) -> None:
    (folder / ".venv" / "starterkit.files").write_bytes(b"\xff{")


@posix_only
@pytest.mark.parametrize("damage", [_lose_package, _lose_metadata, _lose_python, _lose_modes, _lose_inventory])
def test_what_every_command_sees_is_repaired_without_the_network(
    project: Path, index: Index, damage: Callable[[Path], None]
) -> None:
    index.stop()
    damage(project)

    assert environment_problem(project, PYTHON)
    prepared = prepare(project, PYTHON)

    assert environment_problem(project, PYTHON) == ""
    assert run(prepared.command(["{python}", "-c", "import mill; print(mill.VERSION)"])).out == b"1.0\n"


@posix_only
@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"WHEAT")])
def test_a_lost_or_shorter_file_inside_a_package_is_found(project: Path, damage: Callable[[Path], None]) -> None:
    damage(project / PACKAGES / "stones" / "deep" / "grain.py")

    found = environment_problem(project, PYTHON)

    assert "1 file is missing or damaged, for example lib/" in found
    assert found.endswith("site-packages/stones/deep/grain.py")


@posix_only
def test_a_python_that_was_replaced_is_seen(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    other = project / "other-python"
    shutil.copy(python.resolve(), other)
    os.utime(other, (1, 1))
    python.unlink()
    python.symlink_to(other)

    assert environment_problem(project, PYTHON) == "bin/python was replaced"
    prepare(project, PYTHON)
    assert environment_problem(project, PYTHON) == ""


@posix_only
def test_what_people_add_is_no_damage(project: Path) -> None:
    (project / PACKAGES / "mine.py").write_text("VERSION = 'mine'\n")
    with (project / PACKAGES / "stones" / "deep" / "grain.py").open("a") as file:
        file.write("print('here')\n")

    prepare(project, PYTHON)

    assert environment_problem(project, PYTHON) == ""
    assert (project / PACKAGES / "mine.py").exists()
    (project / PACKAGES / "mine.py").unlink()
    assert environment_problem(project, PYTHON) == ""


@posix_only
def test_a_copied_environment_is_looked_at_and_kept(project: Path, tmp_path: Path, index: Index) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "copy", symlinks=True))
    index.stop()
    said: list[str] = []

    prepare(copy, PYTHON, say=said.append)

    assert said == []


@posix_only
def test_without_the_network_a_damaged_environment_stays_as_it_is(
    project: Path, index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _lose_package(project)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    index.stop()

    with pytest.raises(Exception, match="needs the network once"):
        prepare(project, PYTHON)

    assert (project / PACKAGES / "stones" / "deep" / "grain.py").exists()
    assert not (project / ".venv" / inventory.MAKING).exists()


def test_looking_at_an_unchanged_environment_takes_no_time(project: Path) -> None:
    begun = time.perf_counter()
    for _ in range(100):
        assert inventory.is_unchanged(project / ".venv")

    assert time.perf_counter() - begun < 0.5  # 0.01 s on an idle machine


@posix_only
def test_a_cache_that_holds_a_damaged_package_is_cleaned(project: Path, tmp_path: Path) -> None:
    for file in (tmp_path / "uv").rglob("grain.py"):
        file.write_bytes(b"")

    prepare(project, PYTHON, fresh=True)

    assert (project / PACKAGES / "stones" / "deep" / "grain.py").read_text() == "WHEAT = 'wheat'\n"


# --- Node ----------------------------------------------------------------------------------------------------------


@with_node
@pytest.mark.parametrize(
    "settings", [{"npm_config_omit": "dev"}, {"NODE_ENV": "production"}, {"npm_config_dry_run": "true"}]
)
def test_no_setting_of_npms_leaves_out_packages(
    node_project: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    prepare(node_project, NODE)

    assert (node_project / "node_modules" / "@mill" / "stones" / "package.json").exists()
    assert environment_problem(node_project, NODE) == ""


@with_node
@pytest.mark.parametrize("lost", ["bread", "@mill/stones"])
def test_a_lost_node_package_is_repaired(node_project: Path, lost: str) -> None:
    prepare(node_project, NODE)
    shutil.rmtree(node_project / "node_modules" / lost)
    said: list[str] = []

    prepare(node_project, NODE, say=said.append)

    assert (node_project / "node_modules" / lost / "package.json").exists()
    assert "missing or damaged" in said[0]


@with_node
def test_a_lost_file_inside_a_node_package_is_found(node_project: Path) -> None:
    prepare(node_project, NODE)
    (node_project / "node_modules" / "@mill" / "stones" / "deep" / "grain.js").unlink()

    assert environment_problem(node_project, NODE).endswith("for example @mill/stones/deep/grain.js")


# --- the commands --------------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path, index: Index) -> Path:
    template = write_pantry(tmp_path / "pantry")
    starterkit("new", "site", "--template", str(template), "--trust", "--defaults", cwd=tmp_path)
    return tmp_path / "site"


@posix_only
def test_check_repairs_what_makes_tests_fail_and_doctor_names_it(site: Path) -> None:
    # The name stays, so that only the failing test makes `check` look at every file.
    (site / PACKAGES / "bread.py").write_text("")

    assert "missing or damaged" in starterkit("doctor", cwd=site).out
    (site / "conduit.py").write_text("import bread\n\n\ndef menu():\n    return ['bread'] if bread.VERSION else []\n")
    done = starterkit("check", cwd=site)

    assert "The environment of this project is damaged: 1 file is missing or damaged" in done.err
    assert "up to date" in starterkit("doctor", cwd=site).out


@posix_only
def test_check_fresh_creates_the_environment_again(site: Path) -> None:
    mine = site / PACKAGES / "mine-1.0.dist-info"
    mine.mkdir()

    done = starterkit("check", "--fresh", cwd=site)

    assert "Removed packages that aren't in pyproject.toml: mine==1.0" in done.err
    assert not mine.exists()


_NO_LIBRARY = "def menu():\n    raise ImportError('x.so: failed to map segment from shared object')\n"


@posix_only
def test_a_disk_that_runs_no_programs_is_named(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from starterkit.errors import EnvironmentProblem
    from starterkit.git.repository import open_repository
    from starterkit.project.project import Project

    (site / "conduit.py").write_text(_NO_LIBRARY)
    monkeypatch.setattr(check, "forbids_programs", lambda folder: True)

    with Project(site, open_repository(site)) as project, pytest.raises(EnvironmentProblem, match="noexec") as raised:
        check.check(project)

    assert "Move the project to another disk" in raised.value.fix
