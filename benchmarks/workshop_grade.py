"""How fast `workshop grade` is, against the bare test runs of the same submissions, measured in one run.

    .venv/bin/python benchmarks/workshop_grade.py [--people N] [--framework flask] [--step STEP]

Everybody hands in the reference answer of the step. The peer is the path's own test command, one process for
each core, in folders with the same files and with the same packages: the sum of the seconds of these runs, divided by
the cores. Both go over a quarter of the people in turn, so few people say little. Prints a Markdown table and exits
with 1 when a limit did not hold.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmark import Row, environment, told

from starterkit.git.bare import BareRepository
from starterkit.git.objects import File
from starterkit.git.worktree import write_file
from starterkit.paths import cache_folder
from starterkit.workshop.grading.batch import GradingRequest
from starterkit.workshop.grading.environments import EnvironmentCache, environments_folder
from starterkit.workshop.grading.reference_tests import Layers
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.store import open_workshop

STARTERKIT = (sys.executable, "-m", "starterkit")
MOST_OVER_TESTS = 1.3
PARTS = 4


def made(folder: Path, people: int, framework: str, variables: dict[str, str]) -> Workshop:
    """Make a workshop for so many people."""
    roster = folder / "roster.csv"
    roster.write_text("name,login\n" + "".join(f"Learner {n},learner{n}\n" for n in range(people)))
    command = [*STARTERKIT, "workshop", "create", str(roster), str(folder / "workshop"), "--framework", framework]
    subprocess.run(command, env=variables, check=True, stdout=subprocess.DEVNULL)
    return open_workshop(folder / "workshop")


def hand_in(workshop: Workshop, step: str) -> dict[str, File]:
    """Hand in the step's reference answer for everybody; return its files."""
    from starterkit.project.learning_path import LearningPath

    with BareRepository(workshop.path_repository) as repository:
        path = LearningPath(repository, workshop.path, workshop.texts)
        commit = path.layer_commit(step, solved=True)
        layer = path.layer(step, solved=True)
        files = {name: File(entry.mode, repository.reader.blob(entry.id)) for name, entry in layer.items()}
    for person in workshop.people:
        with BareRepository(workshop.repository(person)) as repository:
            repository.git.run("update-ref", "refs/heads/main", commit)
    return files


def bare_seconds(
    workshop: Workshop, people: Sequence[Person], step: str, files: dict[str, File], jobs: int, scratch: Path
) -> float:
    """Run the path's test command on these people's work; return the sum of the seconds of the runs."""
    shelf = EnvironmentCache(environments_folder(cache_folder()))
    pristine = Layers(workshop)[step]
    prepared = shelf.of_the_path(pristine).prepared
    command = prepared.command(pristine.template.commands.test, report="report.xml", tests=pristine.test_files)
    folders = [scratch / person.folder for person in people]
    for folder in folders:
        for name, file in files.items():
            write_file(folder, name, file)
        prepared.lend_to(folder)

    def one(folder: Path) -> float:
        begin = time.perf_counter()
        subprocess.run(command, cwd=folder, env=prepared.variables, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin

    with ThreadPoolExecutor(jobs) as pool:
        return sum(pool.map(one, folders))


def grade_seconds(workshop: Workshop, part: str, step: str, variables: dict[str, str]) -> float:
    """Grade a part of the people; return the seconds of the whole command."""
    begin = time.perf_counter()
    command = [*STARTERKIT, "workshop", "grade", "--step", step, "--shard", part]
    subprocess.run(command, cwd=workshop.folder, env=variables, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--framework", default="flask")
    parser.add_argument("--step", default="base", help="a step's full name, or base")
    options = parser.parse_args()
    jobs = os.cpu_count() or 1
    variables = {**environment(), "XDG_CACHE_HOME": str(cache_folder().parent)}
    with tempfile.TemporaryDirectory(prefix="starterkit-benchmark-") as place:
        workshop = made(Path(place), options.people, options.framework, variables)
        files = hand_in(workshop, options.step)
        grade_seconds(workshop, f"{options.people}/{options.people}", options.step, variables)  # proves the path, once
        workshop.results(max(workshop.people, key=lambda one: one.folder)).unlink()
        bare = graded = 0.0
        for number in range(1, PARTS + 1):  # in turn, so that both meet the same machine
            people = GradingRequest(workshop.people, shard=(number, PARTS)).chosen
            bare += bare_seconds(workshop, people, options.step, files, jobs, Path(place) / "bare") / jobs
            graded += grade_seconds(workshop, f"{number}/{PARTS}", options.step, variables)
    over = graded / bare
    rows = [
        Row("`workshop grade` / the bare test runs by the cores", over, "×", MOST_OVER_TESTS,
            f"{over:.2f} × ({graded:.1f} s, {bare:.1f} s)"),
    ]  # fmt: skip
    return told(f"{options.people} people, {options.framework} at {options.step}, {jobs} processes", rows)


if __name__ == "__main__":
    sys.exit(main())
