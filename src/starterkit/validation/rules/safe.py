"""The rule safe: tests use no network, write only inside the project, and packages have hashes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from starterkit.template.model import BASE
from starterkit.validation.model import Finding
from starterkit.validation.side_effects import is_watched
from starterkit.validation.workspace import RuleContext

_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_MOST_SHOWN = 3
_PINNED = re.compile(r"^[A-Za-z0-9][\w.-]*(?:\[[\w,.-]+\])?\s*==\s*[^\s;*]+")


def safe(work: RuleContext) -> list[Finding]:
    """Check that tests stay inside the project, and that every package has an exact version and a hash."""
    label = BASE if work.step == BASE else work.solution
    findings = list(_unpinned(work, label))
    if findings:
        return findings  # a test run would install packages, and never from invalid pins
    kind = work.template.environment.kind
    if is_watched(kind):
        findings += list(_side_effects(work, label)) or list(_unfinished(work, label))
    else:
        work.notes.append(f"test runs of the kind {kind} can't be watched yet")
    work.notes.append("not checked, because the network is needed: yanked or vulnerable packages")
    return findings


def _side_effects(work: RuleContext, label: str) -> Iterator[Finding]:
    effects = work.layer_run(label)[1]
    if new := [effect.target for effect in effects if effect.kind == "new file"]:
        shown = ", ".join(new[:_MOST_SHOWN]) + (f", … ({len(new)} in all)" if len(new) > _MOST_SHOWN else "")
        message = f"after the tests, `git status` shows new files: {shown}. Delete them in the tests, or ignore them"
        yield work.finding_in(BASE, ".gitignore", message)
    for effect in effects:
        if effect.kind == "changed file":
            yield work.finding_in(label, effect.target, f"the tests change or delete {effect.target}")
        if effect.kind.endswith(" file"):
            continue
        path = re.sub(r"^.*?/project-[^/]+/", "", effect.file)
        file = work.subject.where(label, path)
        message = {
            "network": f"the tests connect to {effect.target} over the network",
            "write": f"the tests write outside the project: {effect.target}",
        }.get(effect.kind, f"the watcher failed: {effect.target}")
        by = f" (in {path}, line {effect.line})" if effect.file and not file else ""
        yield work.finding(f"{message}{by}", file, effect.line if file else 0)


def _unfinished(work: RuleContext, label: str) -> Iterator[Finding]:
    """Yield a finding for each failing test, because a failing test may stop before a forbidden action."""
    result, _ = work.layer_run(label)
    if result.problem:
        yield work.finding(f"the tests on {label} could not be watched: {result.problem}")
    for test in result.red:
        message = f"fails on {label}, so it could not be watched to its end: {test.message.partition(chr(10))[0]}"
        yield work.of_test(label, test.test, message)


def _unpinned(work: RuleContext, label: str) -> Iterator[Finding]:
    pins, files = work.template.environment.pins, work.files(label)
    if work.step != BASE and pins not in work.own_files(work.given):
        return  # an earlier layer has the same pins, which were checked there
    check = _PIN_CHECKS.get(PurePosixPath(pins).suffix)
    if pins not in files or check is None:
        return
    for line, message in check(files[pins].data.decode("utf-8", "replace")):
        yield work.finding_in(label, pins, message, line)


def _requirements(text: str) -> Iterator[tuple[int, str]]:
    """Check that each entry of a compiled requirements.txt is `name==version` with hashes."""
    entries: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1].isspace() and entries:
            entries[-1] = (entries[-1][0], entries[-1][1] + " " + line.strip())
        elif line.strip() and not line.lstrip().startswith("#"):
            entries.append((number, line))
    for number, entry in entries:
        name = re.split(r"[\s;=<>~!\[@]", entry.strip())[0] or entry.strip()
        if entry.startswith("-"):
            yield number, f"`{entry.split()[0]}` isn't a pinned package: compile the pins without URLs"
        elif not _PINNED.match(entry):
            yield number, f"{name} is not pinned to one version (`{name}==…`)"
        elif not _HASH.search(entry):
            yield number, f"{name} is pinned without a hash: compile the pins with --generate-hashes"


def _lock_file(text: str) -> Iterator[tuple[int, str]]:
    """Check that each package of a package-lock.json has a version and a hash, and no URL."""
    for key, entry in json.loads(text).get("packages", {}).items():
        name = key.rpartition("node_modules/")[2]
        line = text.count("\n", 0, text.find(f'"{key}"')) + 1
        if not name or entry.get("link"):
            continue
        if "resolved" in entry:
            yield line, f"{name} is pinned to a URL: set omit-lockfile-registry-resolved=true in .npmrc"
        elif "version" not in entry or "integrity" not in entry:
            yield line, f"{name} is pinned without a hash: create the lock file again with `npm install`"


_PIN_CHECKS: dict[str, Callable[[str], Iterator[tuple[int, str]]]] = {".txt": _requirements, ".json": _lock_file}
