"""The files of the CI say what README.md and noxfile.py say, and name only what exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from starterkit.validation.model import Rule
from tests.support.commands import environment

ROOT = Path(__file__).parents[1]
RUN, NIGHTLY = ((ROOT / ".ci" / name).read_text("utf-8") for name in ("run", "nightly"))
README_TESTS = re.search(r"^\.venv/bin/pip install .*pytest.*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)


def workflow(name: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text("utf-8"))
    return found


def commands(name: str, job: str) -> list[str]:
    """The commands of a job, in order."""
    jobs = workflow(name)["jobs"]
    assert isinstance(jobs, dict)
    return [step["run"] for step in jobs[job]["steps"] if "run" in step]


def test_linux_runs_all_and_other_systems_the_readmes_test_command() -> None:
    assert README_TESTS
    assert commands("ci.yml", "linux")[-1] == ".ci/run"
    assert commands("ci.yml", "others") == [README_TESTS[0].replace(".venv/bin/", "")]


def test_nothing_is_published_that_the_tests_have_not_seen() -> None:
    jobs = workflow("release.yml")["jobs"]

    assert isinstance(jobs, dict)
    assert set(jobs["publish"]["needs"]) == {"ci", "build"}
    assert [name for name, job in jobs.items() if "id-token" in job.get("permissions", {})] == ["publish"]


def test_the_nightly_run_proves_the_rules_that_the_other_one_skips() -> None:
    skipped = set(re.findall(r"--skip (\S+)", RUN))

    assert skipped <= {rule.value for rule in Rule}
    assert skipped == set(re.findall(r"--only (\S+)", NIGHTLY))
    assert all(f'"{rule}"' in (ROOT / "noxfile.py").read_text("utf-8") for rule in skipped)


@pytest.mark.parametrize("script", [RUN, NIGHTLY], ids=["run", "nightly"])
def test_every_file_that_a_script_names_exists(script: str) -> None:
    named = re.findall(r"(?:benchmarks|tests|docs|\.ci)/[\w/.]*\w", script)

    assert named
    assert [file for file in named if not (ROOT / file).exists()] == []


def test_every_benchmark_runs_at_night() -> None:
    benchmarks = [file for file in (ROOT / "benchmarks").glob("*.py") if "__main__" in file.read_text("utf-8")]

    assert [file.name for file in benchmarks if f"benchmarks/{file.name}" not in NIGHTLY] == []


# --- the scripts, with programs that only say how they were called ---------------------------------------------------

STUB = '#!/bin/sh\necho "ran $*"\ncase "$*" in *"$FAILING"*) exit 3 ;; esac\n'


def ran(script: str, folder: Path, *words: str, failing: str = "nothing fails") -> tuple[int, str]:
    """Run a script of .ci in a folder where nothing is installed; return its exit code and output."""
    (folder / ".ci").mkdir()
    (folder / ".ci" / "prepare").touch()
    shutil.copy(ROOT / ".ci" / script, folder / ".ci" / script)
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("pip", "python", "starterkit"):
        (folder / ".venv" / "bin" / name).write_text(STUB, "utf-8")
        (folder / ".venv" / "bin" / name).chmod(0o755)
    command = [str(folder / ".ci" / script), *words]
    done = subprocess.run(command, env=environment(FAILING=failing), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


posix = pytest.mark.skipif(os.name == "nt", reason="the scripts are for bash")


@posix
@pytest.mark.parametrize(("failing", "code"), [("nothing fails", 0), ("-m pytest -q -n auto", 3)])
def test_run_ends_with_the_time_of_each_part(tmp_path: Path, failing: str, code: int) -> None:
    ended, shown = ran("run", tmp_path, failing=failing)

    assert ended == code
    times = re.findall(r"^(\w+) +\d+:\d\d(  failed)?$", shown, re.MULTILINE)
    expected = [("validation", ""), ("pytest", ""), ("browser", "")]
    assert times == (expected if not code else [expected[0], ("pytest", "  failed")])


@posix
def test_a_part_of_the_night_that_fails_stops_no_other(tmp_path: Path) -> None:
    code, shown = ran("nightly", tmp_path, failing="--only earned")
    lines = re.findall(r"^ +\d+:\d\d  (\w+) +(ok|failed \(3\)) +", shown, re.MULTILINE)

    assert code == 1
    assert [name for name, result in lines if result != "ok"] == ["mutation"]
    parts = ["tests", "mutation", "variations", "solutions", "browser", "load"]
    assert list(dict.fromkeys(name for name, _ in lines)) == parts
    assert len(lines) == NIGHTLY.count("\nrun ")


@posix
def test_only_the_named_parts_of_the_night_run(tmp_path: Path) -> None:
    code, shown = ran("nightly", tmp_path, "variations")

    assert code == 0
    assert "--only carries" in shown
    assert "earned" not in shown and "benchmarks" not in shown


@posix
def test_an_unknown_part_of_the_night_is_named(tmp_path: Path) -> None:
    code, shown = ran("nightly", tmp_path, "load", "everything")

    assert code == 2
    assert 'Unknown part "everything"' in shown and "mutation" in shown
    assert "ran" not in shown.split()
