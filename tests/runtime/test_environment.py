"""Environments are made, kept up to date, mended, and never taken for whole when they are not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from starterkit.errors import EnvironmentProblem, ExitCode, FileError, UsageError
from starterkit.process import TimeLimitReached, run
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError
from starterkit.runtime.dev_server import free_port, serve
from starterkit.runtime.environment import Environment
from starterkit.runtime.pins import preferred_pins
from starterkit.runtime.prepare import compile_pins, environment_problem, fetch_into_cache, prepare
from starterkit.runtime.tools import fits, report_tools
from starterkit.runtime.uv import uv_binary
from starterkit.template.model import EnvironmentSpec
from tests.support.projects import PYTHON, Index, bin_folder, declaration, write_tree

pytestmark = pytest.mark.slow

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and links of POSIX")
_started: list[str] | None = None


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "subprocess.Popen" and _started is not None:
        _started.append(str(arguments[0]))


sys.addaudithook(_audit)


class Said(list[str]):
    """An observer that keeps what is said."""

    def __call__(self, line: str) -> None:
        self.append(line)

    @property
    def text(self) -> str:
        return "\n".join(self)


@pytest.fixture
def programs() -> Iterator[list[str]]:
    """The programs that are started from here on."""
    global _started
    _started = []
    yield _started
    _started = None


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index with a few packages, and a cache of uv that holds nothing yet."""
    index = Index()
    index.add("bread", "1.0", ["flour"])
    index.add("flour", "1.0")
    index.add("soup", "1.0", ["windowsill; sys_platform == 'win32'", "flatstone; sys_platform != 'win32'"])
    index.add("windowsill", "1.0")
    index.add("flatstone", "1.0")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    yield index
    index.stop()


@pytest.fixture
def project(tmp_path: Path, index: Index) -> Path:
    """A project that declares bread, with pins."""
    folder = write_tree(tmp_path / "my sïte 🎈", {"pyproject.toml": declaration("bread")})
    (folder / "requirements.txt").write_bytes(pins(folder))
    index.asked.clear()
    return folder


def pins(folder: Path, old: bytes | None = None) -> bytes:
    return compile_pins((folder / "pyproject.toml").read_bytes(), old, PYTHON)


def newer_pins(project: Path, index: Index) -> bytes:
    """The pins after a newer bread has come out; the cache has forgotten everything."""
    index.add("bread", "2.0", ["flour"])
    empty_cache()
    return pins(project)


def empty_cache() -> None:
    run([uv_binary(), "cache", "clean", "-q"]).checked()


def module(prepared: Environment, name: str) -> str:
    """The version of a module in the environment, or "" where it is not there."""
    code = f"import importlib.util as u; print(__import__('{name}').VERSION if u.find_spec('{name}') else '')"
    words = prepared.command(["{python}", "-c", code])
    return run(words, env=prepared.variables).checked().decode().strip()


# --- making -------------------------------------------------------------------------------------------------------


def test_the_first_time_makes_the_environment_and_says_that_it_fetches(project: Path, index: Index) -> None:
    said = Said()

    prepared = prepare(project, PYTHON, say=said)

    assert module(prepared, "bread") == module(prepared, "flour") == "1.0"
    assert "Creating the Python environment in .venv" in said
    assert "needs the network once" in said.text


def test_the_packages_of_a_new_environment_can_be_compiled_the_declared_ones_first(project: Path, index: Index) -> None:
    index.add("apple", "1.0")
    index.add("cake", "1.0", ["apple"])
    (project / "pyproject.toml").write_text(declaration("cake"))
    (project / "requirements.txt").write_bytes(pins(project))
    prepared = prepare(project, PYTHON)

    assert [Path(word).stem for word in prepared.ahead][-2:] == ["cake", "apple"]
    run(prepared.ahead, env=prepared.variables).checked()
    assert prepared.folder
    assert {file.name.split(".")[0] for file in prepared.folder.rglob("*.pyc")} == {"apple", "cake"}
    assert prepare(project, PYTHON).ahead == ()


def test_unchanged_starts_no_program_and_takes_no_time(project: Path, programs: list[str]) -> None:
    prepare(project, PYTHON)
    programs.clear()

    begun = time.perf_counter()
    prepare(project, PYTHON)
    seconds = time.perf_counter() - begun

    assert programs == []
    assert seconds < 0.05  # 0.0005 s on an idle machine


def test_what_the_cache_holds_needs_no_network(project: Path, index: Index, tmp_path: Path) -> None:
    prepare(project, PYTHON)
    index.stop()
    other = write_tree(tmp_path / "other", {name: (project / name).read_bytes() for name in _FILES})
    said = Said()

    prepared = prepare(other, PYTHON, say=said)

    assert module(prepared, "bread") == "1.0"
    assert "network" not in said.text


_FILES = ("pyproject.toml", "requirements.txt")


def test_offline_asks_nobody_and_says_what_is_needed(project: Path, index: Index) -> None:
    index.asked.clear()

    with pytest.raises(
        NoNetworkError, match=r"starterkit needs the network once, to download the packages of requirements\.txt"
    ) as raised:
        prepare(project, PYTHON, offline=True)

    assert index.asked == []
    assert raised.value.code is ExitCode.ENVIRONMENT


@pytest.mark.parametrize("variables", [{"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple"}, {"UV_OFFLINE": "1"}])
def test_without_a_network_it_says_so_soon_and_the_next_time_works(
    project: Path, index: Index, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.delenv("UV_HTTP_RETRIES")  # as it is for a learner
    with monkeypatch.context() as without:
        for name, value in variables.items():
            without.setenv(name, value)
        begun = time.perf_counter()
        with pytest.raises(NoNetworkError, match="starterkit needs the network once") as raised:
            prepare(project, PYTHON)
        assert time.perf_counter() - begun < 10
    assert "Connect to the network and run the command again." in raised.value.fix

    assert module(prepare(project, PYTHON), "bread") == "1.0"


def test_a_project_without_pins_gets_them(project: Path) -> None:
    before = (project / "requirements.txt").read_bytes()
    (project / "requirements.txt").unlink()

    prepare(project, PYTHON)

    assert (project / "requirements.txt").read_bytes() == before


def test_a_missing_declaration_is_named(project: Path) -> None:
    (project / "pyproject.toml").unlink()

    with pytest.raises(FileError, match=r"pyproject\.toml: the file with the list of packages is missing"):
        prepare(project, PYTHON)


def test_a_declaration_that_is_not_valid_is_named_with_its_line(project: Path) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write("\n[tool\n")

    with pytest.raises(FileError, match=r"pyproject\.toml:8: the file is not valid TOML") as raised:
        prepare(project, PYTHON)

    assert raised.value.line == 8
    assert not (project / ".venv").exists()


def test_a_newer_python_than_there_is_is_asked_for_in_words(project: Path) -> None:
    (project / "pyproject.toml").write_text(declaration("bread", python=">=3.99"))

    with pytest.raises(EnvironmentProblem, match=r"needs Python 3\.99 or newer"):
        prepare(project, PYTHON)


def test_a_kind_that_nobody_makes_is_said(project: Path) -> None:
    with pytest.raises(EnvironmentProblem, match='"cobol"'):
        prepare(project, EnvironmentSpec("cobol", "a", "b"))


def test_a_wrong_hash_is_refused(project: Path) -> None:
    text = (project / "requirements.txt").read_text()
    digest = text.split("sha256:")[1][:64]
    (project / "requirements.txt").write_text(text.replace(digest, "0" * 64))

    with pytest.raises(EnvironmentProblem, match=r"bread==1\.0 was not installed, because its hash differs"):
        prepare(project, PYTHON)

    assert not _is_whole(project)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("soup", 'the package "soup" has no hash'),
        ("<<<<<<< HEAD", "conflict markers"),
    ],
)
def test_pins_that_somebody_wrote_by_hand_are_named_with_their_line(project: Path, line: str, words: str) -> None:
    file = project / "requirements.txt"
    lines = file.read_text().count("\n")
    file.write_text(f"{file.read_text()}{line}\n")

    with pytest.raises(FileError, match=words) as raised:
        prepare(project, PYTHON)

    assert raised.value.line == lines + 1


def _is_whole(project: Path) -> bool:
    stamp = project / ".venv" / "starterkit.stamp"
    return stamp.exists() and b" whole " in stamp.read_bytes().split(b"\n")[0]


# --- keeping up to date -------------------------------------------------------------------------------------------


def test_a_package_that_the_learner_declares_is_pinned_and_installed(project: Path, index: Index) -> None:
    prepare(project, PYTHON)
    index.add("bread", "2.0", ["flour"])  # newer, but nobody asked for it
    (project / "pyproject.toml").write_text(declaration("bread", "soup"))
    said = Said()

    prepared = prepare(project, PYTHON, say=said)

    assert (module(prepared, "bread"), module(prepared, "soup")) == ("1.0", "1.0")
    assert "Writing the exact package versions to requirements.txt" in said
    assert b"soup==1.0" in (project / "requirements.txt").read_bytes()


def test_a_package_that_is_no_longer_declared_goes(project: Path) -> None:
    (project / "pyproject.toml").write_text(declaration("bread", "soup"))
    prepare(project, PYTHON)
    (project / "pyproject.toml").write_text(declaration("bread"))
    said = Said()

    prepared = prepare(project, PYTHON, say=said)

    assert module(prepared, "soup") == ""
    assert "Removed" not in said.text


def test_a_package_of_the_dev_group_is_installed(project: Path) -> None:
    (project / "pyproject.toml").write_text(declaration("bread", dev=["soup"]))

    assert module(prepare(project, PYTHON), "soup") == "1.0"


def test_other_pins_are_installed_and_what_nobody_declared_is_named(project: Path, index: Index) -> None:
    prepared = prepare(project, PYTHON)
    run([uv_binary(), "pip", "install", "-q", "--python", prepared.programs["python"], "soup"]).checked()
    (project / "requirements.txt").write_bytes(newer_pins(project, index))
    said = Said()

    prepare(project, PYTHON, say=said)

    assert (module(prepared, "bread"), module(prepared, "soup")) == ("2.0", "")
    assert "Removed packages that aren't in pyproject.toml: flatstone==1.0, soup==1.0" in said


def test_a_clone_whose_pins_lack_a_declared_package_gets_it(project: Path) -> None:
    (project / "pyproject.toml").write_text(declaration("bread", "soup"))

    assert module(prepare(project, PYTHON), "soup") == "1.0"


def test_a_change_elsewhere_in_the_declaration_starts_nothing(project: Path, programs: list[str]) -> None:
    prepare(project, PYTHON)
    programs.clear()
    with (project / "pyproject.toml").open("a") as file:
        file.write("\n[tool.ruff]\nline-length = 100\n")

    prepare(project, PYTHON)

    assert programs == []


def test_an_environment_that_one_package_left_half_made_is_never_taken_for_whole(project: Path, index: Index) -> None:
    index.add("mill", "1.0", more={"mill-1.0.data/unknown/x": "x"})
    (project / "pyproject.toml").write_text(declaration("bread", "mill"))
    (project / "requirements.txt").write_bytes(pins(project))

    for _ in range(2):
        with pytest.raises(UsageError, match=r"can't be installed\.\n.*\nThe wheel is invalid: .*unknown") as raised:
            prepare(project, PYTHON)

        assert raised.value.fix == "Remove that package, or use another version of it."
        assert environment_problem(project, PYTHON)


def test_a_package_that_does_not_exist_is_the_learners_to_mend(project: Path) -> None:
    prepare(project, PYTHON)
    (project / "pyproject.toml").write_text(declaration("bread", "no-such-thing"))

    with pytest.raises(NoSuchPackagesError, match="no-such-thing was not found") as raised:
        prepare(project, PYTHON)

    assert raised.value.code is ExitCode.USAGE
    (project / "pyproject.toml").write_text(declaration("bread"))
    assert module(prepare(project, PYTHON, offline=True), "bread") == "1.0"


def test_without_a_network_new_pins_leave_the_environment_as_it_was(project: Path, index: Index) -> None:
    prepared = prepare(project, PYTHON)
    old = (project / "requirements.txt").read_bytes()
    (project / "requirements.txt").write_bytes(newer_pins(project, index))
    index.stop()

    with pytest.raises(NoNetworkError):
        prepare(project, PYTHON)

    assert module(prepared, "bread") == "1.0"
    (project / "requirements.txt").write_bytes(old)
    prepare(project, PYTHON, offline=True)


# --- mending ------------------------------------------------------------------------------------------------------


@posix_only
def test_an_environment_whose_python_is_gone_is_made_again(project: Path) -> None:
    prepared = prepare(project, PYTHON)
    python = Path(prepared.programs["python"])
    python.unlink()
    python.symlink_to("/no/such/python3.11")

    assert module(prepare(project, PYTHON, offline=True), "bread") == "1.0"


def test_an_environment_without_its_stamp_is_filled_and_kept(project: Path) -> None:
    run([uv_binary(), "venv", "-q", project / ".venv"]).checked()
    (project / ".venv" / "mine.txt").write_text("kept")

    assert module(prepare(project, PYTHON), "bread") == "1.0"

    assert (project / ".venv" / "mine.txt").exists()


def test_an_environment_made_by_hand_stays_when_the_network_is_missing(project: Path, index: Index) -> None:
    run([uv_binary(), "venv", "-q", project / ".venv"]).checked()
    (project / ".venv" / "mine.txt").write_text("kept")
    index.stop()

    for _ in range(2):
        with pytest.raises(NoNetworkError):
            prepare(project, PYTHON)

    assert (project / ".venv" / "mine.txt").exists()


def test_what_is_no_environment_is_not_touched(project: Path) -> None:
    write_tree(project, {".venv/novel.txt": "chapter one"})

    with pytest.raises(UsageError, match="is not a virtual environment"):
        prepare(project, PYTHON)

    assert (project / ".venv" / "novel.txt").exists()


def test_a_file_in_the_place_of_the_environment_is_named(project: Path) -> None:
    (project / ".venv").write_text("")

    with pytest.raises(UsageError, match="is a file, but"):
        prepare(project, PYTHON)


@posix_only
def test_a_link_to_nowhere_in_the_place_of_the_environment_is_named(project: Path) -> None:
    (project / ".venv").symlink_to("/no/such/folder")

    with pytest.raises(UsageError, match="is a file, but"):
        prepare(project, PYTHON)


@posix_only
def test_a_folder_that_cannot_be_written_is_named(project: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    project.chmod(0o500)
    try:
        with pytest.raises(EnvironmentProblem, match="can't install the packages"):
            prepare(project, PYTHON)
    finally:
        project.chmod(0o700)


_PREPARE = """
import sys
from pathlib import Path
from tests.support.projects import PYTHON
from starterkit.runtime.prepare import prepare
prepare(Path(sys.argv[1]), PYTHON, say=lambda line: print(line, flush=True))
print("done", flush=True)
"""


def _preparing(project: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(root), str(root / "src")])
    command = [sys.executable, "-c", _PREPARE, str(project)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True)


@posix_only
def test_killed_while_fetching_it_is_made_again(project: Path, index: Index) -> None:
    index.hold.clear()
    first = _preparing(project)
    while not any(path.endswith(".whl") for path in index.asked):
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert not _is_whole(project)

    index.hold.set()
    said = Said()

    assert module(prepare(project, PYTHON, say=said), "bread") == "1.0"


@posix_only
def test_killed_at_any_instant_it_never_looks_whole(project: Path) -> None:
    prepare(project, PYTHON)  # fills the cache, so that the times below fall into the making
    for hundredths in range(0, 45, 6):
        (project / ".venv" / "starterkit.stamp").write_text("starterkit 1 making 0\n")
        process = _preparing(project)
        assert process.stdout
        process.stdout.readline()
        time.sleep(hundredths / 200)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if _is_whole(project):
            assert module(prepare(project, PYTHON, offline=True), "flour") == "1.0"
    assert module(prepare(project, PYTHON, offline=True), "bread") == "1.0"


@posix_only
def test_what_a_killed_command_left_running_is_waited_for(project: Path, index: Index) -> None:
    index.hold.clear()
    first = _preparing(project)
    while not any(path.endswith(".whl") for path in index.asked):
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    second = _preparing(project)
    assert second.stdout
    assert second.stdout.readline().startswith(
        "Waiting for another command that is preparing this project's environment"
    )

    index.hold.set()

    assert "done" in second.communicate()[0]


def test_two_commands_at_once_make_one_environment(project: Path) -> None:
    both = [_preparing(project), _preparing(project)]
    said = [process.communicate()[0] for process in both]

    assert all("done" in text for text in said)
    assert sum("Creating the Python environment" in text for text in said) == 1
    assert module(prepare(project, PYTHON, offline=True), "bread") == "1.0"


# --- pins ---------------------------------------------------------------------------------------------------------


def test_pins_hold_hashes_for_all_systems_and_no_address(project: Path, index: Index) -> None:
    (project / "pyproject.toml").write_text(declaration("soup", dev=["bread"]))

    text = pins(project).decode()

    assert text.startswith("bread==1.0 \\\n    --hash=sha256:")
    assert "windowsill==1.0 ; sys_platform == 'win32'" in text
    assert "127.0.0.1" not in text
    assert "://" not in text
    assert str(project) not in text
    assert "\r" not in text


def test_old_pins_are_kept_and_no_pins_take_the_newest(project: Path, index: Index) -> None:
    old = (project / "requirements.txt").read_bytes()
    index.add("bread", "2.0", ["flour"])

    empty_cache()
    assert b"bread==1.0" in pins(project, old)
    empty_cache()
    assert b"bread==2.0" in pins(project)


def test_preferred_pins_take_each_package_from_the_first_file_that_has_it() -> None:
    path = b"bread==2.0 \\\n    --hash=sha256:aa\n    # via probe\n"
    own = b"bread==1.0 \\\n    --hash=sha256:bb\nsoup==1.0 ; python_version < '4' \\\n    --hash=sha256:cc\n"

    both = preferred_pins(path, own)

    assert both == path + b"soup==1.0 ; python_version < '4' \\\n    --hash=sha256:cc\n"


def test_packages_fetched_ahead_need_no_network_later(project: Path, index: Index) -> None:
    (project / "pyproject.toml").write_text(declaration("bread", "soup"))
    later = pins(project)
    empty_cache()
    fetch_into_cache(later, PYTHON)
    index.stop()

    assert pins(project, later) == later
    (project / "requirements.txt").write_bytes(later)
    assert module(prepare(project, PYTHON, offline=True), "soup") == "1.0"


def test_fetching_ahead_without_a_network_is_said(project: Path, index: Index) -> None:
    later = (project / "requirements.txt").read_bytes()
    empty_cache()
    index.stop()

    with pytest.raises(NoNetworkError):
        fetch_into_cache(later, PYTHON)


# --- what commands run in -----------------------------------------------------------------------------------------


def test_commands_are_filled_in() -> None:
    prepared = Environment({"python": "/x y/python"}, {})

    assert prepared.command(
        ["{python}", "-m", "pytest", "--junit-xml={report}", "{tests}"], report="r.xml", tests=["a.py", "b c.py"]
    ) == ["/x y/python", "-m", "pytest", "--junit-xml=r.xml", "a.py", "b c.py"]
    assert prepared.command(["{tests}"], tests=[]) == []
    with pytest.raises(UsageError, match=r"\{node\}"):
        prepared.command(["{node}"])


def test_the_shells_own_settings_stay_outside(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTEST_ADDOPTS", "FLASK_APP", "CONDUIT_SECRET_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("KEPT", "yes")

    prepared = prepare(project, EnvironmentSpec("python", *_FILES, clear=("FLASK_*", "CONDUIT_*")))

    assert not {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTEST_ADDOPTS", "FLASK_APP", "CONDUIT_SECRET_KEY"} & set(
        prepared.variables
    )
    assert prepared.variables["KEPT"] == "yes"
    assert prepared.variables["PATH"].split(os.pathsep)[0] == str(bin_folder(project / ".venv"))


def test_an_environment_moves_with_its_project(project: Path, tmp_path: Path) -> None:
    prepare(project, PYTHON)
    moved = project.rename(tmp_path / "moved")

    prepared = prepare(moved, PYTHON, offline=True)

    assert prepared.programs["python"].startswith(str(moved))
    assert module(prepared, "bread") == "1.0"


# --- servers ------------------------------------------------------------------------------------------------------

_SITE = """
import http.server, os, subprocess, sys, time
time.sleep(0.2)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("child", "w").write(str(child.pid))
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_tree(
        tmp_path / "site", {"site.py": _SITE, "ends.py": "raise SystemExit(3)", "sleeps.py": "while 1: 1"}
    )


HERE = Environment({"python": sys.executable}, dict(os.environ))


def test_a_site_is_given_when_it_answers_and_ended_with_all_it_started(site: Path) -> None:
    port = free_port(5000)

    with serve(site, HERE, ["{python}", "site.py", "{port}"], port, output=subprocess.DEVNULL) as process:
        assert process.poll() is None
        socket.create_connection(("127.0.0.1", port), 1).close()
        child = int((site / "child").read_text())

    assert process.poll() is not None
    assert not _is_alive(child)


def _is_alive(process: int) -> bool:
    for _ in range(100):
        try:
            if "Z" in Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[-1].split()[0]:
                return False
            os.kill(process, 0)
        except (ProcessLookupError, FileNotFoundError):
            return False
        time.sleep(0.01)
    return True


def test_a_site_that_ends_by_itself_is_given_too(site: Path) -> None:
    with serve(site, HERE, ["{python}", "ends.py"], free_port(5000), output=subprocess.DEVNULL) as process:
        assert process.poll() == 3


def test_a_site_that_never_answers_is_ended(site: Path) -> None:
    with (
        pytest.raises(TimeLimitReached),
        serve(site, HERE, ["{python}", "sleeps.py"], free_port(5000), output=subprocess.DEVNULL, seconds=0.3),
    ):
        raise AssertionError("the block must not be reached")


def test_a_port_that_is_taken_is_passed_over() -> None:
    port = free_port(5050)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()

        assert free_port(port) > port

    assert free_port(port) == port


# --- tools --------------------------------------------------------------------------------------------------------


def test_the_tools_of_this_machine_are_reported() -> None:
    reports = {report.name: report for report in report_tools(None)}

    assert set(reports) == {"git", "python", "uv"}
    assert all(report.ok and report.version and report.fix == "" for report in reports.values())


def test_a_tool_that_is_not_here_comes_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    git = next(report for report in report_tools(None) if report.name == "git")

    assert (git.ok, git.version) == (False, "")
    assert "Install git" in git.fix


@pytest.mark.parametrize(
    ("version", "wanted", "answer"),
    [
        ("2.39.5", ">=2.38", True),
        ("2.9", ">=2.38", False),
        ("20.20.2", ">=20.12,<25", True),
        ("25.0.0", ">=20.12,<25", False),
        ("3.11.0", ">=3.11", True),
        ("3.11", ">3.11.0", False),
    ],
)
def test_versions_are_compared_as_numbers(version: str, wanted: str, answer: bool) -> None:
    assert fits(version, wanted) is answer


def test_uv_is_found_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """`sysconfig`, which `find_uv_bin` reads, is half filled while another thread fills it."""
    busy, overlaps = threading.Lock(), []

    def find_uv_bin() -> str:
        overlaps.append(not busy.acquire(blocking=False))
        time.sleep(0.02)
        busy.release()
        return "/uv"

    monkeypatch.setattr("uv.find_uv_bin", find_uv_bin)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: str(uv_binary()), range(4)))

    assert found == ["/uv"] * 4
    assert not any(overlaps)
