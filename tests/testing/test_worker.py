"""A warm run gives the results of a cold run, and leaves nothing behind for the next run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from starterkit.project.project import open_project
from starterkit.runtime.prepare import prepare
from starterkit.template.model import Commands
from starterkit.testing.discovery import expected_tests
from starterkit.testing.launch import COLD, launcher_without_network
from starterkit.testing.results import CheckResult, Outcome
from starterkit.testing.runner import Cancelled, run_tests
from starterkit.testing.worker import WarmWorker
from tests.support.probes import INI, check, project, template
from tests.support.projects import pytest_environment, write_tree

pytestmark = pytest.mark.slow

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems don't fork")
MODES = [pytest.param(True, marks=linux_only, id="forks"), pytest.param(False, id="waiting")]
MEMORY_KIB = 100 * 1024
# A test that shows the numbers of its process and of the process that started it.
SHOWS = """
import os
from pathlib import Path


def test_a():
    with Path("runs").open("a") as runs:
        runs.write(f"{os.getpid()} {os.getppid()}\\n")
"""


@pytest.fixture(params=MODES)
def forks(request: pytest.FixtureRequest) -> bool:
    """Both ways to run tests warm."""
    return bool(request.param)


class Said(list[str]):
    """What starterkit said."""

    __call__ = list.append


def worker(
    folder: Path, *, forks: bool = True, say: Said | None = None, warm: tuple[str, ...] = (), path: Path | None = None
) -> WarmWorker:
    """A worker for a project. `path` is one more folder with packages."""
    environment = pytest_environment()
    if path:
        environment = replace(environment, variables={**environment.variables, "PYTHONPATH": str(path)})
    return WarmWorker(folder, environment, template(warm=warm), Said() if say is None else say, forks=forks)


def runs(folder: Path) -> list[tuple[int, int]]:
    """The numbers that SHOWS wrote: of each run and of its parent."""
    lines = (folder / "runs").read_text().splitlines() if (folder / "runs").exists() else []
    return [(int(line.split()[0]), int(line.split()[1])) for line in lines]


def comparable(result: CheckResult) -> CheckResult:
    """A result without what differs between two runs: times and addresses."""
    log = re.sub(r"\d+\.\d+s|0x[0-9a-f]+|starterkit-\w+", "", result.log)
    return replace(result, seconds=0.0, log="\n".join(line for line in log.splitlines() if line.strip(" =")))


def workers() -> list[int]:
    """The processes of workers that this process has started."""
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    return [int(child) for child in children if "starterkit_worker" in Path(f"/proc/{child}/cmdline").read_text()]


def is_gone(process: int) -> bool:
    """Wait until a process has ended."""
    for _ in range(500):
        try:
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False


# --- the same results ---------------------------------------------------------------------------------------------

MANY = {
    "conduit/comments.py": "def add(text):\n    return text.strip()\n",
    "tests/__init__.py": "",
    "tests/conftest.py": """
        import pytest


        @pytest.fixture
        def broken():
            raise LookupError("no site")
        """,
    "tests/test_many.py": """
        import os
        import sys
        import time
        from pathlib import Path

        import pytest
        from conduit import comments


        def test_passes(tmp_path):
            assert comments.add(" a ") == "a"


        def test_fails():
            assert comments.add(" a ") == "b", "the text differs"


        def test_compares():
            assert [1, 2, 3] == [1, 2, 4]


        def test_has_an_error():
            comments.add(None)


        def test_has_a_broken_fixture(broken):
            pass


        def test_is_skipped():
            pytest.skip("no reason")


        def test_prints():
            print("what a learner wants to know")
            print("and more", file=sys.stderr)
            assert False


        def test_sees_a_new_process():
            assert sys.argv[0].endswith("pytest/__main__.py") or os.name == "nt"
            assert sys.modules["__main__"].__spec__.name == "pytest.__main__"
            assert sys.path[0] == str(Path.cwd()) == os.getcwd()
            assert not any("preload" in path for path in sys.path)
            assert "PYTEST_PLUGINS" not in os.environ
            assert sys.stdin.read() == ""
            assert time.process_time() < 5  # the time limits count it


        @pytest.mark.parametrize("number", [1, 2])
        def test_numbers(number):
            assert number == 1
        """,
}
ENDS = {
    "imports": "import no_such_package\n\n\ndef test_a():\n    pass\n",
    "has a syntax error": "import conduit.wrong\n\n\ndef test_a():\n    pass\n",
    "exits": "import os\n\n\ndef test_a():\n    os._exit(3)\n",
    "crashes": "import ctypes\n\n\ndef test_a():\n    ctypes.string_at(0)\n",
    "loops": "def test_a():\n    while True:\n        pass\n",
    "leaves": "import sys\n\nsys.exit(4)\n\n\ndef test_a():\n    pass\n",
    "kills": "import os, signal\n\n\ndef test_a():\n    os.kill(os.getpid(), signal.SIGTERM)\n",
    "recurses": "def f():\n    f()\n\n\ndef test_a():\n    f()\n",
}


def test_the_results_of_many_tests_equal_those_of_a_cold_run(tmp_path: Path, forks: bool) -> None:
    folder, said = project(tmp_path, MANY), Said()

    with worker(folder, forks=forks, say=said) as launcher:
        first, second = check(folder, launcher=launcher), check(folder, launcher=launcher)

    assert comparable(first) == comparable(second) == comparable(check(folder))
    assert {result.outcome for result in first.results} == {Outcome.PASSED, Outcome.FAILED}
    assert said == []


@pytest.mark.parametrize("name", ENDS)
def test_a_run_that_ends_badly_ends_as_a_cold_run_does(tmp_path: Path, name: str) -> None:
    if os.name == "nt" and name == "kills":
        pytest.skip("signals of POSIX")
    folder, said = project(tmp_path, {"tests/test_a.py": ENDS[name], "conduit/wrong.py": "def a(:\n"}), Said()

    with worker(folder, say=said) as launcher:
        warm = check(folder, launcher=launcher)

    assert (warm.problem, warm.results) == ((cold := check(folder)).problem, cold.results)
    assert not warm.green
    assert said == []


def test_an_endless_loop_stops_a_warm_run(tmp_path: Path) -> None:
    loop = "def test_a():\n    while True:\n        pass\n"
    folder = project(tmp_path, {"tests/test_a.py": loop, "pytest.ini": INI.replace("timeout = 1", "timeout = 50")})

    with worker(folder) as launcher:
        (stopped,) = check(folder, launcher=launcher).results

    assert "still running after 5 s" in stopped.message


def test_a_deleted_test_is_missing_in_a_warm_run(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": SHOWS, "tests/test_b.py": "def test_b():\n    pass\n"})
    path = template("test_a", "test_b")
    expected = expected_tests(
        path, "base", {f"tests/{name}": (folder / "tests" / name).read_bytes() for name in ("test_a.py", "test_b.py")}
    )

    with worker(folder) as launcher:
        for change in (lambda file: file.write_text(""), lambda file: file.unlink()):
            change(folder / "tests/test_b.py")
            warm, cold = (
                run_tests(folder, pytest_environment(), path, expected, launcher=each) for each in (launcher, COLD)
            )
            assert warm.results == cold.results
            assert [result.outcome for result in warm.results] == [Outcome.PASSED, Outcome.DID_NOT_RUN]


def test_the_exit_functions_and_threads_of_a_run_end_first(tmp_path: Path, forks: bool) -> None:
    ending = """
        import atexit
        import threading
        import time
        from pathlib import Path


        def test_a():
            atexit.register(Path("exit function").touch)
            threading.Thread(target=lambda: (time.sleep(0.2), Path("thread").touch())).start()
        """
    folder = project(tmp_path, {"tests/test_a.py": ending})

    with worker(folder, forks=forks) as launcher:
        assert check(folder, launcher=launcher).green

    assert (folder / "exit function").exists() and (folder / "thread").exists()


# --- nothing is left behind ---------------------------------------------------------------------------------------


def test_a_run_leaves_nothing_to_the_next_one(tmp_path: Path, forks: bool) -> None:
    untidy = """
        import json
        import os
        import random
        import sys
        from pathlib import Path

        import conduit

        HERE = Path.cwd()


        def test_a():
            assert not hasattr(json, "changed")
            assert not hasattr(conduit, "changed")
            assert "CHANGED" not in os.environ
            assert "changed" not in sys.modules
            assert Path("pytest.ini").exists()
            json.changed = conduit.changed = True
            os.environ["CHANGED"] = "yes"
            sys.modules["changed"] = json
            sys.path.insert(0, "changed")
            with Path("numbers").open("a") as numbers:
                numbers.write(f"{random.random()}\\n")
            random.seed(1)
            os.chdir("/")


        def test_b():
            os.chdir(HERE)
        """
    folder = project(tmp_path, {"tests/test_a.py": untidy})

    with worker(folder, forks=forks) as launcher:
        assert [check(folder, launcher=launcher).green for _ in range(3)] == [True] * 3

    assert len(set((folder / "numbers").read_text().split())) == 3


@linux_only
def test_a_warm_run_has_the_open_files_of_a_cold_run(tmp_path: Path, forks: bool) -> None:
    files = """
        import os
        import stat
        from pathlib import Path


        def test_a():
            kinds = []
            for name in sorted(os.listdir("/proc/self/fd"), key=int):
                try:
                    kinds.append(stat.S_IFMT(os.fstat(int(name)).st_mode))
                except OSError:
                    pass
            with Path("kinds").open("a") as seen:
                seen.write(f"{kinds}\\n")
        """
    folder = project(tmp_path, {"tests/test_a.py": files})

    with worker(folder, forks=forks) as launcher:
        check(folder, launcher=launcher)
    check(folder)

    warm, cold = (folder / "kinds").read_text().splitlines()
    assert warm == cold


def test_changed_code_runs_in_the_next_run(tmp_path: Path, forks: bool) -> None:
    folder = project(
        tmp_path,
        {
            "conduit/a.py": "X = 1\n",
            "tests/test_a.py": "from conduit import a\n\n\ndef test_a():\n    assert a.X == 2\n",
        },
    )

    with worker(folder, forks=forks) as launcher:
        before = check(folder, launcher=launcher)
        (folder / "conduit/a.py").write_text("X = 2  # right\n")
        after = check(folder, launcher=launcher)

    assert (before.green, after.green) == (False, True)


def test_the_code_of_the_project_is_imported_by_runs_only(tmp_path: Path, forks: bool) -> None:
    notes = "import os\n\nwith open('imports', 'a') as file:\n    file.write(f'{os.getpid()} ')\n"
    folder = project(tmp_path, {"conduit/__init__.py": notes, "tests/test_a.py": f"import conduit\n{SHOWS}"})

    with worker(folder, forks=forks, warm=("conduit", "no_such_package.part")) as launcher:
        assert [check(folder, launcher=launcher).green for _ in range(2)] == [True] * 2

    assert (folder / "imports").read_text().split() == [str(run) for run, _ in runs(folder)]


def test_a_worker_that_has_imported_the_project_runs_nothing(tmp_path: Path, forks: bool) -> None:
    folder, said = project(tmp_path, {"tests/test_a.py": SHOWS}), Said()

    with worker(folder, forks=forks, say=said, warm=("conduit",), path=folder) as launcher:
        assert [check(folder, launcher=launcher).green for _ in range(2)] == [True] * 2

    assert [parent for _, parent in runs(folder)] == [os.getpid()] * 2
    assert len(said) == 1 and "the module conduit belongs to the project" in said[0]


# --- processes ----------------------------------------------------------------------------------------------------


@linux_only
def test_one_process_forks_all_runs_until_the_settings_change(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": SHOWS, "pyproject.toml": "[project]\nname = 'site'\n"})
    settings = folder / "pyproject.toml"

    with worker(folder) as launcher:
        check(folder, launcher=launcher)
        settings.write_text("[project]\nname = 'other'\n")
        check(folder, launcher=launcher)
        settings.write_text("[project]\nname = 'other'\n[tool.pytest]\nminversion = '9'\n")
        check(folder, launcher=launcher)
        (folder / "pytest.ini").write_text(INI + "console_output_style = classic\n")
        check(folder, launcher=launcher)

    parents = [parent for _, parent in runs(folder)]
    assert parents[0] == parents[1]
    assert len(set(parents) - {os.getpid()}) == 3
    assert all(map(is_gone, parents))


@linux_only
def test_a_changed_environment_replaces_the_worker(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": SHOWS})
    stamp = pytest_environment().folder / "starterkit.stamp"  # type: ignore[operator]

    with worker(folder) as launcher:
        check(folder, launcher=launcher)
        os.utime(stamp)
        check(folder, launcher=launcher)

    assert len({parent for _, parent in runs(folder)} - {os.getpid()}) == 2


def test_a_waiting_process_runs_once(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": SHOWS})

    with worker(folder, forks=False) as launcher:
        for _ in range(4):
            assert check(folder, launcher=launcher).green

    assert len({run for run, _ in runs(folder)}) == 4
    assert {parent for _, parent in runs(folder)} == {os.getpid()}


@linux_only
def test_a_run_whose_worker_dies_runs_cold(tmp_path: Path) -> None:
    deadly = "import signal\n" + SHOWS + "    if os.getppid() != int(Path('parent').read_text()):\n"
    deadly += "        os.kill(os.getppid(), signal.SIGKILL)\n        __import__('time').sleep(30)\n"
    folder = project(tmp_path, {"tests/test_a.py": deadly, "parent": str(os.getpid())})
    (folder / "pytest.ini").write_text(INI.replace("timeout = 1", "timeout = 60"))
    said = Said()

    with worker(folder, say=said) as launcher:
        assert check(folder, launcher=launcher).green
        assert check(folder, launcher=launcher).green

    assert runs(folder)[1][1] == os.getpid()
    assert len(said) == 1


@pytest.mark.parametrize("code", ["raise ValueError('broken package')", "import os; os._exit(1)"])
def test_packages_that_cannot_be_imported_make_runs_cold(tmp_path: Path, forks: bool, code: str) -> None:
    packages = write_tree(tmp_path / "packages", {"broken.py": code})
    folder, said = project(tmp_path, {"tests/test_a.py": SHOWS}), Said()

    with worker(folder, forks=forks, say=said, warm=("broken",), path=packages) as launcher:
        assert [check(folder, launcher=launcher).green for _ in range(3)] == [True] * 3

    assert [parent for _, parent in runs(folder)] == [os.getpid()] * 3
    assert len(said) == 1
    assert "broken package" in said[0] or "_exit" in code


@linux_only
def test_a_package_that_starts_a_thread_makes_runs_cold(tmp_path: Path) -> None:
    thread = "import threading, time\n\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    packages = write_tree(tmp_path / "packages", {"busy.py": thread})
    folder, said = project(tmp_path, {"tests/test_a.py": SHOWS}), Said()

    with worker(folder, say=said, warm=("busy",), path=packages) as launcher:
        assert check(folder, launcher=launcher).green

    assert "a package has started a thread" in said[0]


@linux_only
@pytest.mark.parametrize("is_closed", [True, False])
def test_a_cancelled_run_ends_with_its_processes(tmp_path: Path, forks: bool, is_closed: bool) -> None:
    waiting = """
        import subprocess
        import sys
        import time
        from pathlib import Path


        def test_a():
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            Path("child").write_text(str(child.pid))
            time.sleep(60)
        """
    folder = project(tmp_path, {"tests/test_a.py": waiting, "pytest.ini": INI.replace("timeout = 1", "timeout = 90")})
    child = folder / "child"

    with worker(folder, forks=forks) as launcher:

        def is_cancelled() -> bool:
            has_begun = child.exists() and child.read_text() != ""
            if has_begun and is_closed and forks:
                launcher.close()
            return has_begun

        with pytest.raises(Cancelled):
            check(folder, launcher=launcher, cancelled=is_cancelled)

    assert is_gone(int(child.read_text()))


@linux_only
def test_the_worker_ends_if_starterkit_is_killed(tmp_path: Path, forks: bool) -> None:
    waiting = SHOWS + "    __import__('time').sleep(60)\n"
    folder = project(tmp_path, {"tests/test_a.py": waiting, "pytest.ini": INI.replace("timeout = 1", "timeout = 90")})
    code = (
        "from pathlib import Path\n"
        "from tests.support.probes import check\n"
        "from tests.testing.test_worker import worker\n"
        f"folder = Path({str(folder)!r})\n"
        f"check(folder, launcher=worker(folder, forks={forks}))\n"
    )
    starterkit = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    while not runs(folder):
        assert starterkit.poll() is None
        time.sleep(0.05)
    ((run, _),) = runs(folder)
    children = Path(f"/proc/{starterkit.pid}/task/{starterkit.pid}/children").read_text().split()

    starterkit.send_signal(signal.SIGKILL)
    starterkit.wait()

    if not forks:  # a run goes on to its end, as a cold one does
        os.killpg(run, signal.SIGKILL)
    assert all(map(is_gone, [run, *map(int, children)]))


@linux_only
@pytest.mark.skipif(launcher_without_network() == COLD, reason="bubblewrap doesn't work here")
def test_without_network_a_warm_run_reaches_only_this_machine(tmp_path: Path) -> None:
    tests = """
        import socket
        def test_own_server():
            with socket.create_server(("127.0.0.1", 0)) as server:
                socket.create_connection(server.getsockname(), timeout=5).close()
        def test_network():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                one.connect(("192.0.2.1", 9))
        """
    folder, said = project(tmp_path, {"tests/test_a.py": tests, "tests/test_parent.py": SHOWS}), Said()

    with WarmWorker(folder, pytest_environment(), template(), said, cold=launcher_without_network()) as launcher:
        first, again = check(folder, launcher=launcher), check(folder, launcher=launcher)

    own, network, _ = first.results
    assert comparable(first) == comparable(again)
    assert own.outcome is Outcome.PASSED
    assert "unreachable" in network.message
    assert len({parent for _, parent in runs(folder)}) == 1, "both runs are forks of one process"
    assert said == []


def test_a_template_without_pytest_runs_cold(tmp_path: Path) -> None:
    path = template(commands=Commands(test=("{python}", "-c", "pass"), run=("{python}",)))

    with WarmWorker(tmp_path, pytest_environment(), path) as launcher:
        output = tmp_path / "output"
        process = launcher.start([sys.executable, "-c", "print(1)"], cwd=tmp_path, env=dict(os.environ), output=output)

        assert process.wait() == 0
    assert output.read_text().strip() == "1"


# --- the templates ------------------------------------------------------------------------------------------------


@linux_only
@pytest.mark.parametrize("name", ["generated_site", "generated_django_site"])
def test_the_packages_of_a_template_are_imported_and_fit_in_memory(name: str, request: pytest.FixtureRequest) -> None:
    said = Said()

    with open_project(request.getfixturevalue(name)) as site:
        folder, path, expected = site.folder, site.template, site.expected_tests()
    environment = prepare(folder, path.environment)
    with WarmWorker(folder, environment, path, said) as launcher:
        result = run_tests(folder, environment, path, expected, selected=[expected[0].id], launcher=launcher)
        (process,) = workers()
        memory = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if "VmRSS" in line)

    assert result.green
    assert int(memory.split()[1]) < MEMORY_KIB
    assert said == []
