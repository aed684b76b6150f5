"""The rule lesson: sections and length are right, shown code is in the project, and links work."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from starterkit.validation.markdown import blocks, links, prose_lines, prose_words, stands_in
from starterkit.validation.model import Finding
from starterkit.validation.solution_code import solution_code
from starterkit.validation.workspace import RuleContext
from starterkit.yamlfile import did_you_mean


def lesson(work: RuleContext) -> list[Finding]:
    """Check a lesson's headings, length and last quote box, that its code is in the project, and that links work."""
    name = f"steps/{work.step}/lesson.md"
    text = work.template.lesson(work.step)
    problems = [*_form(work, text), *_named_blocks(work, text), *_dead_links(work, text)]
    problems += [*_wrong_names(work, text), *_wrong_steps(work, text)]
    for line, code, path in solution_code(work, text):
        problems.append((line, f"the code block shows three lines in a row of the solution ({path}): {code} …"))
    return [work.finding(message, name, line) for line, message in problems]


def _form(work: RuleContext, text: str) -> Iterator[tuple[int, str]]:
    step, limits = work.template.step(work.step), work.template.validation.limits
    label = step.label
    lines = prose_lines(text)
    filled = [(number, line) for number, line in lines if line.strip()] or [(1, "")]
    number, first = filled[0]
    if first.strip() != f"# {label}":
        yield number, f"expected `# {label}` as the first line, found `{first.strip()}`"
    headings = {number: line[3:].strip() for number, line in lines if line.startswith("## ")}
    stretch = next((number for number, heading in headings.items() if heading == limits.lesson_stretch), None)
    if step.stretch and stretch is None:
        yield 1, f"the step has stretch tests, so the lesson needs a section `## {limits.lesson_stretch}`"
    if step.stretch and stretch is not None:
        del headings[stretch]
    sections = limits.lesson_sections
    if tuple(headings.values()) != sections:
        unknown = next((number for number, heading in headings.items() if heading not in sections), 1)
        there = ", ".join(headings.values()) or "none"
        yield unknown, f"expected the sections {', '.join(sections)} in this order, found: {there}"
    belittling = re.compile(rf"\b({'|'.join(map(re.escape, limits.belittling_words))})\b", re.IGNORECASE)
    for number, line in lines if limits.belittling_words else ():
        if match := belittling.search(re.sub(r"`[^`]*`", "", line)):
            yield number, f'"{match[0]}" makes a learner who is stuck feel small: remove the word'
    count = len(prose_words(text))
    least, most = limits.lesson_min_words, limits.lesson_max_words
    if not least <= count <= most:
        yield 1, f"the lesson has {count} words without code, expected {least} to {most}"
    has_box = any(line.startswith(">") and limits.lesson_box in line for _, line in lines)
    if not has_box or not filled[-1][1].startswith(">"):
        yield len(text.splitlines()), f'the lesson must end with a quote box "{limits.lesson_box}"'


def _named_blocks(work: RuleContext, text: str) -> Iterator[tuple[int, str]]:
    files = work.files(work.solution)
    for block in blocks(text):
        if not block.file:
            continue
        if block.file not in files:
            guess = did_you_mean(block.file, sorted(files)) if "/" in block.file else ""
            is_in_prose = f"`{block.file}`" in text  # `_wrong_names` reports it there
            if block.language not in ("text", "console") and guess.startswith("Did you mean") and not is_in_prose:
                yield block.line, f"the code block names {block.file}, which doesn't exist. {guess}"
            continue
        versions = [files[block.file], work.files(work.given).get(block.file)]
        contents = [version.data.decode("utf-8", "replace") for version in versions if version is not None]
        if not any(stands_in(block.lines, content) for content in contents):
            yield (
                block.line,
                f"the code block names {block.file}, but that file doesn't have these lines in a row",
            )


def _wrong_names(work: RuleContext, text: str) -> Iterator[tuple[int, str]]:
    """Yield a finding for each file name in backticks that no file of the project ends with."""
    files = {*work.files(work.given), *work.files(work.solution), work.template.database}
    suffixes = {PurePosixPath(path).suffix for path in files} - {""}
    for line, prose in prose_lines(text):
        for name in re.findall(r"`([\w./-]+)`", prose):
            parts = tuple(part for part in name.split("/") if part not in (".", ".."))
            is_file = PurePosixPath(name).suffix in suffixes and "://" not in name
            if is_file and not any(PurePosixPath(path).parts[-len(parts) :] == parts for path in files):
                yield line, f"the project has no file {name}. {did_you_mean(name, [], sorted(files))}".strip()


def _wrong_steps(work: RuleContext, text: str) -> Iterator[tuple[int, str]]:
    """Yield a finding for each unknown number of a step, and for each wrong number before a title."""
    titles = {step.number: step.title for step in work.template.steps}
    for line, prose in prose_lines(text):
        for match in re.finditer(r"\b(?:[Ss]teps? |[Ii]n (?=0))(\d\d?)\b", prose):
            if match[1].zfill(2) not in titles:
                yield line, f'"{match[0]}": the path has no step {match[1].zfill(2)}'
        for match in () if prose.startswith("# ") else re.finditer(r"\b(\d\d) · (.*)", prose):
            title = titles.get(match[1], "")
            if not title or not match[2].startswith(title):
                found = f"it is {title}" if title else "the path has no such step"
                yield line, f'wrong number of a step in "{match[0].strip()[:40]}": {found}'


def _dead_links(work: RuleContext, text: str) -> Iterator[tuple[int, str]]:
    """Yield a finding for each dead link. Links are relative to lessons/, the lesson's folder in a project."""
    files = set(work.files(work.solution))
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents[:-1]}
    for line, link in links(text):
        target = link.split("#")[0]
        if not target or re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path = posixpath.normpath(posixpath.join("lessons", target)).rstrip("/")
        if path not in files | folders:
            yield line, f"the link {link} is broken: the project has no {path}"
