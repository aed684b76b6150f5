"""The files of the CI say what README.md and noxfile.py say, and name only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from starterkit.validation.model import Rule

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
