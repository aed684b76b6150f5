"""The rules about what lies around: clean, safe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from starterkit.process import run
from starterkit.template.model import BASE
from starterkit.validation.model import Finding
from starterkit.validation.side_effects import is_watched
from starterkit.validation.workspace import RuleContext

_LINT_SECONDS = 180.0
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_PINNED = re.compile(r"^[A-Za-z0-9][\w.-]*(?:\[[\w,.-]+\])?\s*==\s*[^\s;*]+")
# Files that are found by their place or their name, and that nothing needs to mention.
_FOUND_BY_NAME = re.compile(r"(^|/)(\.[^/]+|__\w+__\.\w+|README[^/]*|LICENSE[^/]*|conftest\.py|favicon\.\w+)$")


def clean(work: RuleContext) -> list[Finding]:
    """The framework's own linter and formatter are content, and no file of the step is there for nothing."""
    label = BASE if work.step == BASE else work.solution
    found = _lint(work, label)
    if work.step != BASE:
        found += [*_useless(work, work.given), *_useless(work, work.solution)]
    return found


def safe(work: RuleContext) -> list[Finding]:
    """Tests ask nothing of the network and write nothing outside the project; every package is pinned and hashed."""
    label = BASE if work.step == BASE else work.solution
    found = list(_unpinned(work, label))
    if found:
        return found  # nothing is installed from such pins
    kind = work.subject.template.environment.kind
    if is_watched(kind):
        found += [*_seen(work, label), *_unseen(work, label)]
    else:
        work.notes.append(f"test runs of the kind {kind} cannot be watched yet")
    work.notes.append("whether a pin was yanked or has a known weakness cannot be told offline")
    return found


# --- clean ----------------------------------------------------------------------------------------------------------


def _lint(work: RuleContext, label: str) -> list[Finding]:
    template = work.subject.template
    if not template.commands.lint:
        work.notes.append("path.yml names no `lint` command")
    prepared = work.bench.prepared(work.subject, label)
    found = []
    with work.bench.copy_of(work.subject, label) as folder:
        prepared.lend_to(folder)
        for args in template.commands.lint:
            command = prepared.command(args)
            with work.bench.slots.one():
                finished = run(command, cwd=folder, env=prepared.variables, timeout=_LINT_SECONDS)
            if finished.code != 0:
                shown = (finished.text_out.strip() or finished.text_err.strip()).replace(str(folder), ".")
                lines = "\n".join(shown.splitlines()[:20])
                found.append(_of_lint(work, label, args, lines))
    return found


def _of_lint(work: RuleContext, label: str, args: tuple[str, ...], lines: str) -> Finding:
    """The finding of a linter: at the first place that it names, in whichever shape."""
    files = work.files(label)
    words = f"`{' '.join(args)}` is not content:\n{lines}"
    named = [
        (match["path"].removeprefix("./"), int(match["line"] or 0))
        for match in re.finditer(r"(?P<path>[\w./-]+\.\w+)(?:[:\"', ]+(?:line )?(?P<line>\d+))?", lines)
    ]
    places = sorted((one for one in named if one[0] in files), key=lambda one: not one[1])
    if places:
        return work.finding(words, work.subject.where(label, places[0][0]), places[0][1])
    return work.finding(words, "path.yml")


def _useless(work: RuleContext, label: str) -> Iterator[Finding]:
    template, below = work.subject.template, work.files(work.subject.below(label))
    files = work.files(label)
    for path, file in sorted(work.subject.own_files[label].items()):
        place = work.subject.where(label, path)
        if below.get(path) == file:
            yield work.finding(f"{path} is the same as in the layer below: take it out", place)
        is_found = template.owns(path) or template.is_pins(path) or template.is_history(path)
        if is_found or _FOUND_BY_NAME.search(path):
            continue
        later = files if label == work.solution else {**files, **work.files(work.solution)}
        if not _is_mentioned(path, {other: one.data for other, one in later.items() if other != path}):
            yield work.finding(f"nothing mentions {path}: is it used?", place)


def _is_mentioned(path: str, others: dict[str, bytes]) -> bool:
    """Tell whether a file's name, or for a program its name without the suffix, stands in another file."""
    whole = PurePosixPath(path)
    names = [re.escape(whole.name), *([rf"\b{re.escape(whole.stem)}\b"] if whole.suffix in (".py", ".js") else [])]
    pattern = re.compile("|".join(names).encode())
    return any(pattern.search(data) for other, data in others.items() if not other.startswith("lessons/"))


# --- safe -----------------------------------------------------------------------------------------------------------


def _seen(work: RuleContext, label: str) -> Iterator[Finding]:
    for one in work.layer_run(label).seen:
        path = re.sub(r"^.*?/project-[^/]+/", "", one.file)
        file = work.subject.where(label, path)
        does = {
            "network": f"the tests ask {one.what} over the network",
            "write": f"the tests write outside the project: {one.what}",
        }.get(one.kind, f"the watcher failed: {one.what}")
        by = f" (in {path}, line {one.line})" if one.file and not file else ""
        yield work.finding(f"{does}{by}", file, one.line if file else 0)


def _unseen(work: RuleContext, label: str) -> Iterator[Finding]:
    """Tests that are red may have stopped before they did what they do."""
    result = work.layer_run(label).result
    if result.problem:
        yield work.finding(f"what the tests do on {label} was not seen: {result.problem}")
    for one in result.red:
        words = f"is red on {label}, so what it does was not seen to its end: {one.message.partition(chr(10))[0]}"
        yield work.of_test(label, one.test, words)


def _unpinned(work: RuleContext, label: str) -> Iterator[Finding]:
    environment = work.subject.template.environment
    files = work.files(label)
    if work.step != BASE and environment.pins not in work.subject.own_files[work.given]:
        return  # the same as below, where it was looked at
    check = _PIN_CHECKS.get(PurePosixPath(environment.pins).suffix)
    if environment.pins not in files or check is None:
        return
    place = work.subject.where(label, environment.pins)
    for line, words in check(files[environment.pins].data.decode("utf-8", "replace")):
        yield work.finding(words, place, line)


def _requirements(text: str) -> Iterator[tuple[int, str]]:
    """Each entry of a compiled requirements.txt is `name==version` with hashes."""
    entries: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1].isspace() and entries:
            entries[-1] = (entries[-1][0], entries[-1][1] + " " + line.strip())
        elif line.strip() and not line.lstrip().startswith("#"):
            entries.append((number, line))
    for number, entry in entries:
        name = re.split(r"[\s;=<>~!\[@]", entry.strip())[0] or entry.strip()
        if entry.startswith("-"):
            yield number, f"`{entry.split()[0]}` has no place among the pins: compile them without addresses"
        elif not _PINNED.match(entry):
            yield number, f"{name} is not pinned to one version (`{name}==…`)"
        elif not _HASH.search(entry):
            yield number, f"{name} is pinned without a hash: compile the pins with --generate-hashes"


def _lock_file(text: str) -> Iterator[tuple[int, str]]:
    """Each package of a package-lock.json has a version and a hash, and no address."""
    for place, entry in json.loads(text).get("packages", {}).items():
        name = place.rpartition("node_modules/")[2]
        line = text.count("\n", 0, text.find(f'"{place}"')) + 1
        if not name or entry.get("link"):
            continue
        if "resolved" in entry:
            yield line, f"{name} is pinned to an address: set omit-lockfile-registry-resolved=true in .npmrc"
        elif "version" not in entry or "integrity" not in entry:
            yield line, f"{name} is pinned without a hash: make the lock file anew with `npm install`"


_PIN_CHECKS: dict[str, Callable[[str], Iterator[tuple[int, str]]]] = {".txt": _requirements, ".json": _lock_file}
