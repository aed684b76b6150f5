"""Packages of a learner's own: a given's packages join them, and no version moves that need not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from starterkit.errors import ConflictError, FileError
from starterkit.project.learner_work import Choices
from starterkit.project.next import next_step
from starterkit.project.project import open_project
from starterkit.runtime.prepare import compile_pins
from starterkit.template.model import EnvironmentSpec
from tests.support.learners import Learner
from tests.support.projects import Index

PYTHON = EnvironmentSpec("python", "pyproject.toml", "requirements.txt")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index with the packages of the tiny path and one of the learner's, and a cache that holds nothing yet."""
    index = Index()
    for name, version, needs in (
        ("pytest", "9.2.0", []),
        ("pytest", "9.9.0", []),
        ("iniconfig", "2.3.1", []),
        ("bread", "1.0", ["flour"]),
        ("flour", "1.0", []),
    ):
        index.add(name, version, needs)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    yield index
    index.stop()


@pytest.fixture
def baker(tiny: Learner, index: Index) -> Learner:
    """A learner before step 02, which adds iniconfig; they declared bread, and `check` compiled the pins."""
    tiny.comes_to("01-one")
    tiny.changes("pyproject.toml", "dependencies = []", 'dependencies = [\n    "bread",  # for the toast\n]')
    old = tiny.read("requirements.txt")
    tiny.writes({"requirements.txt": compile_pins(tiny.read("pyproject.toml"), old, PYTHON)})
    tiny.writes({"mine.py": "import bread\n"})
    return tiny


def versions(pins: bytes) -> set[str]:
    return {line.split(" ")[0].rstrip("\\").strip() for line in pins.decode().splitlines() if line[:1].isalpha()}


def test_a_givens_package_joins_the_learners(baker: Learner, index: Index) -> None:
    both = b'[project]\nname="x"\nversion="0"\nrequires-python=">=3.11"\ndependencies=["bread","iniconfig","pytest"]\n'
    compile_pins(both, None, PYTHON)  # `new` brought the packages of all steps into the cache
    index.stop()

    baker.next()

    declaration = baker.read("pyproject.toml").decode()
    assert '"bread",  # for the toast' in declaration and "iniconfig" in declaration
    assert versions(baker.read("requirements.txt")) == {"bread==1.0", "flour==1.0", "iniconfig==2.3.1", "pytest==9.2.0"}
    assert baker.git("status", "--porcelain") == ""
    assert b"iniconfig" in baker.committed("requirements.txt")


def test_where_nothing_can_be_compiled_offline_the_declaration_is_merged_and_that_is_said(
    baker: Learner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "another cache"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    before, told = baker.standing(), list[str]()

    with open_project(baker.folder) as project:
        next_step(project, Choices(check=False), told.append)

    assert "bread" in baker.read("pyproject.toml").decode() and "iniconfig" in baker.read("pyproject.toml").decode()
    assert {"bread==1.0", "flour==1.0", "pytest==9.2.0"} <= versions(baker.read("requirements.txt"))
    assert any("offline" in line for line in told)
    baker.undo()
    assert baker.standing() == before


def test_a_declaration_that_is_not_valid_stops_next(baker: Learner) -> None:
    baker.changes("pyproject.toml", '"bread",', '"bread')
    before = baker.standing()

    with pytest.raises(FileError) as stopped:
        baker.next()

    assert stopped.value.file == "pyproject.toml" and stopped.value.line
    assert baker.standing() == before


@pytest.mark.parametrize("deleted", [("requirements.txt",), ("pyproject.toml", "requirements.txt")])
def test_deleted_declarations_stop_nothing(baker: Learner, deleted: tuple[str, ...]) -> None:
    baker.writes(dict.fromkeys(deleted))
    before = baker.standing()

    baker.next()

    assert baker.state().step == "02-two"
    baker.undo()
    assert baker.standing() == before


def test_a_step_that_leaves_the_packages_alone_leaves_the_learners_alone(tiny: Learner) -> None:
    tiny.changes("pyproject.toml", "dependencies = []", 'dependencies = ["bread"]')
    declaration = tiny.read("pyproject.toml")

    tiny.next()
    tiny.solve()

    assert tiny.read("pyproject.toml") == declaration


def test_what_the_learner_declared_already_as_the_path_does_is_no_change(tiny: Learner, index: Index) -> None:
    tiny.comes_to("01-one")
    given = tiny.layer("02-two", solved=False)
    tiny.writes({name: given[name] for name in ("pyproject.toml", "requirements.txt")})
    index.stop()

    tiny.next()

    assert {name: tiny.tree()[name] for name in ("pyproject.toml", "requirements.txt")} == {
        name: given[name] for name in ("pyproject.toml", "requirements.txt")
    }


@pytest.mark.parametrize("how", ["replace", "files"])
def test_taking_files_whole_keeps_the_learners_packages_or_their_declaration(
    baker: Learner, index: Index, how: str
) -> None:
    baker.writes({"requirements.txt": baker.layer("01-one", solved=True)["requirements.txt"]})
    baker.writes({"pyproject.toml": baker.layer("01-one", solved=True)["pyproject.toml"]})
    baker.next()
    baker.changes("pyproject.toml", '"iniconfig"', '"iniconfig", "bread"')
    declaration = baker.read("pyproject.toml")

    if how == "replace":
        baker.solve(replace_all=True)
        assert baker.tree()["pyproject.toml"] == baker.layer("02-two", solved=True)["pyproject.toml"]
        assert baker.kept("02-two-1")["pyproject.toml"].data == declaration
    else:
        baker.solve("conduit/two.py", "conduit/app.py")
        assert baker.read("pyproject.toml") == declaration


def test_an_edit_while_the_command_works_stays(baker: Learner) -> None:
    """Compiling, and checking in `solve`, take their time; meanwhile the learner's editor saves."""
    edits = {"pyproject.toml": "# mine, meanwhile\n", "conduit/app.py": "# mine, too\n", "brand/new.txt": "new"}

    with open_project(baker.folder) as project:
        advanced = next_step(project, Choices(check=False), lambda line: baker.writes(edits))

    assert advanced.written is not None and advanced.written.left == ("pyproject.toml",)
    assert {path: baker.read(path).decode() for path in edits} == edits
    with pytest.raises(ConflictError, match=r"pyproject\.toml"):
        baker.undo()
    baker.undo(force=True)
    assert baker.read("conduit/app.py") == b"# mine, too\n" and baker.read("brand/new.txt") == b"new"
    assert b"# mine, meanwhile\n" in baker.reachable()
