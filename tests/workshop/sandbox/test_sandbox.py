"""The sandbox itself, with small shell programs: what they see, what they can use, and how they end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from starterkit.git.objects import EXECUTABLE, FILE, File
from starterkit.process import start
from starterkit.workshop.grading.submission_files import archived
from starterkit.workshop.sandbox import supervisor
from starterkit.workshop.sandbox.model import MIB, RunResult, Sandbox, SandboxJob, SandboxLimits
from starterkit.workshop.sandbox.select import MECHANISMS, why_not


@dataclass
class Place:
    """A sandbox to be tried."""

    sandbox: Sandbox

    def ran(self, script: str, visible: Sequence[Path] = (), **limits: float) -> RunResult:
        files = {"a.txt": File(FILE, b"here\n"), "run.sh": File(EXECUTABLE, script.encode())}
        everything = SandboxLimits(**{"seconds": 20.0, **limits})  # type: ignore[arg-type]
        return self.sandbox.run(SandboxJob(("sh", "run.sh"), archived(files), visible=visible, limits=everything))

    def output(self, script: str, visible: Sequence[Path] = (), **limits: float) -> str:
        ended = self.ran(script, visible, **limits)
        assert not ended.stopped, ended
        return ended.output.decode()


@pytest.fixture(params=MECHANISMS)
def place(request: pytest.FixtureRequest) -> Place:
    """Each mechanism that this machine has."""
    if lacking := why_not(request.param):
        pytest.skip(lacking)
    return Place(MECHANISMS[request.param])


def test_it_has_its_files_and_its_exit_code(place: Place) -> None:
    ended = place.ran("cat a.txt; echo wrong >&2; exit 7")

    assert (ended.code, ended.output) == (7, b"here\nwrong\n")


def test_nothing_of_the_instructor_is_seen(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    monkeypatch.setenv("TOKEN", "secret words")

    shown = place.output(f"env; cat {tmp_path}/secret.txt; ls {Path.home()} /home /root; cat /proc/1/environ; ps ax")

    assert "secret words" not in shown
    assert str(os.getpid()) not in place.output("ls /proc").split()
    assert place.output("cat /proc/net/dev").count(":") == 1


def test_nothing_outside_can_be_written(place: Place) -> None:
    shown = place.output(
        "for d in / /usr /etc /dev /proc/sys/kernel /lib; do touch $d/x 2>/dev/null && echo $d; done; touch ok"
    )

    assert shown == ""


def test_it_has_no_rights_and_no_terminal(place: Place) -> None:
    shown = place.output("grep -E 'Cap(Eff|Prm|Bnd)|NoNewPrivs|Seccomp:' /proc/self/status; echo x > /dev/tty")

    assert shown.count("0000000000000000") == 3
    assert "NoNewPrivs:\t1" in shown
    assert "Seccomp:\t2" in shown
    assert "/dev/tty" in shown
    assert "uid=0" not in place.output("id")


def test_what_is_shown_can_be_read_and_not_written(place: Place, tmp_path: Path) -> None:
    for name in ("with a space", "wörds"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shown.txt").write_text("shown words\n")
    (tmp_path / "link").symlink_to(tmp_path / "wörds")
    (tmp_path / "hidden.txt").write_text("hidden words\n")
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid():
            folder.chmod(folder.stat().st_mode | 0o711)
    script = f"cd '{tmp_path}'; cat */shown.txt hidden.txt; for d in */; do touch \"$d/x\" 2>/dev/null && echo $d; done"

    shown = place.output(script, [tmp_path / "with a space", tmp_path / "link"])

    assert shown.count("shown words") == 3
    assert "hidden words" not in shown
    assert not list(tmp_path.rglob("x"))


def test_two_runs_do_not_see_one_another(place: Place) -> None:
    assert place.ran("touch /tmp/mark /site/mark").code == 0
    assert place.output("ls /tmp; ls") == "a.txt\nrun.sh\n"


def test_a_loop_of_forks_ends(place: Place) -> None:
    ended = place.ran("f() { f & f; }; f", seconds=3, processes=20)

    assert ended.seconds < 10


def test_time_is_limited(place: Place) -> None:
    ended = place.ran("trap '' TERM INT; while true; do :; done", seconds=1)

    assert ended.stopped == "still running after 1 s"


def test_the_time_of_the_processor_is_limited(place: Place) -> None:
    ended = place.ran("while true; do :; done & while true; do :; done & wait", seconds=30, cpu_seconds=1)

    assert "processor time" in ended.stopped or not ended.stopped


def test_the_disk_is_limited(place: Place) -> None:
    shown = place.output("head -c 9000000 /dev/zero > x; echo; head -c 9000000 /dev/zero > y", disk_bytes=8 * MIB)

    assert "No space left" in shown


@pytest.mark.parametrize("folder", ["/site", "/tmp", "/dev/shm"])
def test_the_number_of_files_is_limited(place: Place, folder: str) -> None:
    if place.sandbox is MECHANISMS["container"]:
        pytest.skip("an engine limits the disk alone")

    ended = place.ran(f"n=0; while :; do true > {folder}/f$n; n=$((n + 1)); done", files=2000)

    assert ended.stopped == "more than 2,000 files"


def test_a_program_that_ends_before_it_was_told_its_secret_has_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*words: Any, **more: Any) -> subprocess.Popen[bytes]:
        process = start(*words, **more)
        process.wait()
        return process

    monkeypatch.setattr(supervisor, "start", started)

    ended = supervisor.run_watched(lambda *_: ["false"], SandboxJob((), b"", secret=b"x" * 32), environment={})

    assert ended.code == 1


def test_what_it_prints_is_kept_at_both_ends_and_dropped_between(place: Place) -> None:
    ended = place.ran("echo first; head -c 50000000 /dev/zero | tr '\\0' x; echo; echo last", output_bytes=1000)

    assert ended.output.startswith(b"first\nxxx")
    assert ended.output.endswith(b"xxx\nlast\n")
    assert len(ended.output) < 2100
    assert ended.dropped == 50_000_000 + len("first\n\nlast\n") - 2000
