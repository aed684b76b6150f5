"""Programs are started, limited and ended with all that they started, and their failures read well."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from starterkit import process as process_module
from starterkit.errors import ExitCode
from starterkit.process import (
    ProgramFailed,
    ProgramMissing,
    TimeLimitReached,
    interrupt,
    run,
    run_in_background,
    running,
    scrubbed_environment,
    start,
    terminate,
    wait,
)

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
PYTHON = sys.executable
# Starts a child that sleeps, tells its number, and sleeps too.
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session={leaves})\n"
    "print(child.pid, flush=True)\n"
    "{then}\n"
)
SLEEP = "import time; time.sleep(30)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(30)"


def parent(child: str = SLEEP, *, leaves: bool = False, then: str = "time.sleep(30)") -> list[str]:
    return [PYTHON, "-c", PARENT.format(child=child, leaves=leaves, then=then)]


def is_alive(process: int) -> bool:
    """Tell whether a process still runs a while later; one that is only waiting to be counted does not."""
    for _ in range(200):
        try:
            os.kill(process, 0)
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return False
        except (ProcessLookupError, FileNotFoundError):
            return False
        time.sleep(0.01)
    return True


def test_a_program_runs_to_its_end_with_what_it_wrote() -> None:
    finished = run(
        [PYTHON, "-c", "import sys; print(sys.stdin.read()); sys.stderr.write('é'); sys.exit(3)"], input=b"hi"
    )

    assert (finished.code, finished.text_out.strip(), finished.text_err) == (3, "hi", "é")


def test_standard_input_is_closed() -> None:
    assert run([PYTHON, "-c", "import sys; print(sys.stdin.read() == '')"]).out.strip() == b"True"


def test_a_failure_shows_command_code_and_output() -> None:
    with pytest.raises(ProgramFailed, match="ended with exit code 3") as raised:
        run([PYTHON, "-c", "import sys; print('out'); sys.stderr.write('why'); sys.exit(3)"]).checked()

    assert "why" in str(raised.value)
    assert raised.value.code is ExitCode.ENVIRONMENT


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgramMissing, match="can't find the program `no-such-program`"):
        run(["no-such-program"])
    with pytest.raises(ProgramMissing, match="does not exist"):
        run([PYTHON], cwd=tmp_path / "gone")


@posix_only
def test_a_file_that_is_no_program_is_named(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_bytes(b"\x00\x01\x02")
    with pytest.raises(ProgramMissing, match=r"can.t start the program .*: Permission denied"):
        run([file])
    file.chmod(0o755)
    with pytest.raises(ProgramMissing, match=r"can.t start the program .*: Exec format error"):
        run([file])


@posix_only
def test_the_time_limit_ends_what_the_program_started_and_keeps_its_output() -> None:
    begun = time.monotonic()
    with pytest.raises(TimeLimitReached, match=r"still running after 0\.5 seconds") as raised:
        run(parent(), timeout=0.5)

    assert time.monotonic() - begun < 5
    assert not is_alive(int(raised.value.finished.out))


@posix_only
def test_a_program_that_left_the_group_does_not_hold_us_up() -> None:
    begun = time.monotonic()
    with pytest.raises(TimeLimitReached) as raised:
        run(parent(leaves=True), timeout=0.5)

    os.kill(int(raised.value.finished.out), signal.SIGKILL)
    assert time.monotonic() - begun < 5


@posix_only
def test_a_program_that_does_not_listen_is_killed() -> None:
    process = start([PYTHON, "-c", f"print('ready', flush=True); {STUBBORN}"])
    assert process.stdout
    process.stdout.readline()
    time.sleep(0.2)

    begun = time.monotonic()
    terminate(process)

    assert process.returncode == -signal.SIGKILL
    assert 2 < time.monotonic() - begun < 6
    process.communicate()


@posix_only
def test_leaving_the_block_ends_the_program_and_what_outlived_it() -> None:
    process = start(parent(then="pass"))
    assert process.stdout
    child = int(process.stdout.readline())
    process.wait()

    with pytest.raises(KeyError), running(process):
        raise KeyError

    assert not is_alive(child)
    process.communicate()


@posix_only
def test_work_beside_a_block_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    note = tmp_path / "note"
    code = "import os, sys, time; open(sys.argv[1], 'w').write(f'{os.getpid()} '); time.sleep(30)"

    with run_in_background([PYTHON, "-c", code, str(note)]):
        while not (note.exists() and note.read_text().endswith(" ")):
            time.sleep(0.01)
        process = int(note.read_text())
        assert os.getpriority(os.PRIO_PROCESS, process) > os.getpriority(os.PRIO_PROCESS, 0)

    assert not is_alive(process)


def test_work_beside_a_block_is_left_out_where_no_core_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(process_module, "start", lambda args, **_: started.append(args))
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with run_in_background(["no-such-program"]):
        pass
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with run_in_background(()):
        pass

    assert started == []


@posix_only
def test_an_interrupt_reaches_the_program() -> None:
    code = (
        "import time\n"
        "try:\n    print('ready', flush=True)\n    time.sleep(30)\nexcept KeyboardInterrupt:\n    print('said goodbye')"
    )
    with running(start([PYTHON, "-c", code])) as process:
        assert process.stdout
        process.stdout.readline()
        interrupt(process)

        assert wait(process, 5)
        assert process.stdout.read().strip() == b"said goodbye"
    process.communicate()


def test_waiting_tells_whether_the_program_has_ended() -> None:
    with running(start([PYTHON, "-c", SLEEP])) as process:
        assert not wait(process, 0.1)
        begun = time.monotonic()
        assert not wait(process, 30, stop=lambda: True)
        assert time.monotonic() - begun < 1
    process.communicate()

    process = start([PYTHON, "-c", ""])
    assert wait(process, 30)
    assert wait(process, 0)
    process.communicate()


@posix_only
def test_an_inherited_descriptor_stays_open_in_the_program(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        code = f"import os; os.write({file.fileno()}, b'written')"
        assert run([PYTHON, "-c", code], keep_open=[file.fileno()]).code == 0
        assert run([PYTHON, "-c", code]).code != 0

    assert (tmp_path / "file").read_text() == "written"


def test_a_scrubbed_environment_lacks_what_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS", "PYTEST_XYZ", "CONDUIT_A", "KEPT"):
        monkeypatch.setenv(name, "1")

    scrubbed = scrubbed_environment(ADDED="2")

    assert {"PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS", "PYTEST_XYZ"}.isdisjoint(scrubbed)
    assert (scrubbed["KEPT"], scrubbed["CONDUIT_A"], scrubbed["ADDED"]) == ("1", "1", "2")
    assert "CONDUIT_A" not in scrubbed_environment(["CONDUIT_*"])
