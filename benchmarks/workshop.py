"""What a workshop costs: making it, collecting from it, looking at it.

    .venv/bin/python benchmarks/workshop.py [--people N] [--framework flask]

Prints a Markdown table (of several runs, the best counts): what was measured, the figure, the limit, and whether it
held; beside it the processor's time, which tells more where the machine is busy. Exits with 1 when one did not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "starterkit")
RUNS = 5


@dataclass(frozen=True)
class Took:
    """Seconds: by the clock, and of the processor."""

    clock: float
    processor: float


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    figure: float
    unit: str
    limit: float
    processor: float | None = None

    @property
    def holds(self) -> bool:
        return self.figure <= self.limit


def main() -> int:
    """Measure everything and print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=200, help="so many people beyond the first")
    options.add_argument("--framework", default="flask")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="starterkit-benchmark-") as name:
        place = Path(name)
        rows = [
            *creating(place, chosen.framework, chosen.people),
            *collecting(place, chosen.framework),
            *looking(place, chosen.framework),
        ]
    print("| what | figure | limit | | processor |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        verdict = "ok" if row.holds else "NO"
        processor = "" if row.processor is None else f"{row.processor:.4g} {row.unit}"
        print(f"| {row.what} | {row.figure:.4g} {row.unit} | {row.limit:g} {row.unit} | {verdict} | {processor} |")
    return 0 if all(row.holds for row in rows) else 1


def creating(place: Path, framework: str, people: int) -> list[Row]:
    """Per person beyond the first: time and disk of a repository, of a zip, of a working folder beside its files."""
    rows = []
    for option, what in (("", "create"), ("--zip", "create --zip"), ("--folders", "create --folders")):
        took, sizes = [], []
        for count in (1, 1 + people):
            folders = [place / f"{count}{option}-{run}" for run in range(RUNS if not option else 2)]
            took.append(best([made(folder, count, framework, option) for folder in folders]))
            sizes.append(disk(folders[0]) - (working_files(folders[0]) if option == "--folders" else 0))
        one = 1000 * (took[1].clock - took[0].clock) / people
        processor = 1000 * (took[1].processor - took[0].processor) / people
        # A working folder is many small files, and how long those take is the disk's.
        limit = 20 if option != "--folders" else 20 + copied(folders[0])
        rows.append(Row(f"{what}: time per person beyond the first", one, "ms", round(limit), processor))
        if option != "--zip":
            room = (sizes[1] - sizes[0]) / people / 1024
            rows.append(Row(f"{what}: disk per person beyond the first", room, "KiB", 200))
    return rows


def made(folder: Path, count: int, framework: str, option: str) -> Took:
    """Make a workshop of so many people."""
    folder.mkdir()
    write_roster(folder, count)
    more = [option, "handed-out"] if option else []
    return timed(folder, "create", "roster.csv", "w", "--framework", framework, *more)


def copied(folder: Path) -> float:
    """How many milliseconds a plain copy of a working folder takes, on the average of thirty."""
    source = next((folder / "handed-out").iterdir())
    begun = time.perf_counter()
    for number in range(30):
        shutil.copytree(source, folder / "copies" / str(number))
    return 1000 * (time.perf_counter() - begun) / 30


def best(runs: Iterable[Took]) -> Took:
    """The best of several runs, by each measure."""
    found = list(runs)
    return Took(min(one.clock for one in found), min(one.processor for one in found))


def collecting(place: Path, framework: str) -> list[Row]:
    """Collect of 100 with nothing new: bare repositories elsewhere on this machine, and those that people push to."""
    rows = []
    for what in ("pushed to", "elsewhere"):
        folder = place / f"collect-{what}"
        folder.mkdir()
        write_roster(folder, 100)
        more = []
        if what == "elsewhere":
            for number in range(100):
                subprocess.run(["git", "init", "-q", "--bare", str(folder / f"there/p{number}.git")], check=True)
            more = ["--remote-template", f"{folder}/there/{{login}}.git"]
        timed(folder, "create", "roster.csv", "w", "--framework", framework, *more)
        timed(folder / "w", "collect")
        again = best(timed(folder / "w", "collect") for _ in range(RUNS))
        name = f"collect of 100 local bare repositories ({what}), nothing new"
        rows.append(Row(name, again.clock, "s", 2, again.processor))
    return rows


def looking(place: Path, framework: str) -> list[Row]:
    """Status of 1,000, each graded ten times, nothing changed since the last time; and the first time."""
    folder = place / "status"
    folder.mkdir()
    write_roster(folder, 1000)
    timed(folder, "create", "roster.csv", "w", "--framework", framework)
    for number in range(1000):
        (folder / "w" / "results" / f"person-number-{number}.jsonl").write_bytes(history(number))
    first = timed(folder / "w", "status")
    again = best(timed(folder / "w", "status") for _ in range(RUNS))
    page = best(timed(folder / "w", "status", "--html", "board.html") for _ in range(RUNS))
    return [
        Row("status of 1,000, nothing changed", again.clock, "s", 1, again.processor),
        Row("status of 1,000 with the page, nothing changed", page.clock, "s", 1.5, page.processor),
        Row("status of 1,000, 120 MB of results read for the first time", first.clock, "s", 10, first.processor),
    ]


def history(number: int) -> bytes:
    """Ten gradings of 60 tests, each after a collection."""
    tests = [
        {"test": f"test_number_{one}_says_what_it_is_about", "sentence": "What a reader types is shown as text. " * 2}
        | {"step": "02-comments", "outcome": "passed" if one < number % 60 else "failed", "message": ""}
        for one in range(60)
    ]
    when = "2026-11-23T10:00:00+00:00"
    lines = []
    for commit in (f"{number:039x}{one}" for one in range(10)):
        about = {"commit": commit, "committed": when, "step": "02-comments", "solved": False}
        lines.append(
            {"kind": "collected", "at": when, "reached": True, "why": "", **about, "begun": True, "refs": commit}
        )
        lines.append({"kind": "graded", "at": when, **about, "results": tests, "first_red": tests[-1]["test"]})
        lines[-1] |= {"verdict": "red", "why": "", "seconds": 1.5, "late": False, "sandbox": "bubblewrap"}
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def write_roster(folder: Path, count: int) -> None:
    """A roster of so many people."""
    people = "".join(f"Person Number {number},p{number}\n" for number in range(count))
    (folder / "roster.csv").write_text(f"name,login\n{people}", encoding="utf-8")


def timed(folder: Path, *words: str) -> Took:
    """Run a command of `workshop` and return how long it took."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, begun = processor(), time.perf_counter()
    done = subprocess.run([*COMMAND, "workshop", *words], cwd=folder, env=variables, capture_output=True, timeout=600)
    took = Took(time.perf_counter() - begun, processor() - before)
    if done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}:\n{done.stdout.decode()}{done.stderr.decode()}")
    return took


def processor() -> float:
    """The processor's seconds that all programs took which were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def disk(folder: Path) -> int:
    """The room on disk that a folder takes, files that are linked counted once."""
    out = subprocess.run(["du", "-s", "-B1", str(folder)], check=True, capture_output=True, text=True).stdout
    return int(out.split()[0])


def working_files(folder: Path) -> int:
    """The room that the files of all working folders take, without their git directories."""
    total = 0
    for project in (folder / "handed-out").iterdir():
        git = project / ".git"
        aside = folder / "aside"
        git.rename(aside)
        total += disk(project)
        shutil.move(aside, git)
    return total


if __name__ == "__main__":
    sys.exit(main())
