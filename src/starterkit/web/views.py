"""Turn results of the domain into the data that the page shows."""

from __future__ import annotations

from typing import Any

from starterkit.crash_report import write_report
from starterkit.errors import StarterkitError
from starterkit.project.project import Project
from starterkit.project.status import is_last_step, project_status
from starterkit.sanitize import strip_control
from starterkit.template.model import Step
from starterkit.testing.results import CheckResult, ExpectedTest, Outcome, TestResult
from starterkit.web.lesson import lesson_html, markdown_html
from starterkit.web.site import SiteState

WAITING = "waiting"


def project_view(project: Project) -> dict[str, Any]:
    """Return the step with its lesson, the steps of the path, and the commands that are possible."""
    status, step = project_status(project), project.step
    return {
        "project": project.folder.name,
        "path": status.template.title,
        "step": _step_view(step) if step else None,
        "lesson": lesson_html(project.template.lesson(step.name), step.links) if step else "",
        "steps": [_step_view(row.step) for row in status.steps],
        "solved": status.solved,
        "isLast": is_last_step(project),
        "undo": status.undoable,
    }


def _step_view(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "label": step.label,
        "title": step.title,
        "summary": step.summary,
        "minutes": step.minutes,
        "tests": len(step.core_tests),
        "stretch": len(step.stretch),
    }


def expected_view(test: ExpectedTest) -> dict[str, Any]:
    """Return a test that has no verdict yet."""
    return {
        "id": test.id,
        "sentence": test.sentence,
        "step": test.step,
        "file": test.file,
        "guard": test.guard,
        "isStretch": test.is_stretch,
        "counts": test.is_core,
        "outcome": WAITING if test.is_here else Outcome.NOT_HERE.value,
    }


def result_view(result: TestResult) -> dict[str, Any]:
    """Return a test with its verdict."""
    return {
        **expected_view(result.test),
        "counts": result.is_core,
        "outcome": result.outcome.value,
        "message": strip_control(result.message),
        "place": str(result.place or ""),
        "testPlace": str(result.test_place or ""),
        "source": strip_control(result.source),
        "caret": result.caret,
        "output": strip_control(result.output),
        "details": strip_control(result.details) if result.is_red else "",
        "broken": result.is_red and result.was_green,
    }


def check_view(result: CheckResult) -> dict[str, Any]:
    """Return the result of a run of all tests."""
    return {
        "tests": [result_view(each) for each in result.results],
        "own": [result_view(each) for each in result.own],
        "seconds": round(result.seconds, 1),
        "problem": strip_control(result.problem),
        "blocker": strip_control(result.blocker),
        "log": strip_control(result.log) if result.problem else "",
    }


def hints_view(project: Project, test: str) -> dict[str, Any]:
    """Return the hints of a test that were shown already, as HTML, and how many hints there are."""
    step = project.step_with(test)
    hint = step.hint_for(test) if step else None
    if step is None or hint is None:
        return {"test": test, "shown": [], "total": 0}
    count = project.memory.hints_shown(step.name).get(hint.test, 0)
    return {"test": test, "shown": list(map(markdown_html, hint.levels[:count])), "total": len(hint.levels)}


def site_view(state: SiteState) -> dict[str, Any]:
    """Return what the site does, and why it doesn't run."""
    return {
        "name": state.name,
        "message": strip_control(state.message),
        "fix": strip_control(state.fix),
        "canReset": state.can_reset,
    }


def crash_view(error: Exception) -> dict[str, str]:
    """Write a crash report, and return what the page shows about this bug of starterkit."""
    report = write_report(error, ["guide"])
    where = f" The full report is in {report}." if report else ""
    return {"message": f"starterkit failed with {type(error).__name__}.{where}", "fix": "Please report this bug."}


def error_view(error: StarterkitError) -> dict[str, str]:
    """Return an error with its fix."""
    return {"message": strip_control(error.message), "fix": strip_control(error.fix)}
