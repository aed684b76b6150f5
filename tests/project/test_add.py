"""A package is declared, pinned and installed as a whole, or nothing changes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from starterkit.errors import ConflictError, ExitCode, StarterkitError, UsageError
from starterkit.progress import Progress, no_progress
from starterkit.project.add import AddResult, add
from starterkit.project.project import open_project
from starterkit.runtime.causes import NoNetworkError
from tests.support.learners import TEMPLATES, Learner, Standing, make_project
from tests.support.pantries import stock, write_pantry
from tests.support.projects import Index
from tests.support.registries import Registry

pytestmark = pytest.mark.slow

needs_node = pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no Node on this machine")
IGNORED = (".venv/", "node_modules/")
COMMENTED = 'dependencies = [\n    "bread>=1",  # for the toast\n]\n'


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index with a few packages, and a cache that holds nothing yet."""
    index = Index()
    stock(index)
    for name, version, needs in (
        ("plum_jam", "1.2", []),
        ("plum_jam", "2.0", ["sugar>=3"]),
        ("sugar", "3.1", []),
        ("old_toast", "1.0", ["flour<1"]),
    ):
        index.add(name, version, needs)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    yield index
    index.stop()


@pytest.fixture
def cook(tmp_path: Path, index: Index) -> Learner:
    """A learner whose site declares bread, with a comment, and who has unfinished work."""
    learner = make_project(tmp_path / "site", write_pantry(tmp_path / "pantry"))
    toml = re.sub(r"dependencies = .*\n", COMMENTED, learner.read("pyproject.toml").decode())
    learner.writes({"pyproject.toml": toml, "mine.py": "x = 1\n"})
    learner.git("add", "mine.py")
    return learner


def adds(learner: Learner, *packages: str, dev: bool = False, say: Progress = no_progress) -> AddResult:
    with open_project(learner.folder) as project:
        return add(project, packages, say, dev=dev)


def standing(learner: Learner) -> Standing:
    """All that undo restores, without the environment."""
    found = learner.standing()
    return replace(found, files={path: leaf for path, leaf in found.files.items() if not path.startswith(IGNORED)})


def dependencies(learner: Learner) -> str:
    found = re.search(r"^dependencies = \[.*?^\]\n", learner.read("pyproject.toml").decode(), re.DOTALL | re.MULTILINE)
    assert found
    return found[0]


def installed(learner: Learner) -> set[str]:
    files = (learner.folder / ".venv").rglob("*.dist-info")
    return {file.stem.replace("_", "-") for file in files}


def test_a_package_is_declared_pinned_and_installed(cook: Learner) -> None:
    commit = cook.head()

    result = adds(cook, "Plum_Jam")

    assert dependencies(cook) == COMMENTED.replace("]", '    "plum-jam>=2.0",\n]')
    pins = cook.read("requirements.txt").decode()
    assert "plum-jam==2.0" in pins and "sugar==3.1" in pins and pins.count("--hash=") == 4
    assert {"plum-jam-2.0", "sugar-3.1", "bread-1.0"} <= installed(cook)
    assert [(one.name, one.entry, one.versions) for one in result.added] == [("plum-jam", "plum-jam>=2.0", ("2.0",))]
    assert cook.head() == commit and cook.git("status", "--porcelain") == (
        "A  mine.py\n M pyproject.toml\n M requirements.txt\n"
    )


def test_undo_restores_all_and_redo_adds_again(cook: Learner) -> None:
    before = standing(cook)
    adds(cook, "plum-jam")
    after = standing(cook)

    assert cook.undo().command == "add plum-jam"

    assert standing(cook) == before
    cook.redo()
    assert standing(cook) == after


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("plum-jam >=1, <2", '"plum-jam>=1,<2"'),
        ("plum.jam==1.2; python_version > '3'", "'plum-jam==1.2 ; python_version > \"3\"'"),
        ("bread[butter]", '"bread[butter]>=1"'),
        ("bread>=0.5", '"bread>=0.5"'),
    ],
)
def test_what_was_typed_is_declared(cook: Learner, typed: str, entry: str) -> None:
    adds(cook, typed)

    assert entry in dependencies(cook)
    assert dependencies(cook).count("bread") == 1 and "# for the toast" in dependencies(cook)


def test_a_development_package_joins_the_dev_group(cook: Learner) -> None:
    result = adds(cook, "sugar", dev=True)

    assert dependencies(cook) == COMMENTED
    assert 'dev = [\n    "sugar>=3.1",\n]' in cook.read("pyproject.toml").decode()
    assert [one.dev for one in result.added] == [True]
    assert adds(cook, "sugar").known == result.added


def test_a_declared_package_changes_nothing(cook: Learner) -> None:
    adds(cook, "sugar")
    before = standing(cook)

    result = adds(cook, "BREAD", "sugar>=3.1")

    assert [one.name for one in result.known] == ["bread", "sugar"] and result.written is None
    assert standing(cook) == before


@pytest.mark.parametrize(
    ("typed", "message", "fix"),
    [
        ("plum-jelly", 'Unknown package "plum-jelly". Nothing was changed.', "pypi.org"),
        ("plum-jam==9", 'No version fits "plum-jam==9".', "`starterkit add plum-jam`"),
        ("old-toast", "old-toast can't be added, because the versions", "another package"),
        ("flour<1", 'No version fits "flour<1".', "`starterkit add flour`"),
        ("two words", 'Invalid package "two words".', "requests>=2"),
        ("jam @ https://example.org/jam.whl", "Invalid package", "requests>=2"),
        ("../jam", 'Invalid package "../jam".', "requests>=2"),
    ],
)
def test_a_package_that_cannot_be_added_changes_nothing(cook: Learner, typed: str, message: str, fix: str) -> None:
    before = standing(cook)

    with pytest.raises(UsageError) as refused:
        adds(cook, "sugar", typed)

    assert message in refused.value.message and fix in refused.value.fix
    assert standing(cook) == before


def test_without_the_network_nothing_changes(cook: Learner, index: Index) -> None:
    before = standing(cook)
    index.stop()

    with pytest.raises(NoNetworkError) as failed:
        adds(cook, "plum-jam")

    assert failed.value.message.startswith("plum-jam can't be added. Nothing was changed.")
    assert failed.value.code == ExitCode.ENVIRONMENT and "STARTERKIT_BUNDLE" in failed.value.fix
    assert standing(cook) == before


def test_a_package_of_the_cache_needs_no_network(cook: Learner, index: Index) -> None:
    adds(cook, "plum-jam")
    cook.undo()
    index.stop()

    assert adds(cook, "plum-jam").added


def test_a_package_that_cannot_be_installed_is_not_declared(cook: Learner, index: Index) -> None:
    """Its metadata can be fetched, so it can be pinned. The package itself can't."""
    before = standing(cook)
    page = index.page
    index.page = lambda path: None if path.endswith(".whl") else page(path)  # type: ignore[method-assign]

    with pytest.raises(StarterkitError, match=r"plum-jam can't be added. Nothing was changed."):
        adds(cook, "plum-jam")

    assert standing(cook) == before
    with pytest.raises(UsageError, match="nothing to undo"):
        cook.undo()


def test_an_interrupt_during_the_installation_restores_the_files(cook: Learner) -> None:
    before = standing(cook)

    def interrupt(line: str) -> None:
        if line.startswith("Installing"):
            assert standing(cook) != before
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adds(cook, "plum-jam", say=interrupt)

    assert standing(cook) == before
    assert adds(cook, "plum-jam").added


def test_an_edit_while_versions_are_chosen_stays(cook: Learner) -> None:
    pins = cook.read("requirements.txt")

    def edit(line: str) -> None:
        if line.startswith("Choosing"):
            cook.changes("pyproject.toml", "# for the toast", "# mine, meanwhile")

    with pytest.raises(ConflictError, match=r"You changed pyproject.toml"):
        adds(cook, "plum-jam", say=edit)

    assert "# mine, meanwhile" in dependencies(cook) and "jam" not in dependencies(cook)
    assert cook.read("requirements.txt") == pins


def test_the_next_step_keeps_an_added_package(cook: Learner) -> None:
    adds(cook, "plum-jam")

    cook.next()

    assert '"plum-jam>=2.0"' in dependencies(cook) and '"soup"' in dependencies(cook)
    pins = cook.read("requirements.txt").decode()
    assert "plum-jam==2.0" in pins and "soup==1.0" in pins


# --- Node ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    registry = Registry()
    registry.add("bread", "1.4.0", {"flour": "^1.0.0"})
    registry.add("bread", "2.1.0", {"flour": "^1.0.0"})
    registry.add("@farm/milk", "3.0.1")
    registry.add("flour", "1.0.0")
    monkeypatch.setenv("npm_config_registry", registry.url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    yield registry
    registry.stop()


@pytest.fixture
def barista(tmp_path: Path, registry: Registry) -> Learner:
    return make_project(tmp_path / "site", TEMPLATES / "graded-node")


def packages(learner: Learner, key: str = "dependencies") -> dict[str, str]:
    found: dict[str, str] = json.loads(learner.read("package.json")).get(key, {})
    return found


@needs_node
def test_an_npm_package_is_declared_locked_and_installed(barista: Learner) -> None:
    before = barista.read("package.json").decode().splitlines()

    result = adds(barista, "bread@1", "@farm/milk")

    assert packages(barista) == {"@farm/milk": "^3.0.1", "bread": "^1.4.0"}
    assert [one.versions for one in result.added] == [("1.4.0",), ("3.0.1",)]
    assert (barista.folder / "node_modules" / "bread" / "index.js").is_file()
    assert set(before) - set(barista.read("package.json").decode().splitlines()) <= {before[-2]}
    assert adds(barista, "bread").known == result.added[:1]
    barista.undo()
    assert packages(barista) == {}


@needs_node
def test_a_development_package_joins_the_dev_dependencies(barista: Learner) -> None:
    adds(barista, "bread", dev=True)
    adds(barista, "bread@2")

    assert packages(barista) == {} and packages(barista, "devDependencies") == {"bread": "^2.1.0"}


@needs_node
@pytest.mark.parametrize(
    ("typed", "message", "code"),
    [
        ("braed", 'Unknown package "braed". Nothing was changed.', 2),
        ("@farm/mlik", 'Unknown package "@farm/mlik". Nothing was changed.', 2),
        ("bread@9", 'No version fits "bread@9".', 2),
        ("farm/milk", 'Invalid package "farm/milk".', 2),
        ("git+https://example.org/x.git", "Invalid package", 2),
        ("--global", "Invalid package", 2),
    ],
)
def test_an_npm_package_that_cannot_be_added_changes_nothing(
    barista: Learner, typed: str, message: str, code: int
) -> None:
    before = standing(barista)

    with pytest.raises(StarterkitError) as refused:
        adds(barista, typed)

    assert refused.value.message.startswith(message) and refused.value.code == code
    assert standing(barista) == before
