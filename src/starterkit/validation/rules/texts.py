"""The rules about what a step says: hints, lesson."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from starterkit.testing.discovery import found_tests
from starterkit.validation.line_numbers import line_of, line_of_key
from starterkit.validation.markdown import blocks, grade, links, prose_lines, stands_in, words
from starterkit.validation.model import Finding
from starterkit.validation.rules.tests import unlisted
from starterkit.validation.workspace import RuleContext
from starterkit.yamlfile import did_you_mean

_SECTIONS = ("Why", "The idea", "Your task", "See it", "Next")
_SHORTEST, _LONGEST = 300, 700
_BELITTLING = re.compile(r"\b(simply|just|obviously|easy)\b", re.IGNORECASE)
_BOX = "In the other frameworks"
_IN_A_ROW = 3


def hints(work: RuleContext) -> list[Finding]:
    """Every hint hangs on a test, every new test has hints, and no hint gives the solution away."""
    step = work.subject.template.step(work.step)
    name = f"steps/{work.step}/step.yml"
    file = work.subject.folder / name
    found = [*_listed(work, file, name), *_giving_away(work, file, name)]
    for test, hint in step.hints.items():
        if not 2 <= len(hint.levels) <= 3:
            words_ = f"{test} has {len(hint.levels)} hint{'s' if len(hint.levels) != 1 else ''}: give it two or three"
            found.append(work.finding(f"{words_}, or `see:` another test", name, line_of_key(file, test)))
    return found


def _listed(work: RuleContext, file: Path, name: str) -> list[Finding]:
    """The keys of hints and guards are exactly the tests that given brings."""
    step = work.subject.template.step(work.step)
    there = list(_brought(work))
    found = []
    for one in unlisted(work, work.given, step.tests, name):
        test = one.message.split(":")[0]
        if one.file == name:  # listed, but there is no such test
            guess = did_you_mean(test, [known for known in there if known not in step.tests] or there)
            found.append(work.finding(f"{one.message}. {guess}", name, line_of_key(file, test)))
        else:
            found.append(one)
    return found


def _brought(work: RuleContext) -> Iterator[str]:
    """The names of the tests that given's files hold."""
    for path, file in work.subject.own_files[work.given].items():
        if work.subject.template.is_test_file(path):
            yield from (test.id for test in found_tests(path, file.data))


def _giving_away(work: RuleContext, file: Path, name: str) -> Iterator[Finding]:
    """No three lines of code in a row of a hint stand in a row in the solution."""
    given = work.files(work.given)
    solution = {path: _code_lines(data.data) for path, data in work.subject.own_files[work.solution].items()}
    before = {path: set(_code_lines(data.data)) for path, data in given.items()}
    for test, hint in work.subject.template.step(work.step).hints.items():
        for level in hint.levels:
            for code in (_bare(block.lines) for block in blocks(level)):
                for window in (code[at : at + _IN_A_ROW] for at in range(len(code) - _IN_A_ROW + 1)):
                    path = _holder(window, solution, before)
                    if path:
                        words_ = f"{test}: three lines in a row of a hint stand in the solution ({path}): {window[0]} …"
                        yield work.finding(words_, name, line_of(file, window[0]) or line_of_key(file, test))
                        break


def _holder(window: list[str], solution: dict[str, list[str]], before: dict[str, set[str]]) -> str:
    for path, lines in solution.items():
        is_older = all(line in before.get(path, ()) for line in window)
        if not is_older and any(lines[at : at + len(window)] == window for at in range(len(lines))):
            return path
    return ""


def _code_lines(data: bytes) -> list[str]:
    return _bare(tuple(data.decode("utf-8", "replace").split("\n")))


def _bare(lines: tuple[str, ...]) -> list[str]:
    """Lines without indentation; those without a letter or digit say nothing and do not count."""
    return [line.strip() for line in lines if re.search(r"\w", line)]


def lesson(work: RuleContext) -> list[Finding]:
    """The lesson has its headings, length and box; what it shows of a file stands there; its links lead somewhere."""
    text = work.subject.template.lesson(work.step)
    found = [*_form(work, text), *_named_blocks(work, text), *_dead_links(work, text)]
    work.notes.append(f"{len(words(text))} words, reading level {grade(text)} (Flesch-Kincaid grade)")
    return found


def _form(work: RuleContext, text: str) -> Iterator[Finding]:
    name = f"steps/{work.step}/lesson.md"
    step = work.subject.template.step(work.step)
    lines = prose_lines(text)
    first = next(((number, line) for number, line in lines if line.strip()), (1, ""))
    if first[1].strip() != f"# {step.label}":
        yield work.finding(f"the lesson begins with `# {step.label}`, not with `{first[1].strip()}`", name, first[0])
    headings = [(number, line[3:].strip()) for number, line in lines if line.startswith("## ")]
    if tuple(words_ for _, words_ in headings) != _SECTIONS:
        wanted = ", ".join(_SECTIONS)
        unknown = next((number for number, words_ in headings if words_ not in _SECTIONS), 1)
        there = ", ".join(words_ for _, words_ in headings) or "none"
        yield work.finding(f"its sections are {wanted}, in this order; found: {there}", name, unknown)
    for number, line in lines:
        if match := _BELITTLING.search(re.sub(r"`[^`]*`", "", line)):
            yield work.finding(f'"{match[0]}" makes a learner who is stuck feel small: leave it out', name, number)
    count = len(words(text))
    if not _SHORTEST <= count <= _LONGEST:
        yield work.finding(f"the lesson has {count} words (without code): {_SHORTEST} to {_LONGEST} are right", name, 1)
    last = [line for _, line in lines if line.strip()][-1:]
    box = [(number, line) for number, line in lines if line.startswith(">")]
    if not any(_BOX in line for _, line in box) or not last[0].startswith(">"):
        yield work.finding(f'the lesson ends with a quote box "{_BOX}"', name, len(text.splitlines()))


def _named_blocks(work: RuleContext, text: str) -> Iterator[Finding]:
    name = f"steps/{work.step}/lesson.md"
    files = work.files(work.solution)
    for block in blocks(text):
        if not block.file:
            continue
        if block.file not in files:
            guess = did_you_mean(block.file, sorted(files)) if "/" in block.file else ""
            if block.language not in ("text", "console") and guess.startswith("Did you mean"):
                yield work.finding(f"the block is from {block.file}, which there is not. {guess}", name, block.line)
            continue
        versions = [files[block.file], work.files(work.given).get(block.file)]
        have = [version.data.decode("utf-8", "replace") for version in versions if version is not None]
        if not any(stands_in(block.lines, one) for one in have):
            words_ = f"the block says that it is from {block.file}, but these lines do not stand there in a row"
            yield work.finding(words_, name, block.line)


def _dead_links(work: RuleContext, text: str) -> Iterator[Finding]:
    """A link inside the repository is read from lessons/, where the lesson lands."""
    name = f"steps/{work.step}/lesson.md"
    files = set(work.files(work.solution))
    folders = {parent for path in files for parent in _parents(path)}
    for link in links(text):
        target = link.target.split("#")[0]
        if not target or re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path = posixpath.normpath(posixpath.join("lessons", target)).rstrip("/")
        if path not in files and path not in folders:
            yield work.finding(f"the link to {link.target} leads nowhere in the project ({path})", name, link.line)


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rsplit("/", 1)[0]
        yield path
