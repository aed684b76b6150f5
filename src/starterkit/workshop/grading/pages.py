"""A page for each person: the sentences of the tests, green and red, the first red one on top. Nothing from outside.

What learners wrote stands in it: all of it is escaped, and signs that cannot be seen are made visible.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from starterkit.template.model import BASE
from starterkit.textfile import fill_template
from starterkit.workshop.grading.model import Grade, TestGrade, Verdict
from starterkit.workshop.grading.submission_files import shown

_WORDS = {
    Verdict.GREEN: "All tests are green.",
    Verdict.RED: "Some tests are red.",
    Verdict.TAMPERED: "The tests were tampered with.",
    Verdict.UNREADABLE: "This work cannot be graded.",
    Verdict.NOTHING: "There is nothing to grade yet.",
}


def page(grade: Grade) -> str:
    """Return the page of one person."""
    return fill_template(
        Path(__file__).with_name("page.html"),
        name=_shown(grade.person.name),
        verdict=f"{grade.verdict.value}",
        words=_WORDS[grade.verdict],
        facts="\n".join(f"<li>{_shown(fact)}</li>" for fact in _facts(grade)),
        first=_first(grade),
        tests="\n".join(_steps(grade)),
        at=_shown(grade.at[:16].replace("T", " ")),
        sandbox=_shown(grade.sandbox or "none"),
    )


def _facts(grade: Grade) -> Iterator[str]:
    who = " · ".join(filter(None, (grade.person.login, grade.person.email)))
    if who:
        yield who
    if grade.results and grade.is_honest:
        yield f"{grade.passed} of {len(grade.results)} tests are green."
        yield f"Steps done: {', '.join(grade.done) or 'none yet'}."
    if grade.commit:
        when = grade.committed[:16].replace("T", " ")
        yield f"Commit {grade.commit[:10]} of {when} UTC{', late' if grade.late else ''}."
    if grade.why:
        yield f"{grade.why[:1].upper()}{grade.why[1:]}"
    yield from grade.shared_notes


def _first(grade: Grade) -> str:
    first = grade.first_red
    if first is None:
        return ""
    return (
        f"<section class='first'><h2>The first red one</h2><p>{_shown(first.sentence)}</p>{_message(first)}</section>"
    )


def _steps(grade: Grade) -> Iterator[str]:
    steps = dict.fromkeys(one.step for one in grade.results)
    for step in steps:
        yield f"<h2>{_shown('The starter project' if step == BASE else step)}</h2>\n<ul class='tests'>"
        for one in grade.results:
            if one.step == step:
                kind, word = ("green", "green") if one.is_green else ("red", _word(one))
                message = "" if one.is_green else _message(one)
                yield f"<li class='{kind}'><b>{word}</b> {_shown(one.sentence or one.test)}{message}</li>"
        yield "</ul>"


def _word(one: TestGrade) -> str:
    return "red" if one.outcome == "failed" else _shown(one.outcome)


def _message(one: TestGrade) -> str:
    return f"<pre>{_shown(one.message)}</pre>" if one.message else ""


def _shown(words: str) -> str:
    return escape("\n".join(shown(line) for line in words.split("\n")))
