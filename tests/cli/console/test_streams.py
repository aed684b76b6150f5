"""Where output goes, in which letters and colours, and what happens when it cannot go there."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.commands import PROGRAM, Ran, environment, starterkit

pytestmark = pytest.mark.slow

ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def test_the_answer_is_alone_on_standard_output(begun_site: Path) -> None:
    ran = starterkit("check", "test_about_page_has_a_heading", "--json", cwd=begun_site, code=1)

    assert ran.json["command"] == "check"
    assert ran.err == "Running one test …\n"


def test_no_colour_without_a_terminal(begun_site: Path) -> None:
    for args in ([], ["status"], ["lesson"], ["solve", "--show"], ["list"]):
        ran = starterkit(*args, cwd=begun_site, env={"NO_COLOR": None})
        assert not ESCAPES.search(ran.out + ran.err), args


def test_colour_can_be_asked_for_and_says_nothing_that_the_words_do_not(begun_site: Path) -> None:
    coloured = starterkit("status", cwd=begun_site, env={"NO_COLOR": None, "FORCE_COLOR": "1"}).out
    plain = starterkit("status", cwd=begun_site).out

    assert "\x1b[1;31mFAILED\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).split() == plain.replace("`", "").split()


def test_every_letter_comes_through_whatever_the_locale(site: Path) -> None:
    for locale in ({"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        assert "01 · First page" in starterkit("lesson", "1", cwd=site, env=locale).out


def test_a_learners_text_moves_no_cursor(begun_site: Path) -> None:
    evil = "\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u202eevil [bold red]x[/] {0}"
    factory = begun_site / "conduit" / "__init__.py"
    factory.write_text(f'def create_app(settings=None):\n    raise RuntimeError("{evil}")\n')

    ran = starterkit("check", "test_about_page_has_a_heading", cwd=begun_site, code=1)

    assert "evil [bold red]x[/] {0}" in ran.out
    assert not ESCAPES.search(ran.out)
    assert "\u202e" not in ran.out


def test_a_file_name_moves_no_cursor(begun_site: Path) -> None:
    name = "film\x1b[31m\n.mp4"
    with (begun_site / name).open("wb") as film:
        film.truncate(11 * 1024 * 1024)

    ran = starterkit("next", "--no-check", cwd=begun_site, code=3)

    assert not ESCAPES.search(ran.err.replace("\n", ""))


def test_a_reader_that_has_gone_is_no_trouble(begun_site: Path) -> None:
    for args in (["status"], ["--help"], ["lesson"], ["status", "--json"]):
        process = subprocess.Popen(
            [*PROGRAM, *args], cwd=begun_site, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
        process.stderr.close()
        assert (process.wait(30), told) == (130, b""), args


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("args", [["status"], ["status", "--json"], ["--help"]])
def test_a_full_disk_under_the_answer_ends_with_4(begun_site: Path, args: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, *args], cwd=begun_site, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True
        )

    assert done.returncode == 4
    assert done.stderr.startswith("Error: The disk is full.")


@pytest.mark.skipif(os.name == "nt", reason="closed streams are a matter of POSIX shells")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_a_stream_that_is_closed_from_the_start_is_no_trouble(begun_site: Path, closed: str) -> None:
    words = " ".join([f"'{word}'" for word in PROGRAM])

    done = subprocess.run(["sh", "-c", f"{words} status {closed}"], cwd=begun_site, env=environment(), timeout=60)

    assert done.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_ends_what_it_started(begun_site: Path, number: signal.Signals) -> None:
    factory = begun_site / "conduit" / "__init__.py"
    factory.write_text("import time\n\n\ndef create_app(settings=None):\n    time.sleep(60)\n")
    process = subprocess.Popen(
        [*PROGRAM, "check"],
        cwd=begun_site,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("Running")
    time.sleep(1)
    process.send_signal(number)
    out, told = process.communicate(timeout=30)

    assert (process.returncode, out) == (130, "")
    assert told.strip() == "Interrupted. Your work is safe."
    assert str(begun_site) not in _command_lines()


def _command_lines() -> str:
    if not Path("/proc").is_dir():
        return ""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found.append(f"{(folder / 'cmdline').read_bytes()!r} {(folder / 'cwd').readlink()}")
        except OSError:
            continue
    return "\n".join(found)


BROKEN = """
import sys
from starterkit.cli.commands import status
def broken(*args, **kwargs):
    raise {error}
status.project_here = broken
from starterkit.__main__ import main
sys.exit(main(["status"]))
"""


def broken_run(error: str, cwd: Path) -> Ran:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN.format(error=error)], cwd=cwd, env=environment(), capture_output=True, text=True
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_a_mistake_of_ours_is_one_line_and_a_report_in_the_projects_git_folder(begun_site: Path) -> None:
    ran = broken_run('LookupError("nobody expected this")', begun_site)

    assert (ran.code, ran.out) == (70, "")
    (report,) = (begun_site / ".git" / "starterkit").glob("report-*.txt")
    shown = " ".join(ran.err.split())
    assert shown.startswith("Bug: starterkit failed with LookupError.")
    assert shown.endswith(f"The full report is in {report}. Please report this bug.")
    text = report.read_text(encoding="utf-8")
    for part in ("LookupError: nobody expected this", "Traceback", "command:", "platform:", "git version", "typer:"):
        assert part in text, part


def test_outside_a_project_the_report_is_a_temporary_file(tmp_path: Path) -> None:
    ran = broken_run('LookupError("x")', tmp_path)

    assert ran.code == 70
    report = Path("".join(ran.err.split("report is in", 1)[1].split(".\nPlease")[0].split()).rstrip("."))
    assert "LookupError" in report.read_text(encoding="utf-8")
    report.unlink()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_anywhere_ends_with_4_and_the_mend(begun_site: Path, number: int) -> None:
    ran = broken_run(f'OSError({number}, "full", "some/file")', begun_site)

    assert ran.code == 4
    assert ran.err == (
        "Error: The disk is full, so starterkit can't write some/file.\nFree some space, then run the command again.\n"
    )
