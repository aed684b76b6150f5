"""Projects of learners whose code looks quite different from the reference, at any moment of a step.

A moment is `untouched` (the step has begun, nothing of it is done), `half-done` (every second file of their answer is
there), `wrong` (their answer, with a mistake in it) or `finished`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from starterkit.git.objects import File
from starterkit.git.worktree import remove_file, write_file
from starterkit.progress import no_progress
from starterkit.project.layers import read_folder
from starterkit.project.next import Choices, next_step
from starterkit.project.project import Project, open_project

FOLDER = Path(__file__).parent / "foreign"
MOMENTS = ("untouched", "half-done", "wrong")
# Solving each answer of each template takes too long for every run: `template validate` carries onto all of them.
EVERY_RUN = "flask"


@dataclass(frozen=True)
class Foreign:
    """One person's answer to one step of a template."""

    template: str
    who: str
    step: str

    @property
    def folder(self) -> Path:
        return FOLDER / self.template / self.who / self.step

    def files(self, given: dict[str, File]) -> dict[str, File]:
        """All files of their project at the end of the step, where `given` is what the path has at its given."""
        own = read_folder(self.folder)
        removed = own.pop("removed.txt", File("100644", b"")).data.decode().split("\n")
        return {path: file for path, file in {**given, **own}.items() if path not in removed}

    def __str__(self) -> str:
        return f"{self.template}-{self.who}-{self.step}"


def foreign_answers(template: str = "*") -> list[Foreign]:
    """All answers that are kept, in order."""
    found = sorted(folder for folder in FOLDER.glob(f"{template}/*/*") if folder.is_dir())
    return [Foreign(folder.parts[-3], folder.parts[-2], folder.parts[-1]) for folder in found]


def last_answers() -> list[Foreign]:
    """Each person's answer to the last step that they did: at it, one has come through all the steps before."""
    return list({(answer.template, answer.who): answer for answer in foreign_answers(EVERY_RUN)}.values())


def at_moment(start: Path, place: Path, answer: Foreign, moment: str) -> Path:
    """Make a copy of the untouched project `start` (at base) that stands at this moment of the answer's step."""
    shutil.copytree(start, place, symlinks=True)
    with open_project(place) as project:
        names = project.template.step_names
    for name in names[: names.index(answer.step)]:
        _begin_next(place)
        with open_project(place) as project:
            _lay(project, Foreign(answer.template, answer.who, name), "finished")
    _begin_next(place)
    with open_project(place) as project:
        _lay(project, answer, moment)
    return place


def _begin_next(place: Path) -> None:
    with open_project(place) as project:
        next_step(project, Choices(check=False), no_progress)


def _lay(project: Project, answer: Foreign, moment: str) -> None:
    """Bring the project's files to this moment of an answer."""
    layer = project.path.layer(answer.step, solved=False)
    given = {path: File(entry.mode, project.repository.reader.blob(entry.id)) for path, entry in layer.items()}
    goal = answer.files(given)
    now = project.read_work().files.files
    changed = [path for path in sorted({*goal, *layer}) if goal.get(path) != now.get(path)]
    if moment == "untouched":
        changed = []
    if moment == "half-done":
        changed = changed[::2]
    for path in changed:
        if path in goal:
            file = goal[path] if moment != "wrong" else File(goal[path].mode, with_mistake(path, goal[path].data))
            write_file(project.folder, path, file)
        else:
            remove_file(project.folder, path)


def with_mistake(path: str, data: bytes) -> bytes:
    """A program's text in which every redirect leads to the wrong place and every 422 is a 200."""
    if not path.endswith((".py", ".js")):
        return data
    text = data.decode()
    return re.sub(r"\b422\b", "200", re.sub(r"(return redirect\()", r'\1"/wrong" or ', text)).encode()


def cases() -> Iterator[tuple[Foreign, str]]:
    """Every step of a template once: each person in turn, each moment in turn.

    All answers at all moments take half an hour: that is what benchmarks/foreign.py is for.
    """
    by_step: dict[tuple[str, str], list[Foreign]] = {}
    for answer in foreign_answers(EVERY_RUN):
        by_step.setdefault((answer.template, answer.step), []).append(answer)
    for turn, answers in enumerate(by_step.values()):
        yield answers[turn // len(MOMENTS) % len(answers)], MOMENTS[turn % len(MOMENTS)]
