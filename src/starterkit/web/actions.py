"""What the buttons of the page do. They call the same functions as the commands, whose names they show."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starterkit.errors import StarterkitError, UsageError
from starterkit.git.merge import Resolution
from starterkit.progress import Progress
from starterkit.project.compare import compare, step_to_compare
from starterkit.project.hint import next_hint
from starterkit.project.learner_work import Choices
from starterkit.project.next import next_step
from starterkit.project.project import Project, open_project
from starterkit.project.solve import SolveMethod, show_solution, solve
from starterkit.project.undo import undo
from starterkit.web.lesson import markdown_html
from starterkit.web.views import error_view

_KEPT_DEPTH = 3  # .starterkit/kept/02-tags-1
_SETTLE = {"mine": Resolution.MINE, "theirs": Resolution.THEIRS, "markers": Resolution.MARKERS}
_SOLVED = {
    SolveMethod.ALREADY: "{} is already solved. Nothing was changed.",
    SolveMethod.MERGED: "Merged the solution of {} into your code.",
    SolveMethod.FILES: "Replaced the files of {} with the files of the solution.",
    SolveMethod.ALL: "Replaced every file of the learning path with the solution of {}.",
    SolveMethod.CHOSEN: "Merged the solution of {}, and resolved the conflicts as you chose.",
    SolveMethod.NAMED: "Replaced the files that you named with the solution of {}.",
}


class Actions:
    """The actions of the page, one at a time. Each opens the project itself and returns data for the page.

    `on_written` is called after an action that changed files. `say` gets the progress of long actions.
    """

    def __init__(
        self, folder: Path, say: Progress, *, on_written: Callable[[], None], on_hint: Callable[[Project], None]
    ) -> None:
        self._folder, self._say, self._on_written, self._on_hint = folder, say, on_written, on_hint
        self._lock = threading.Lock()
        self._actions: dict[str, Callable[[Project, Mapping[str, Any]], dict[str, Any]]] = {
            "hint": self._hint,
            "next": self._next,
            "solve": self._solve,
            "undo": self._undo,
            "diff": self._diff,
            "solution": self._solution,
            "compare": self._compare,
        }

    @property
    def names(self) -> frozenset[str]:
        """The names of all actions."""
        return frozenset(self._actions)

    def run(self, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Run an action, and return its result or its error."""
        action = self._actions[name]
        with self._lock:
            try:
                with open_project(self._folder) as project:
                    return action(project, options)
            except StarterkitError as error:
                return {"error": error_view(error)}
            finally:
                self._say("")

    def _hint(self, project: Project, _: Mapping[str, Any]) -> dict[str, Any]:
        shown = next_hint(project, self._say)
        if shown is None:
            return {"text": "All tests pass, so you don't need a hint."}
        self._on_hint(project)
        if shown.is_blocker:
            return {"text": f"Fix this first: {shown.text}"}
        if not shown.total:
            return {"text": shown.text or "This test has no hints. Read its message and the lesson again."}
        return {"text": f"Hint {shown.number} of {shown.total}."}

    def _next(self, project: Project, options: Mapping[str, Any]) -> dict[str, Any]:
        result = next_step(project, _choices(options), self._say)
        self._on_written()
        if result.step is None:
            return {"text": "Your work is saved. You have reached the end of the path."}
        conflicts = f" These files have conflicts: {', '.join(result.in_conflict)}." if result.in_conflict else ""
        return {"text": f"Started {result.step.label}.{conflicts}", "started": True}

    def _solve(self, project: Project, options: Mapping[str, Any]) -> dict[str, Any]:
        result = solve(project, _choices(options), self._say, replace_all=bool(options.get("replace")))
        self._on_written()
        kept = result.written.kept if result.written else ()
        note = f" Your versions are kept in {'/'.join(kept[0][1].split('/')[:_KEPT_DEPTH])}." if kept else ""
        return {"text": _SOLVED[result.method].format(result.step.label) + note}

    def _undo(self, project: Project, _: Mapping[str, Any]) -> dict[str, Any]:
        undone = undo(project)
        self._on_written()
        left = (
            f" These files weren't restored, because you changed them: {', '.join(undone.left)}." if undone.left else ""
        )
        return {"text": f"Undid `starterkit {undone.command}`.{left}"}

    def _diff(self, project: Project, _: Mapping[str, Any]) -> dict[str, Any]:
        comparison = compare(project, _current(project)).without_solution()
        files = [{"path": file.new_path, "diff": file.yours} for file in comparison.files]
        return {"label": comparison.step.label, "isExact": comparison.is_exact, "files": files}

    def _solution(self, project: Project, _: Mapping[str, Any]) -> dict[str, Any]:
        files = [{"path": file.path, "diff": file.diff} for file in show_solution(project)]
        return {"label": project.step.label if project.step else "", "files": files}

    def _compare(self, project: Project, _: Mapping[str, Any]) -> dict[str, Any]:
        comparison = compare(project, step_to_compare(project))
        files = [
            {
                "path": file.path,
                "yours": file.yours,
                "solution": file.solution,
                "notes": [markdown_html(note.text) for note in comparison.notes_for(file)],
            }
            for file in comparison.files
        ]
        notes = [markdown_html(note.text) for note in comparison.general_notes]
        return {"label": comparison.step.label, "notes": notes, "files": files}


def _choices(options: Mapping[str, Any]) -> Choices:
    settle = _SETTLE.get(str(options.get("settle", "")))
    return Choices(settle, save_large=bool(options.get("saveLarge")), leave_out=bool(options.get("leaveOut")))


def _current(project: Project) -> str:
    if project.step is None:
        raise UsageError("You haven't started a step yet.", "Start the first step: `starterkit next`.")
    return project.step.name
