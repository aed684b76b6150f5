"""The packages that submissions are graded with: real uv and npm are asked for what was pinned, and for nothing else.

Here learners' pins try to run a program outside of the sandbox, or to make this machine ask an address of theirs.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest

from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.git.objects import FILE, File
from starterkit.workshop.grading import environments
from starterkit.workshop.grading.clean_requirements import declaration_of, own_pins
from starterkit.workshop.grading.environments import Assignment, EnvironmentCache
from starterkit.workshop.grading.reference_tests import Layers, ReferenceTests
from tests.support.gradings import GRADED_NODE, Room
from tests.support.projects import Index
from tests.support.registries import Registry

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="nothing is graded on Windows")]
needs_node = pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no Node on this machine")
DAYS = 24 * 3600
HASHED = {"version": "1.0.0", "integrity": "sha512-" + "A" * 86 + "=="}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index with a few packages, and a cache of uv that holds nothing yet."""
    index = Index()
    index.add("bread", "1.0")
    index.add("flour", "1.0")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    yield index
    index.stop()


@pytest.fixture
def python_path(tmp_path: Path) -> ReferenceTests:
    """What a path of Python brings that needs no package but bread."""
    base = Layers(Room(tmp_path / "room").workshop)["base"]
    declaration = b'[project]\nname = "graded"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["bread"]\n'
    return replace(base, declaration=declaration, pins=b"")


@pytest.fixture
def pinned(python_path: ReferenceTests, index: Index) -> ReferenceTests:
    """The same with its pins."""
    return replace(python_path, pins=pins_of(index, "bread").encode())


def pins_of(index: Index, *names: str) -> str:
    return "".join(f"{name}==1.0 \\\n    --hash=sha256:{hash_of(index, name)}\n" for name in names)


def hash_of(index: Index, name: str) -> str:
    return hashlib.sha256(index.wheels[f"{name}-1.0-py3-none-any.whl"]).hexdigest()


def names_in(lent: Assignment) -> set[str]:
    """The modules or packages that an environment has."""
    folder = lent.packages.prepared.folder
    assert folder is not None
    places = list(folder.glob("lib/python3*/site-packages/*.py")) or list(folder.glob("*/index.js"))
    return {place.parent.name if place.suffix == ".js" else place.stem for place in places} - {"_virtualenv"}


def test_packages_of_their_own_are_made_once_and_are_there(
    pinned: ReferenceTests, index: Index, tmp_path: Path
) -> None:
    shelf = EnvironmentCache(tmp_path / "shelf")
    theirs = File(FILE, f"# mine\r\n{pins_of(index, 'flour', 'bread')}    # via me – ü\n".encode())

    lent = shelf.for_submission(pinned, theirs)

    assert (lent.told, names_in(lent)) == ("", {"bread", "flour"})
    assert names_in(shelf.for_submission(pinned, None)) == {"bread"}
    again = EnvironmentCache(tmp_path / "shelf").for_submission(
        pinned, File(FILE, pins_of(index, "bread", "flour").encode())
    )
    assert again.packages.fingerprint == lent.packages.fingerprint


def test_options_behind_a_carriage_return_run_no_program(pinned: ReferenceTests, index: Index, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    source = tmp_path / "sources" / "evil-1.0.tar.gz"
    source.parent.mkdir()
    with tarfile.open(source, "w:gz") as archive:
        setup = f"open({str(ran)!r}, 'w').close()\nfrom setuptools import setup\nsetup(name='evil', version='1.0')\n"
        build = "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
        for name, text in {"setup.py": setup, "backend.py": setup, "pyproject.toml": build, "PKG-INFO": ""}.items():
            entry = tarfile.TarInfo(f"evil-1.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    pin = f"evil==1.0 \\\n    --hash=sha256:{hashlib.sha256(source.read_bytes()).hexdigest()}\n"
    theirs = f"# my packages\r--no-binary evil\r--find-links {source.parent}\r#\n{pin}{pins_of(index, 'bread')}"

    lent = EnvironmentCache(tmp_path / "shelf").for_submission(pinned, File(FILE, theirs.encode()))

    assert not ran.exists()
    assert lent.told.endswith("requirements.txt:1 contains a control character")
    assert names_in(lent) == {"bread"}


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://evil.example",
        "flour @ https://evil.example/e.whl --hash=sha256:" + "0" * 64,
        "-e .",
        "-r other.txt",
        "flour==1.0",
        "./flour-1.0-py3-none-any.whl",
        "flour==1.0\x0b--no-binary flour",
        "# \x85--no-binary flour",
        "# \x00",
        "flour==1.0 ; sys_platform == 'linux' --no-binary flour",
        "flour==1.0 --config-settings=x=y",
        "flour==1.0 ; os_name == \"a' or 'b\"",
        "flour==1.0 ; os_name == '${HOME}'",
        "flour==1.0 ; " + "(" * 5000 + "os_name == 'x'" + ")" * 5000,
        "flour==1.0 ; " + "(" * 900 + "os_name == 'x'" + ")" * 900,
        "flour==1.0 ; python_version < '" + "1" * 5000 + "'",
        "flour==1.0 ; nonsense == 'x'",
        "flour==1.*",
        "flour===1.0",
        "flour[x]@file:///tmp",
        "flour @ git+https://git.example/flour",
        "\u2028--no-binary flour",
        "--no-binary flour",
        "--hash=sha256:" + "0" * 64,
        "bread==1.0 \\\n    --hash=sha512:" + "0" * 128,
    ],
)
def test_a_line_that_is_more_than_a_package_is_not_taken(pinned: ReferenceTests, index: Index, line: str) -> None:
    for theirs in (f"{line}\n{pins_of(index, 'bread')}", f"{pins_of(index, 'bread')}{line}\n"):
        with pytest.raises(UsageError, match=r"^requirements\.txt:\d+ "):
            own_pins(pinned, theirs.encode())


def test_what_uv_reads_is_written_from_the_parts(pinned: ReferenceTests, index: Index) -> None:
    theirs = (
        "# a remark\u2028--no-binary flour\n"
        f"Flour.Mill[x,a]==1.0 ; python_version < '4' and (sys_platform != 'win32') \\\n    --hash=sha256:{'1' * 64}\n"
        f"{pins_of(index, 'bread')}"
    )

    own = own_pins(pinned, theirs.encode()).decode()

    mill = (
        f"""flour-mill[a,x]==1.0; python_version < "4" and sys_platform != "win32" \\\n    --hash=sha256:{"1" * 64}\n"""
    )
    assert own == pins_of(index, "bread") + mill


@pytest.mark.parametrize("marker", ["sys_platform == 'none'", "python_version < 'x'"])
def test_what_the_path_needs_has_to_be_pinned_for_this_machine(
    pinned: ReferenceTests, index: Index, marker: str
) -> None:
    theirs = pins_of(index, "bread").replace(" \\", f" ; {marker} \\")

    with pytest.raises(UsageError, match="learning path: bread"):
        own_pins(pinned, theirs.encode())
    with pytest.raises(UsageError, match="learning path: bread"):
        own_pins(pinned, theirs.replace("bread", "flour").encode())


def test_more_packages_than_anybody_needs_are_not_taken(pinned: ReferenceTests, index: Index) -> None:
    def pins(number: int) -> bytes:
        names = "".join(f"p{one}==1.0 \\\n    --hash=sha256:{'0' * 64}\n" for one in range(number))
        return (pins_of(index, "bread") + names).encode()

    assert own_pins(pinned, pins(500)).count(b"==") == 501
    with pytest.raises(UsageError, match="adds more than 500 packages"):
        own_pins(pinned, pins(501))


def test_a_package_cannot_say_which_python_is_started_outside(
    pinned: ReferenceTests, index: Index, tmp_path: Path
) -> None:
    shelf = EnvironmentCache(tmp_path / "shelf")
    program = Path(shelf.of_the_path(pinned).prepared.programs["python"]).resolve().name
    ran, evil = tmp_path / "ran", tmp_path / "evil" / program
    evil.parent.mkdir()
    evil.write_text(f"#!/bin/sh\ntouch '{ran}'\n", "utf-8")
    evil.chmod(0o755)
    index.add("flour", "1.0", more={"flour-1.0.data/data/pyvenv.cfg": f"home = {evil.parent}\n"})

    lent = shelf.for_submission(pinned, File(FILE, pins_of(index, "bread", "flour").encode()))

    assert not ran.exists()
    assert lent.told.endswith("a package of the submission changes the virtual environment")
    assert names_in(lent) == {"bread"}
    assert not any(evil.parent in (place, *place.parents) for place in lent.packages.visible)


def test_packages_that_lay_nothing_out_as_a_whole_are_asked_for_anew(
    pinned: ReferenceTests, index: Index, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    index.add("flour", "1.0", more={"flour.pth": f"import pathlib; pathlib.Path({str(ran)!r}).touch()\n"})
    index.add("mill", "1.0", more={"mill-1.0.data/unknown/x": "x"})
    theirs = File(FILE, pins_of(index, "bread", "flour", "mill").encode())

    tries = [EnvironmentCache(tmp_path / "shelf").for_submission(pinned, theirs) for _ in range(2)]

    assert not ran.exists()
    assert [names_in(lent) for lent in tries] == [{"bread"}] * 2
    assert all("graded with the packages of the path" in lent.told for lent in tries)
    assert len([place for place in (tmp_path / "shelf").iterdir() if place.is_dir()]) == 1


def test_packages_that_are_too_large_are_removed_and_told(
    pinned: ReferenceTests, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "_LARGEST", 3 << 20)
    index.add("flour", "1.0", more={"flour_data.txt": "x" * (4 << 20)})
    index.add("mill", "1.0", more={f"mill{number}.txt": "" for number in range(1000)})
    shelf = EnvironmentCache(tmp_path / "shelf")

    for name in ("flour", "mill"):
        lent = shelf.for_submission(pinned, File(FILE, pins_of(index, "bread", name).encode()))

        assert lent.told.endswith("the packages need more than 3 MiB of disk space")
    assert len([place for place in shelf.folder.iterdir() if place.is_dir()]) == 1


def test_a_huge_module_of_theirs_is_not_compiled_outside_of_the_sandbox(
    pinned: ReferenceTests, index: Index, tmp_path: Path
) -> None:
    index.add("flour", "1.0", more={"huge.py": f"x = [{'1,' * (1 << 20)}1]\n"})

    lent = EnvironmentCache(tmp_path / "shelf").for_submission(
        pinned, File(FILE, pins_of(index, "bread", "flour").encode())
    )

    assert (lent.told, names_in(lent)) == ("", {"bread", "flour", "huge"})
    assert lent.packages.prepared.folder is not None
    assert not list(lent.packages.prepared.folder.glob("lib/python3*/site-packages/__pycache__/*"))


def test_a_disk_that_is_full_is_told_and_the_grading_goes_on(
    pinned: ReferenceTests, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = EnvironmentCache(tmp_path / "shelf")
    shelf.of_the_path(pinned)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(environments, "_write", full)
    lent = shelf.for_submission(pinned, File(FILE, pins_of(index, "bread", "flour").encode()))

    assert lent.could_differ
    assert "could not be written. The disk is full." in lent.told


def test_packages_that_no_grading_used_for_weeks_are_removed(
    pinned: ReferenceTests, index: Index, tmp_path: Path
) -> None:
    folder = tmp_path / "shelf"
    old, used = (
        EnvironmentCache(folder).for_submission(replace(pinned, pins=pins.encode()), None).packages.fingerprint
        for pins in (pins_of(index, "bread"), pins_of(index, "bread", "flour"))
    )
    (folder / "proven").mkdir()
    long_ago = time.time() - 29 * DAYS
    for place in folder.iterdir():
        os.utime(place, (long_ago, long_ago))
    EnvironmentCache(folder).for_submission(replace(pinned, pins=pins_of(index, "bread", "flour").encode()), None)

    EnvironmentCache(folder).for_submission(replace(pinned, pins=b"# another\n" + pinned.pins), None)

    assert not (folder / old).exists() and not (folder / f"{old}.lock").exists()
    assert (folder / used).is_dir() and (folder / "proven").is_dir()


def test_what_could_not_be_made_is_tried_again(
    pinned: ReferenceTests, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, theirs = EnvironmentCache(tmp_path / "shelf"), File(FILE, pins_of(index, "bread", "flour").encode())
    shelf.of_the_path(pinned)
    flour = index.wheels.pop("flour-1.0-py3-none-any.whl")
    assert shelf.for_submission(pinned, theirs).told
    index.wheels["flour-1.0-py3-none-any.whl"] = flour

    assert shelf.for_submission(pinned, theirs).told  # within one grading, nobody waits for that once more
    now = time.monotonic()
    monkeypatch.setattr(environments.time, "monotonic", lambda: now + 61)
    lent = shelf.for_submission(pinned, theirs)
    assert (lent.told, names_in(lent)) == ("", {"bread", "flour"})


def test_each_grading_of_a_long_watch_asks_again_for_what_was_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(tmp_path / "room")
    room.submit()
    grading = room.grading()
    asked: list[str] = []

    def make(shelf: EnvironmentCache, key: str, pristine: ReferenceTests, pins: bytes) -> object:
        asked.append(key)
        raise EnvironmentProblem("No network.")

    monkeypatch.setattr(EnvironmentCache, "_make", make)
    grading = replace(grading, shelf=EnvironmentCache(room.folder / "shelf"))
    for _ in range(2):
        grading.run()

    assert len(asked) == 2
    assert [wrong.message for wrong in grading.failed.values()] == ["No network."]


# ---- Node ----


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A registry with a few packages, and caches that hold nothing yet."""
    registry = Registry()
    registry.add("bread", "1.0.0", {"flour": "^1.0.0"})
    registry.add("flour", "1.0.0")
    monkeypatch.setenv("npm_config_registry", registry.url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield registry
    registry.stop()


@pytest.fixture
def node_path(tmp_path: Path) -> ReferenceTests:
    """What a path of Node brings that needs no package."""
    base = Layers(Room(tmp_path / "room", source=GRADED_NODE).workshop)["01-words"]
    return replace(base, declaration=base.declaration.replace(b">=24", b">=18"))


def lock(root: dict[str, object], **entries: dict[str, object]) -> File:
    """A lock file with these packages, each under node_modules ("a>b" is b within a's), as dependencies if not told."""
    places = {f"node_modules/{name.replace('>', '/node_modules/')}": entry for name, entry in entries.items()}
    asked = {name: "*" for name in entries if ">" not in name}
    top = {"name": "mine", "version": "1.0.0"}
    packages = {"": {**top, "dependencies": asked, **root}, **places}
    return File(FILE, json.dumps({**top, "lockfileVersion": 3, "requires": True, "packages": packages}).encode())


def entry(registry: Registry, package: str, **more: object) -> dict[str, object]:
    return {"version": "1.0.0", "integrity": registry.hashes[f"{package}@1.0.0"], **more}


class Listener:
    """An address on this machine; it counts who asks it."""

    def __init__(self) -> None:
        self.asked = asked = []  # type: list[bytes]

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                asked.append(self.request.recv(100))

        self._server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with closing(Listener()) as one:
        yield one


@pytest.fixture
def evil_repository(tmp_path: Path) -> tuple[str, Path]:
    """A repository whose own .npmrc names a program as git, and what that program leaves when it ran."""
    ran, folder = tmp_path / "ran", tmp_path / "evil"
    folder.mkdir()
    (folder / "fakegit").write_text(f"#!/bin/sh\ntouch '{ran}'\nexit 1\n", "utf-8")
    (folder / "fakegit").chmod(0o755)
    (folder / ".npmrc").write_text("git=./fakegit\nignore-scripts=false\n", "utf-8")
    scripts = dict.fromkeys(("prepare", "install", "preinstall"), f"touch '{ran}'")
    needs = {"other": f"git+file://{folder}"}
    declared = {"name": "evil", "version": "1.0.0", "scripts": scripts, "dependencies": needs}
    (folder / "package.json").write_text(json.dumps(declared), "utf-8")
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Evil"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return f"git+file://{folder}#{head.stdout.strip()}", ran


@needs_node
def test_packages_of_npm_of_their_own_are_there(node_path: ReferenceTests, registry: Registry, tmp_path: Path) -> None:
    registry.add("only-elsewhere", "1.0.0", os=["none"])
    registry.add("soup", "1.0.0")
    theirs = lock(
        {"dependencies": {"bread": "^1.0.0"}, "devDependencies": {"plate": "npm:soup@^1.0.0"}},
        bread=entry(
            registry,
            "bread",
            dependencies={"flour": "^1.0.0"},
            peerDependencies={"plate": ">=1", "spoon": "*"},
            optionalDependencies={"only-elsewhere": "1.x || >=2.0.0 <3"},
            hasInstallScript=True,
            bin={"bread": "index.js"},
        ),
        flour=entry(registry, "flour"),
        plate=entry(registry, "soup", name="soup", dev=True),
        **{"only-elsewhere": entry(registry, "only-elsewhere", optional=True, os=["none"])},
    )

    lent = EnvironmentCache(tmp_path / "shelf").for_submission(node_path, theirs)

    assert (lent.told, names_in(lent)) == ("", {"bread", "flour", "plate"})


@needs_node
@pytest.mark.parametrize("place", ["version", "root", "entry", "peer", "override", "registry", "shrinkwrap", "script"])
def test_no_lock_file_makes_npm_run_a_program(
    node_path: ReferenceTests, registry: Registry, evil_repository: tuple[str, Path], tmp_path: Path, place: str
) -> None:
    address, ran = evil_repository
    registry.add("evil", "1.0.0")
    inside = {"": {"dependencies": {"x": address}}, "node_modules/x": {"version": "1.0.0", "resolved": address}}
    nested = json.dumps({"lockfileVersion": 3, "name": "mill", "version": "1.0.0", "packages": inside})
    registry.add("mill", "1.0.0", {"x": address}, files={"npm-shrinkwrap.json": nested})
    evil, mill = entry(registry, "evil"), entry(registry, "mill")
    theirs = {
        "version": lambda: lock({}, evil={**evil, "version": address}),
        "root": lambda: lock({"dependencies": {"evil": address}}, evil=evil),
        "entry": lambda: lock({}, evil={**evil, "dependencies": {"x": address}}),
        "peer": lambda: lock({}, evil={**evil, "peerDependencies": {"x": address}}),
        "override": lambda: lock({"overrides": {"x": address}}, evil={**evil, "dependencies": {"x": "*"}}),
        "registry": lambda: lock({}, evil={**evil, "dependencies": {"mill": "*"}}),
        "shrinkwrap": lambda: lock({}, mill={**mill, "hasShrinkwrap": True}),
        "script": lambda: lock({"scripts": dict.fromkeys(("preinstall", "prepare"), f"touch {ran}")}, evil=evil),
    }[place]()

    lent = EnvironmentCache(tmp_path / "shelf").for_submission(node_path, theirs)

    assert not ran.exists()
    is_refused = place in ("version", "root", "entry", "peer")
    assert is_refused is bool(lent.told)
    assert names_in(lent) == (set() if is_refused else {"mill" if place == "shrinkwrap" else "evil"})
    assert not list((tmp_path / "npm").glob("_cacache/tmp/git-clone*"))


@needs_node
@pytest.mark.parametrize("place", ["version", "root", "entry", "registry", "optional", "bundle"])
def test_no_lock_file_makes_npm_ask_another_address(
    node_path: ReferenceTests, registry: Registry, listener: Listener, tmp_path: Path, place: str
) -> None:
    address = f"http://{listener.address}/evil.tgz"
    registry.add("evil", "1.0.0")
    registry.add("mill", "1.0.0", {"x": address})
    evil, mill = entry(registry, "evil"), entry(registry, "mill")
    theirs = {
        "version": lambda: lock({}, evil={**evil, "version": address}),
        "root": lambda: lock({"dependencies": {"evil": address}}, evil=evil),
        "entry": lambda: lock({}, evil={**evil, "dependencies": {"x": address}}),
        "registry": lambda: lock({}, evil={**evil, "dependencies": {"mill": "^1.0.0"}}),
        "optional": lambda: lock({"optionalDependencies": {"x": address}}, evil=evil),
        "bundle": lambda: lock({"bundleDependencies": True}, mill={**mill, "bundleDependencies": ["x"]}),
    }[place]()

    EnvironmentCache(tmp_path / "shelf").for_submission(node_path, theirs)

    assert listener.asked == []


@pytest.mark.parametrize(
    ("theirs", "says"),
    [
        (lock({}, x={"version": "1.0.0"}), "has no hash for x"),
        (lock({}, x={"version": "1.0.0", "integrity": "sha1-abc"}), "has no hash for x"),
        (lock({}, x={**HASHED, "resolved": "https://registry.example/x.tgz"}), "has a URL for x"),
        (lock({}, x={**HASHED, "resolved": "../evil", "link": True}), "has a URL for x"),
        (lock({}, x={**HASHED, "link": True}), "has a URL for x"),
        (lock({}, x={**HASHED, "version": "file:../x"}), "has no exact version for x"),
        (lock({}, x={**HASHED, "version": "latest"}), "has no exact version for x"),
        (lock({}, **{"../x": HASHED}), "isn't a package in node_modules"),
        (lock({}, **{"@../x": HASHED}), "isn't a package in node_modules"),
        (lock({}, **{">".join("x" * 100): HASHED}), "isn't a package in node_modules"),
        (File(FILE, b"[]"), "must contain a JSON object"),
        (File(FILE, b'{"lockfileVersion": 2}'), "isn't a lock file of this npm"),
        (lock({"dependencies": {"x": "1.0.0"}}), "has no entry for x"),
        (lock({"dependencies": {"x": "user/repository"}}), "has no valid range of versions for x"),
        (lock({"dependencies": {"x": "../x"}}), "has no valid range of versions for x"),
        (lock({"dependencies": {"x": "x.tgz"}}), "has no valid range of versions for x"),
        (lock({"dependencies": {"x": "npm:y@http://z.example"}}), "has no valid range of versions for x"),
        (lock({"dependencies": {"../x": "1.0.0"}}), 'needs "../x"'),
        (lock({"dependencies": {"__proto__": "1.0.0"}}), "which isn't the name of a package"),
        (lock({"dependencies": ["x"]}), "isn't a lock file of this npm"),
        (lock({"dependencies": {"x": 1}}), "isn't a lock file of this npm"),
        (lock({}, **{"starterkit.node": {"version": "1.0.0"}}), "isn't a package in node_modules"),
        (lock({}, **{"a>node_modules": {"version": "1.0.0"}}), "isn't a package in node_modules"),
        (lock({}, **{"\ud800\x1b[1m": {"version": "1.0.0"}}), "isn't a package in node_modules"),
        (File(FILE, b'{"packages": ' + b"[" * 100_000), "values in this file are nested too deeply"),
        (File(FILE, b'{"lockfileVersion": ' + b"1" * 5000 + b"}"), "isn't a lock file of this npm"),
    ],
)
def test_a_lock_file_that_is_more_than_packages_is_not_taken(
    node_path: ReferenceTests, theirs: File, says: str
) -> None:
    with pytest.raises(UsageError) as refused:
        own_pins(node_path, theirs.data)

    assert says in refused.value.message
    assert refused.value.message.isascii() and refused.value.message.isprintable()


def test_npm_is_asked_for_exact_versions_and_the_node_of_the_path(node_path: ReferenceTests) -> None:
    theirs = lock({"dependencies": {"x": "^1.0.0"}, "engines": {"node": ">=99"}, "scripts": {"x": "y"}}, x=HASHED)

    own = own_pins(node_path, theirs.data)

    asked = json.loads(declaration_of(node_path, own))
    assert (asked["dependencies"], asked["engines"]) == ({"x": "1.0.0"}, {"node": ">=18"})
    assert "scripts" not in asked and json.loads(own)["packages"]["node_modules/x"] == HASHED


@needs_node
@pytest.mark.parametrize("place", ["version", "registry"])
def test_npm_starts_no_git_and_no_script_whatever_it_is_given(
    node_path: ReferenceTests,
    registry: Registry,
    evil_repository: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    address, ran = evil_repository
    registry.add("evil", "1.0.0")
    registry.add("mill", "1.0.0", {"x": address})
    theirs = {
        "version": lambda: lock({}, evil={**entry(registry, "evil"), "version": address}),
        "registry": lambda: lock({}, evil=entry(registry, "evil", dependencies={"mill": "*"})),
    }[place]()
    monkeypatch.setattr(environments, "own_pins", lambda _, pins: pins)

    assert EnvironmentCache(tmp_path / "shelf").for_submission(node_path, theirs).told
    assert not ran.exists()


def test_another_package_in_the_place_of_one_of_the_paths_is_not_taken(node_path: ReferenceTests) -> None:
    ours = replace(node_path, pins=lock({}, bread=HASHED).data)

    assert b"npm:evil@1.0.0" in own_pins(node_path, lock({}, bread={**HASHED, "name": "evil"}).data)
    with pytest.raises(UsageError, match="has another package under the name bread"):
        own_pins(ours, lock({}, bread={**HASHED, "name": "evil"}).data)
    with pytest.raises(UsageError, match="has another package under the name bread"):
        own_pins(ours, lock({}, bread=HASHED, **{"bread>bread": {**HASHED, "name": "evil"}}).data)
