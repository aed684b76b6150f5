"""The rule clean: the framework's linter and formatter pass, and each file of a step is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from starterkit.process import run
from starterkit.template.model import BASE, OWN_TESTS
from starterkit.validation.model import Finding
from starterkit.validation.workspace import RuleContext

_LINT_SECONDS = 180.0
_PLACE = re.compile(r"(?P<path>[\w./-]+\.\w+)(?:[:\"', ]+(?:line )?(?P<line>\d+))?")
# Tools find these files by folder or name, so no other file has to mention them.
_FOUND_BY_NAME = re.compile(
    rf"^{OWN_TESTS}/|(^|/)(\.[^/]+|__\w+__\.\w+|README[^/]*|LICENSE[^/]*|conftest\.py|favicon\.\w+)$"
)


def clean(work: RuleContext) -> list[Finding]:
    """Check that the framework's linter and formatter pass, and that the step has no unused file."""
    if work.step == BASE:
        return _lint(work, BASE)
    return [*_lint(work, work.solution), *_useless(work, work.given), *_useless(work, work.solution)]


def _lint(work: RuleContext, label: str) -> list[Finding]:
    commands = work.template.commands.lint
    if not commands:
        work.notes.append("path.yml has no `lint` command")
    prepared = work.workspace.prepared(work.subject, label)
    findings = []
    with work.workspace.copy_of(work.subject, label) as folder:
        prepared.lend_to(folder)
        for args in commands:
            with work.workspace.slots.slot():
                finished = run(prepared.command(args), cwd=folder, env=prepared.variables, timeout=_LINT_SECONDS)
            if finished.code != 0:
                output = (finished.text_out.strip() or finished.text_err.strip()).replace(str(folder), ".")
                findings.append(_of_linter(work, label, args, "\n".join(output.splitlines()[:20])))
    return findings


def _of_linter(work: RuleContext, label: str, args: tuple[str, ...], output: str) -> Finding:
    message = f"`{' '.join(args)}` failed:\n{output}"
    matches = ((match["path"].removeprefix("./"), int(match["line"] or 0)) for match in _PLACE.finditer(output))
    places = [(path, line) for path, line in matches if path in work.files(label)]
    if places:
        path, line = next(((path, line) for path, line in places if line), places[0])
        return replace(work.finding_in(label, path, message, line), breaks=(f"lint of {path}",))
    return replace(work.finding(message, "path.yml"), breaks=("lint",))


def _useless(work: RuleContext, label: str) -> Iterator[Finding]:
    template, below = work.template, work.files(work.subject.below(label))
    files = work.files(label) if label == work.solution else {**work.files(label), **work.files(work.solution)}
    for path, file in sorted(work.own_files(label).items()):
        if below.get(path) == file:
            yield work.finding_in(
                label, path, f"{path} is the same as in the layer below: remove the file from this layer"
            )
        is_found = template.owns(path) or template.is_pins(path) or template.is_history(path)
        if is_found or _FOUND_BY_NAME.search(path):
            continue
        if not is_mentioned(path, {other: file.data for other, file in files.items() if other != path}):
            yield work.finding_in(label, path, f"no other file mentions {path}. Is it used?")


def is_mentioned(path: str, others: dict[str, bytes]) -> bool:
    """True if another file mentions the file's name. Without its suffix, the name of a page must be in quotes."""
    whole = PurePosixPath(path)
    stem = re.escape(whole.stem)
    without_suffix = rf"\b{stem}\b" if whole.suffix in (".py", ".js") else rf"[\"'`/]{stem}[\"'`]"
    pattern = re.compile(f"{re.escape(whole.name)}|{without_suffix}".encode())
    return any(pattern.search(data) for other, data in others.items() if not other.startswith("lessons/"))
