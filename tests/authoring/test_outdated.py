"""`template outdated` compares the pins with newer releases, and `template pin` compiles them again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from starterkit.authoring.outdated import OutdatedPin, outdated, write_with_newest
from starterkit.authoring.pin import pin
from starterkit.runtime.causes import NoNetworkError
from starterkit.runtime.pins import pinned_versions
from starterkit.runtime.prepare import compile_pins
from tests.support.authors import tiny_template, tree_of
from tests.support.projects import PYTHON, Index, declaration, write_tree

pytestmark = pytest.mark.slow


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index in which bread has one release, for now."""
    index = Index()
    index.add("bread", "1.0", ["flour"])
    index.add("flour", "1.0")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    yield index
    index.stop()


@pytest.fixture
def template(index: Index, tmp_path: Path) -> Path:
    """A template whose base declares bread, and whose second step declares more of it."""
    folder = tiny_template(tmp_path / "tiny")
    base = declaration("bread>=1,<2")
    later = declaration("bread>=1,<2", "flour>=1,<2")
    for place, text in (("project", base), ("steps/02-two/given", later)):
        pins = compile_pins(text.encode(), None, PYTHON)
        write_tree(folder, {f"{place}/pyproject.toml": text, f"{place}/requirements.txt": pins})
    return folder


def test_without_newer_releases_all_is_well(template: Path) -> None:
    found = outdated(template)

    assert (found.pins, found.packages, found.is_update) == ((), 2, False)


def test_newer_releases_are_named_with_what_the_declaration_allows(template: Path, index: Index) -> None:
    index.add("bread", "1.1", ["flour"])
    index.add("bread", "2.0", ["flour"])
    index.add("flour", "1.5")

    found = outdated(template)

    assert found.pins == (
        OutdatedPin("bread", "base", "1.0", "1.1", "2.0"),
        OutdatedPin("flour", "base", "1.0", "1.5", "1.5"),
    )
    assert found.is_update


def test_the_newest_that_is_allowed_is_written_wherever_there_are_pins(
    template: Path, index: Index, tmp_path: Path
) -> None:
    index.add("bread", "1.1", ["flour"])
    before = tree_of(template)
    found = outdated(template)

    write_with_newest(found, tmp_path / "copy")
    assert tree_of(template) == before
    write_with_newest(found, template)

    after = tree_of(template)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"project/requirements.txt", "steps/02-two/given/requirements.txt"}
    assert all(b"bread==1.1" in after[name][1] and b"--hash" in after[name][1] for name in changed)
    assert {name: tree_of(tmp_path / "copy")[name] for name in changed} == {name: after[name] for name in changed}


def test_what_the_declaration_holds_back_is_no_update(template: Path, index: Index) -> None:
    index.add("bread", "2.0", ["flour"])

    found = outdated(template)

    assert [(pin.package, pin.allowed, pin.newest) for pin in found.pins] == [("bread", "1.0", "2.0")]
    assert not found.is_update


def test_without_a_network_it_says_so(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")

    with pytest.raises(NoNetworkError, match="needs the network"):
        outdated(template)


def test_pins_keep_their_versions_if_the_declaration_allows_it(template: Path, index: Index) -> None:
    index.add("bread", "1.1", ["flour"])

    assert pin(template).written == ()


def test_a_changed_declaration_changes_the_pins_of_its_layer(template: Path, index: Index) -> None:
    index.add("bread", "1.1", ["flour"])
    write_tree(template, {"steps/02-two/given/pyproject.toml": declaration("bread>=1.1", "flour")})
    before = tree_of(template)

    result = pin(template)

    after = tree_of(template)
    assert result.written == ("steps/02-two/given/requirements.txt",)
    assert {name for name in after if after[name] != before[name]} == set(result.written)
    assert pinned_versions(after[result.written[0]][1]) == {"bread": ("1.1",), "flour": ("1.0",)}


def test_missing_pins_are_created(template: Path) -> None:
    (template / "project/requirements.txt").unlink()

    assert pin(template).written == ("project/requirements.txt",)
    assert b"bread==1.0" in (template / "project/requirements.txt").read_bytes()


def test_the_lock_file_of_a_node_template_is_created(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    shutil.copytree(Path(__file__).parents[1] / "templates" / "graded-node", folder)
    lock = folder / "project" / "package-lock.json"
    lock.unlink()

    assert pin(folder).written == ("project/package-lock.json",)
    assert json.loads(lock.read_bytes())["lockfileVersion"] >= 3
