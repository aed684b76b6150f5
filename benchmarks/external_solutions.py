"""Count what `solve` does to external solutions.

    .venv/bin/python benchmarks/external_solutions.py [TEMPLATE] [--step STEP] [--person PERSON]

For each solution in tests/external_solutions/TEMPLATE/ (default: flask), at three moments of its step (nothing done,
half done, done with a mistake): how `solve` ended, and whether all tests passed after `solve --replace`. Prints each
case as it ends, and then the table of docs/carry.md. All cases of Flask take hours.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from starterkit.errors import ConflictError
from starterkit.progress import no_progress
from starterkit.project.learner_work import Choices
from starterkit.project.new import ProjectSpec, create
from starterkit.project.project import open_project
from starterkit.project.solve import SolveMethod, solve
from starterkit.template.bundled import bundled_template
from tests.support.external_projects import EVERY_RUN, MOMENTS, ExternalSolution, at_moment, external_solutions

COLUMNS = {
    SolveMethod.MERGED.name: "merged",
    SolveMethod.FILES.name: "step's files replaced",
    "ASKED": "asked, nothing changed",
}
_ENVIRONMENTS = (".venv", "node_modules")


def outcome(folder: Path, *, replace_all: bool) -> tuple[str, int]:
    """Solve, and return how it ended and how many of the learner's files were taken out of the way."""
    with open_project(folder) as project:
        try:
            solved = solve(project, Choices(), no_progress, replace_all=replace_all)
        except ConflictError:
            return "ASKED", 0
        green = solved.result is not None and solved.result.green
        kept = len(solved.written.kept) if solved.written else 0
        return (solved.method.name if green else "RED"), kept


def main() -> int:
    """Count and print; exit code 1 if tests fail after a `--replace`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("template", nargs="?", default=EVERY_RUN)
    parser.add_argument("--step", default="", help="only this step, by its full name (default: all)")
    parser.add_argument("--person", default="", help="only this person (default: all)")
    chosen = parser.parse_args()
    solutions = [
        one
        for one in external_solutions(chosen.template)
        if chosen.step in ("", one.step) and chosen.person in ("", one.person)
    ]
    if not solutions:
        parser.error("there are no such solutions")
    counts: dict[str, Counter[str]] = {moment: Counter() for moment in MOMENTS}
    kept: Counter[str] = Counter()
    started: dict[str, Path] = {}
    with tempfile.TemporaryDirectory(prefix="starterkit-external-") as place:
        for solution in solutions:
            start = started.get(solution.template) or _start(Path(place), solution)
            started[solution.template] = start
            for moment in MOMENTS:
                folder = at_moment(start, Path(place) / "now", solution, moment)
                way, aside = outcome(folder, replace_all=False)
                counts[moment][way] += 1
                kept[way] += aside
                replaced = outcome(folder, replace_all=True)[0]
                counts[moment]["replaced green"] += replaced == SolveMethod.ALL.name
                print(f"{solution} {moment}: {way}, with --replace {replaced}", file=sys.stderr)
                shutil.rmtree(folder)
    _print(counts, kept, len(solutions))
    return 0 if all(count["replaced green"] == len(solutions) for count in counts.values()) else 1


def _start(place: Path, solution: ExternalSolution) -> Path:
    folder, template = bundled_template(solution.template)
    made, bare = place / f"{solution.template}-made", place / solution.template
    create(ProjectSpec(made, folder, template, {}), no_progress)
    shutil.copytree(made, bare, symlinks=True, ignore=shutil.ignore_patterns(*_ENVIRONMENTS, "__pycache__"))
    for name in _ENVIRONMENTS:
        if (made / name).is_dir():
            (bare / name).symlink_to(made / name)
    return bare


def _print(counts: dict[str, Counter[str]], kept: Counter[str], total: int) -> None:
    columns = " | ".join((*COLUMNS.values(), "tests pass with `--replace`"))
    print(f"| {total} external solutions, when the work was | {columns} |")
    print("| --- | " + " | ".join("---:" for _ in COLUMNS) + " | ---: |")
    for moment, found in counts.items():
        row = " | ".join(f"{found[name]} of {total}" for name in COLUMNS)
        print(f"| {moment} | {row} | {found['replaced green']} of {total} |")
    print(f"\nKept versions of learners' files: {kept['MERGED']} after merges, {kept['FILES']} after replacements.")


if __name__ == "__main__":
    sys.exit(main())
