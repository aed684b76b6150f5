"""`workshop bundle` and `new --bundle`: all packages in one folder, and every command works from it offline."""

from __future__ import annotations

import io
import json
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from starterkit.errors import EnvironmentProblem, ExitCode, UsageError
from starterkit.progress import no_progress
from starterkit.runtime.bundle import Bundle, BundleLacksError, this_platform, this_python
from starterkit.runtime.causes import NoNetworkError
from starterkit.runtime.pins import pinned_versions
from starterkit.runtime.prepare import compile_pins, prepare
from starterkit.template.model import EnvironmentSpec
from starterkit.workshop.bundle import download
from starterkit.workshop.bundle.build import BundleFramework, BundleRequest, build_bundle, framework_in
from starterkit.workshop.bundle.self_wheel import own_wheel
from starterkit.workshop.bundle.targets import BundleTarget, wheels_for
from tests.cli.test_docs import section
from tests.support.commands import PROGRAM, environment
from tests.support.pantries import stock, write_pantry
from tests.support.projects import PYTHON, Index, declaration, wheel, write_tree
from tests.support.registries import Registry
from tests.support.workshops import ran, said

pytestmark = pytest.mark.slow

NODE = EnvironmentSpec("node", "package.json", "package-lock.json")
HERE = (BundleTarget(this_platform(), this_python()),)


Capture = pytest.CaptureFixture[str]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index with a few packages, and caches that hold nothing yet."""
    with stocked(tmp_path / "first", monkeypatch) as index:
        yield index


@contextmanager
def stocked(caches: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    index = Index()
    stock(index)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    forget(caches, monkeypatch)
    yield index
    index.stop()


def forget(caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process caches that hold nothing, as on another machine."""
    monkeypatch.setenv("UV_CACHE_DIR", str(caches / "uv"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(caches))


@pytest.fixture
def template(tmp_path: Path, index: Index) -> Path:
    return write_pantry(tmp_path / "pantry")


@pytest.fixture(scope="module")
def made_stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the template, made once; not to be changed: take `stick`."""
    place = tmp_path_factory.mktemp("bundles")
    with pytest.MonkeyPatch.context() as monkeypatch, stocked(place / "caches", monkeypatch):
        framework = framework_in(write_pantry(place / "pantry"))
        request = BundleRequest(place / "my stïck #1 100%", (framework,), (this_platform(),), (this_python(),), False)
        return build_bundle(request, no_progress).folder


@pytest.fixture
def stick(made_stick: Path, tmp_path: Path, room: None) -> Path:
    return Path(shutil.copytree(made_stick, tmp_path / "my stïck #1 100%"))


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that knows no package and reaches no index."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    forget(tmp_path / "room", monkeypatch)


@pytest.fixture
def site(stick: Path, tmp_path: Path, capsys: Capture) -> Path:
    """A project made from the bundle."""
    ran(capsys, *new(stick, tmp_path / "site"))
    return tmp_path / "site"


def new(stick: Path, place: Path) -> tuple[str, ...]:
    template = str(stick / "templates" / "pantry")
    return ("new", str(place), "--template", template, "--trust", "--defaults", "--bundle", str(stick))


def bundle(capsys: Capture, folder: Path, template: Path, *more: str, code: int = 0) -> Any:
    args = ("workshop", "bundle", str(folder), "--template", str(template), "--without-starterkit", "--json", *more)
    return json.loads(ran(capsys, *args, code=code)[0])


# --- making -------------------------------------------------------------------------------------------------------


def test_a_bundle_holds_what_every_step_pins_and_says_what_to_type(
    tmp_path: Path, template: Path, index: Index, capsys: Capture
) -> None:
    made = bundle(capsys, tmp_path / "stick", template)

    names = {file.name for file in (tmp_path / "stick" / "wheels").iterdir()}
    assert names == set(index.wheels), "also what only another system needs: pinning again reads it"
    assert {key for key in made if f"`{key}`" not in section("workshop bundle")} <= {"format", "command"}
    assert (made["frameworks"], made["platforms"], made["pythons"]) == (["pantry"], [this_platform()], [this_python()])
    read = (tmp_path / "stick" / "README.txt").read_bytes().decode()
    assert "new my-site --template BUNDLE/templates/pantry --trust --bundle BUNDLE\r\n" in read
    assert "{" not in read


def test_the_same_again_fetches_only_what_is_missing_or_damaged(
    tmp_path: Path, template: Path, index: Index, capsys: Capture
) -> None:
    stick = tmp_path / "stick"
    first = bundle(capsys, stick, template)
    (stick / "wheels" / "flour-1.0-py3-none-any.whl").write_bytes(b"damaged")
    (stick / "wheels" / "soup-1.0-py3-none-any.whl").unlink()
    (stick / "wheels" / "bread-0.9-py3-none-any.whl").write_bytes(b"of an older path")
    (stick / "bundle.yml").unlink()
    index.asked.clear()

    bundle(capsys, stick, template)
    again = bundle(capsys, stick, template)

    fetched = [path for path in index.asked if path.endswith(".whl")]
    assert sorted(Path(path).name.split("-")[0] for path in fetched) == ["flour", "soup"]
    assert not (stick / "wheels" / "bread-0.9-py3-none-any.whl").exists()
    assert (again["fetched"], again["bytes"]) == (0, first["bytes"])


def test_another_python_is_added_to_what_is_there(tmp_path: Path, template: Path, capsys: Capture) -> None:
    bundle(capsys, tmp_path / "stick", template, "--python", "3.12")

    made = bundle(capsys, tmp_path / "stick", template, "--python", "3.11", "--platform", "windows-x86_64")

    assert made["pythons"] == ["3.11", "3.12"]
    assert set(made["platforms"]) == {this_platform(), "windows-x86_64"}


def test_an_addition_that_was_interrupted_loses_nothing_of_what_was_there(
    tmp_path: Path, template: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick, more = tmp_path / "stick", ("--platform", "windows-x86_64", "--python", "3.11")
    first = bundle(capsys, stick, template, "--python", "3.12")
    for _ in range(2):
        interrupted(capsys, monkeypatch, stick, template, *more)
        assert not (stick / "bundle.yml").exists(), "until it is whole again"

    made = bundle(capsys, stick, template, *more)

    assert made["pythons"] == ["3.11", "3.12"]
    assert made["platforms"] == [*first["platforms"], "windows-x86_64"]
    assert {file.name for file in stick.iterdir()} == {"README.txt", "bundle.yml", "templates", "wheels"}


def test_what_file_managers_leave_in_a_bundle_is_passed_over(
    tmp_path: Path, template: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    bundle(capsys, stick, template)
    write_tree(stick, {".DS_Store": "", "._README.txt": "", "Thumbs.db": "", "desktop.ini": "", ".Trash-1000/info": ""})
    write_tree(stick, {"System Volume Information/WPSettings.dat": ""})
    interrupted(capsys, monkeypatch, stick, template)

    bundle(capsys, stick, template)

    assert (stick / ".DS_Store").exists()
    (stick / "holiday.jpg").touch()
    assert (
        "contains other files, for example holiday.jpg" in bundle(capsys, stick, template, code=2)["error"]["message"]
    )


def test_a_template_is_gone_once_starterkits_own_of_that_name_was_taken(
    tmp_path: Path, template: Path, capsys: Capture
) -> None:
    stick = tmp_path / "stick"
    bundle(capsys, stick, template)
    own = replace(framework_in(template), folder=None)

    build_bundle(BundleRequest(stick, (own,), (this_platform(),), (this_python(),), False), no_progress)

    assert not (stick / "templates" / "pantry").exists()


def interrupted(capsys: Capture, monkeypatch: pytest.MonkeyPatch, folder: Path, template: Path, *more: str) -> None:
    """Make a bundle, and interrupt that before the first wheel is there."""

    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    words = ("workshop", "bundle", str(folder), "--template", str(template), "--without-starterkit", *more)
    with monkeypatch.context() as cut:
        cut.setattr(download.Download, "fetch", interrupt)
        ran(capsys, *words, code=130)


def test_a_package_without_a_wheel_for_a_platform_is_named_before_anything_is_fetched(
    tmp_path: Path, template: Path, index: Index, capsys: Capture
) -> None:
    oven = "oven-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"
    index.wheels[oven] = wheel("oven", "1.0")[1]
    text = declaration("oven")
    pins = compile_pins(text.encode(), None, PYTHON)
    write_tree(template / "project", {"pyproject.toml": text, "requirements.txt": pins})
    index.asked.clear()

    error = bundle(capsys, tmp_path / "stick", template, "--platform", "windows-x86_64", "--python", "3.11", code=4)[
        "error"
    ]

    assert "oven 1.0 for windows-x86_64 with Python 3.11" in error["message"]
    assert not (tmp_path / "stick").exists()
    assert not [path for path in index.asked if path.endswith(".whl")]


def test_the_wheel_for_the_oldest_systems_is_chosen_and_only_pinned_ones(index: Index) -> None:
    kinds = ("cp311-cp311-manylinux_2_28_x86_64", "cp311-cp311-manylinux_2_17_x86_64", "cp39-abi3-macosx_11_0_arm64")
    for number, kind in enumerate((*kinds, "cp312-cp312-macosx_10_13_universal2")):
        index.wheels[f"oven-1.0-{kind}.whl"] = wheel("oven", f"1.{number}")[1]
    pins = compile_pins(declaration("oven").encode(), None, PYTHON)
    index.wheels["oven-1.0-cp311-cp311-win_amd64.whl"] = wheel("oven", "1.9")[1]  # came after the pins were made

    def chosen(platform: str, python: str) -> str:
        (found,) = wheels_for([pins], [BundleTarget(platform, python)])
        return found

    assert chosen("linux-x86_64", "3.11") == f"oven-1.0-{kinds[1]}.whl"
    assert chosen("macos-arm64", "3.11") == f"oven-1.0-{kinds[2]}.whl"
    assert chosen("macos-x86_64", "3.12").endswith("universal2.whl")
    for platform, python in (("windows-x86_64", "3.11"), ("linux-x86_64", "3.12"), ("linux-aarch64", "3.11")):
        with pytest.raises(EnvironmentProblem, match=f"oven 1.0 for {platform} with Python {python}"):
            chosen(platform, python)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(("--platform", "linux"), 'Unknown platform "linux".', id="platform"),
        pytest.param(("--python", "2.7"), "Invalid --python", id="python"),
        pytest.param(("--framework", "flusk"), 'Did you mean "flask"', id="framework"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(
    tmp_path: Path, args: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert says in said(capsys, "-C", str(tmp_path), "workshop", "bundle", "stick", *args, code=2)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "holiday.jpg").touch()

    words = said(capsys, "workshop", "bundle", str(tmp_path), "--framework", "flask", code=2)

    assert "contains other files, for example holiday.jpg" in words


def test_what_cannot_be_fetched_is_told_and_what_came_is_kept(
    tmp_path: Path, template: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_TRIES", 1)
    data = {name: index.wheels[name] for name in sorted(index.wheels)}
    wheels = [
        download.Wheel(name, index.url.replace("simple", name), download.hashlib.sha256(data[name]).hexdigest(), None)
        for name in data
    ]
    del index.wheels["windowsill-1.0-py3-none-any.whl"]
    with pytest.raises(EnvironmentProblem, match="the package index returned 404"):
        download.Download(tmp_path / "wheels", no_progress).fetch(wheels)
    index.wheels["windowsill-1.0-py3-none-any.whl"] = b"something else"
    with pytest.raises(EnvironmentProblem, match="differs from the pinned hash"):
        download.Download(tmp_path / "wheels", no_progress).fetch(wheels)
    index.stop()
    with pytest.raises(NoNetworkError, match="windowsill"):
        download.Download(tmp_path / "wheels", no_progress).fetch(wheels)

    assert len(list((tmp_path / "wheels").iterdir())) == len(data) - 1


_WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nall of it"
_CUT = {
    "cut": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nall", "the connection was cut after 3 of 9 bytes"),
    "without its length": (b"HTTP/1.0 200 OK\r\n\r\nall", "the connection was cut after 3 of 9 bytes"),
    "in pieces": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nall", "the response is broken"),
    "no HTTP": (b"220 mail.example.org\r\n\r\n", "the response is broken"),
}


@pytest.mark.parametrize("kind", _CUT)
def test_a_wheel_that_was_cut_off_on_its_way_is_fetched_again(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download.time, "sleep", lambda _: None)
    broken, words = _CUT[kind]
    with answering(broken, broken, _WHOLE, broken, broken, broken) as url:
        wheel = download.Wheel("a.whl", url, download.hashlib.sha256(b"all of it").hexdigest(), 9)
        download.Download(tmp_path / "one", no_progress).fetch([wheel])
        with pytest.raises(NoNetworkError, match=f"a.whl can't be fetched.\n{words}"):
            download.Download(tmp_path / "two", no_progress).fetch([wheel])

    assert (tmp_path / "one" / "a.whl").read_bytes() == b"all of it"
    assert list((tmp_path / "two").iterdir()) == []


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that gives these bytes, one after the other, to whoever connects, and hangs up."""

    def serve() -> None:
        for answer in answers:
            connection, _ = server.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/a.whl"
        thread.join(10)


def test_a_full_disk_is_told_before_it_is_full(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1_000_000))

    with pytest.raises(EnvironmentProblem, match=r"but only 1 MB are free") as raised:
        download.check_room(tmp_path, 10)

    assert raised.value.code is ExitCode.ENVIRONMENT


def test_starterkits_own_wheel_is_whole_and_always_the_same(tmp_path: Path) -> None:
    name, data = own_wheel()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    (info,) = tmp_path.glob("*.dist-info")
    assert name.startswith(f"{info.stem}-py3")
    assert (tmp_path / "starterkit" / "py.typed").is_file()
    assert "\nRequires-Dist: uv" in (info / "METADATA").read_text("utf-8")
    assert "\nName: starterkit-learn\n" in (info / "METADATA").read_text("utf-8")
    assert "starterkit-learn = starterkit.__main__:main\n" in (info / "entry_points.txt").read_text("utf-8")

    variables = environment(PYTHONPATH=str(tmp_path))
    listed = subprocess.run([*PROGRAM, "list", "--json"], cwd=tmp_path, env=variables, capture_output=True, check=True)
    assert {one["name"] for one in json.loads(listed.stdout)["frameworks"]} >= {"flask", "express"}


# --- in the room --------------------------------------------------------------------------------------------------


def test_new_without_a_network_says_that_a_bundle_would_do(tmp_path: Path, stick: Path, capsys: Capture) -> None:
    *args, _, _ = new(stick, tmp_path / "site")

    words = said(capsys, *args, code=4)

    assert "needs the network once" in words and "No project was created." in words
    assert words.index("Connect to the network") < words.index("`--bundle FOLDER`") < words.index("`--no-install`")
    assert not (tmp_path / "site").exists()
    (stick / "wheels" / "bread-1.0-py3-none-any.whl").unlink()
    assert "add `--bundle FOLDER`" not in said(capsys, *args, "--bundle", str(stick), code=4)


def test_every_command_takes_packages_from_the_bundle_also_those_a_step_brings(site: Path, capsys: Capture) -> None:
    own = declaration("bread", "flour")  # a package of the learner's own, so that the pins are made again
    (site / "pyproject.toml").write_text(own)
    ran(capsys, "-C", str(site), "next")
    assert "no soup yet" in ran(capsys, "-C", str(site), "check", code=1)[0]
    ran(capsys, "-C", str(site), "solve")

    assert {"flour", "soup"} <= set(pinned_versions((site / "requirements.txt").read_bytes()))
    assert "flour" in (site / "pyproject.toml").read_text()
    ran(capsys, "-C", str(site), "check")


def test_a_learners_own_package_is_pinned_from_the_bundle_and_another_is_told(site: Path, capsys: Capture) -> None:
    (site / "pyproject.toml").write_text(declaration("bread", "soup"))
    ran(capsys, "-C", str(site), "check")
    pins = (site / "requirements.txt").read_text()
    assert "soup==1.0" in pins and "windowsill==1.0 ; sys_platform == 'win32'" in pins

    (site / "pyproject.toml").write_text(declaration("bread", "cake"))
    words = said(capsys, "-C", str(site), "check", code=4)

    assert "doesn't contain all of" in words and "cake" in words
    assert "STARTERKIT_BUNDLE=off" in words
    assert (site / "requirements.txt").read_text() == pins


def test_add_takes_a_package_from_the_bundle_and_says_if_it_lacks_one(site: Path, capsys: Capture) -> None:
    ran(capsys, "-C", str(site), "add", "soup")
    error = json.loads(ran(capsys, "-C", str(site), "add", "cake", "--json", code=4)[0])["error"]

    assert "'soup>=1.0'" in (site / "pyproject.toml").read_text("utf-8")
    assert error["message"].endswith('has no package "cake". Nothing was changed.')
    assert (
        error["fix"].startswith("Use only packages that the bundle contains.")
        and "STARTERKIT_BUNDLE=off" in error["fix"]
    )


def test_check_without_a_network_says_that_a_bundle_would_do(
    site: Path, stick: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(site / ".venv")
    monkeypatch.setenv("STARTERKIT_BUNDLE", "off")

    words = said(capsys, "-C", str(site), "check", code=4)

    assert "needs the network once" in words
    assert "STARTERKIT_BUNDLE=FOLDER`" in words or 'STARTERKIT_BUNDLE = "FOLDER"`' in words
    monkeypatch.setenv("STARTERKIT_BUNDLE", str(stick))
    ran(capsys, "-C", str(site), "check")


def test_a_moved_bundle_is_named_once_and_what_is_up_to_date_needs_none(
    site: Path, stick: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = stick.rename(tmp_path / "elsewhere")
    ran(capsys, "-C", str(site), "check")
    (site / ".venv" / "starterkit.stamp").unlink()

    words = said(capsys, "-C", str(site), "check", code=4)
    assert f"The bundle with the packages is missing: {stick}" in words
    assert "STARTERKIT_BUNDLE=FOLDER" in words

    monkeypatch.setenv("STARTERKIT_BUNDLE", str(moved))
    ran(capsys, "-C", str(site), "check")
    monkeypatch.delenv("STARTERKIT_BUNDLE")
    assert str(moved) in ran(capsys, "-C", str(site), "doctor", "--json")[0]
    monkeypatch.setenv("STARTERKIT_BUNDLE", "off")
    assert "workshop bundle" not in ran(capsys, "-C", str(site), "doctor")[0]


@pytest.mark.parametrize(
    ("old", "new_text", "says"),
    [
        pytest.param(this_platform(), "linux-sparc", "doesn't fit this machine", id="platform"),
        pytest.param(f'"{this_python()}"', '"3.99"', "doesn't fit this Python", id="python"),
        pytest.param(
            'frameworks: ["pantry"]', 'frameworks: ["flask"]', "for flask, but not for pantry", id="framework"
        ),
    ],
)
def test_a_bundle_that_does_not_fit_is_told(
    tmp_path: Path, stick: Path, old: str, new_text: str, says: str, capsys: Capture
) -> None:
    file = stick / "bundle.yml"
    file.write_text(file.read_text().replace(old, new_text))

    assert says in said(capsys, *new(stick, tmp_path / "site"), code=4)
    assert not (tmp_path / "site").exists()


def test_a_bundle_that_was_not_copied_whole_is_told(tmp_path: Path, stick: Path) -> None:
    (stick / "wheels" / "soup-1.0-py3-none-any.whl").write_bytes(b"half")
    with pytest.raises(
        BundleLacksError, match=r"not complete: wheels/soup-1.0-py3-none-any.whl is missing or incomplete"
    ):
        Bundle(stick).check_whole("pantry")

    (stick / "bundle.yml").unlink()
    with pytest.raises(BundleLacksError, match=r"bundle.yml is missing"):
        Bundle(stick).check_fits()


def test_a_bundle_of_a_stranger_names_no_file_outside_of_it(tmp_path: Path) -> None:
    head = 'format: 1\nversion: "1"\ndate: ""\nframeworks: []\nplatforms: []\npythons: []\nregistry: ""\nnpm: ""\n'
    write_tree(tmp_path, {"bundle.yml": f'{head}files: [{{name: "../x", size: 1, sha256: "00"}}]\n'})

    with pytest.raises(UsageError, match="must be inside the bundle"):
        _ = Bundle(tmp_path).contents


needs_node = pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no Node on this machine")
_PROBE = json.dumps(
    {
        "name": "probe",
        "private": True,
        "engines": {"node": ">=18"},
        "dependencies": {"bread": "^1"},
        "optionalDependencies": {"bell": "^1"},
    }
)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A registry with a few packages, one of them for another system, and a cache that holds nothing yet."""
    registry = Registry()
    registry.add("bread", "1.0.0", {"flour": "^1.0.0"})
    registry.add("flour", "1.0.0")
    registry.add("bell", "1.0.0", os=["sunos"])
    monkeypatch.setenv("npm_config_registry", registry.url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setattr("starterkit.workshop.bundle.build.NODE_WHEELS", write_tree(tmp_path, {"no": ""}) / "no")
    yield registry
    registry.stop()


def probe_in(folder: Path, lock: bytes) -> BundleRequest:
    return BundleRequest(
        folder, (BundleFramework("probe", NODE, (lock,)),), (this_platform(),), (this_python(),), False
    )


@needs_node
def test_npm_packages_come_from_the_bundle_too(
    tmp_path: Path, index: Index, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = compile_pins(_PROBE.encode(), None, NODE)
    made = build_bundle(probe_in(tmp_path / "stick", lock), no_progress)
    with zipfile.ZipFile(made.folder / made.contents.npm) as archive:
        packages = [
            name for name in archive.namelist() if "content-v2/sha512" in name and archive.read(name)[:2] == b"\x1f\x8b"
        ]
    assert len(packages) == 3, "also the one that doesn't fit this machine"
    forget(tmp_path / "room", monkeypatch)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "other"))
    site = write_tree(tmp_path / "site", {"package.json": _PROBE, "package-lock.json": lock})

    prepare(site, NODE, bundle=Bundle(made.folder))
    assert (site / "node_modules" / "flour" / "package.json").is_file()
    again = {**json.loads(_PROBE), "dependencies": {"flour": "^1"}}
    assert b'"flour"' in compile_pins(json.dumps(again).encode(), None, NODE, bundle=Bundle(made.folder))


@pytest.mark.nightly
@needs_node
def test_a_damaged_archive_of_npm_packages_is_made_again(tmp_path: Path, index: Index, registry: Registry) -> None:
    request = probe_in(tmp_path / "stick", compile_pins(_PROBE.encode(), None, NODE))
    made = build_bundle(request, no_progress)
    archive = made.folder / made.contents.npm
    whole = archive.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        first = opened.infolist()[0]
    data, listed = first.header_offset + 30 + len(first.filename), whole.index(b"PK\x01\x02")
    for place, damage in (
        (data, b"\xff" * 20),
        (listed + 8, b"\x01"),
        (listed + 10, b"\x63"),
        (len(whole) - 9, b"\xff"),
    ):
        archive.write_bytes(whole[:place] + damage + whole[place + len(damage) :])

        build_bundle(request, no_progress)

        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None


def without_network() -> list[str]:
    """The words with which a program is started where no interface is up; none where that cannot be done here."""
    words = ["unshare", "--map-root-user", "--net"]
    try:
        works = subprocess.run([*words, "true"], capture_output=True, check=False, timeout=10).returncode == 0
    except OSError:
        return []
    return words if works else []


@pytest.mark.slow
@pytest.mark.skipif(not without_network(), reason="this machine lets nobody begin a network of its own (unshare)")
def test_with_the_network_really_off_a_whole_way_works(tmp_path: Path, stick: Path) -> None:
    def off(*args: str, cwd: Path, code: int = 0) -> str:
        words = [*without_network(), *PROGRAM, *args]
        done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == code, (args, done.stdout, done.stderr)
        return done.stdout

    seen = subprocess.run([*without_network(), sys.executable, "-c", _REACHED], capture_output=True, check=True)
    assert seen.stdout.split() == [b"lo", b"unreachable"]
    site = tmp_path / "site"
    off(*new(stick, site), cwd=tmp_path)
    off("check", cwd=site)
    off("next", cwd=site)
    off("check", cwd=site, code=1)
    off("solve", cwd=site)
    off("check", cwd=site)
    assert "soup==1.0" in (site / "requirements.txt").read_text()


_REACHED = """
import socket
print(*[name for _, name in socket.if_nameindex()])
try:
    socket.create_connection(("127.0.0.1", 9), 1)
except OSError as wrong:
    print("refused" if isinstance(wrong, ConnectionRefusedError) else "unreachable")
"""
