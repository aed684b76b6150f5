"""`workshop push-fix`: a corrected template reaches everybody who has begun, carried onto what they wrote.

First everything is computed and reported: commits are made, and no branch moves. What goes in without a conflict
becomes one commit on the person's branch. Where their code and the correction meet, a branch is left beside it, made so
that `git merge` shows exactly that: it grows from the commit in which their files still were the path's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial

from starterkit import __version__
from starterkit.crash_report import error_of
from starterkit.errors import StarterkitError, UsageError
from starterkit.git.bare import HEADS, BareRepository
from starterkit.git.merge import Resolution
from starterkit.git.objects import BOT, FILE, Entry, File, NewCommit, ObjectReader
from starterkit.git.repository import STARTERKIT_REFS
from starterkit.git.worktree import write_file
from starterkit.progress import Progress
from starterkit.project.carry import changed_paths, resolve
from starterkit.project.layers import metadata_of, write_path
from starterkit.project.learning_path import LearningPath
from starterkit.project.new import ProjectSpec, RenderedPath, rendered_path, write_beginning
from starterkit.project.state import STATE_FILE, State
from starterkit.template.model import BASE
from starterkit.template.resolve import ResolvedTemplate
from starterkit.workshop import events
from starterkit.workshop.collect import collect_remotes
from starterkit.workshop.delivery import Delivery, LayerChange, PersonRepository, ProjectAtCommit, fix_branch
from starterkit.workshop.model import WORKSHOP_FILE, Person, Workshop
from starterkit.workshop.store import yaml_lines
from starterkit.workshop.submissions import beginnings, files_of, state_of

_COMING = STARTERKIT_REFS + "coming/"
_OLDER = STARTERKIT_REFS + "older/"
_FURTHEST = 300  # commits that are looked through for one in which files were the path's
_MESSAGE = "Take in the corrected path"


class FixOutcome(Enum):
    """What becomes of one person."""

    CLEAN = "clean"
    CONFLICT = "conflict"
    HAS_IT = "has it"
    NOTHING = "no work"
    OTHER = "another path"
    FAILED = "failed"


@dataclass(frozen=True)
class NewPath:
    """The corrected path: what it was rendered from, and its ids in the workshop's own repository."""

    order: ProjectSpec
    rendered: RenderedPath
    path: str
    texts: str


@dataclass(frozen=True)
class PathFix:
    """What the correction does to one person's work. `files` change, or are in conflict; `commit` waits to be put in.

    `lines` are the first and last lines of each conflict, by file. `replaced` are lessons and tests in which they had
    written: their versions stay in the commit `base`, on which this was made. `delivered` tells, after it was put in,
    where the commit lies.
    """

    person: Person
    outcome: FixOutcome
    files: tuple[str, ...] = ()
    why: str = ""
    commit: str = ""
    state: State | None = None
    base: str = ""
    replaced: tuple[str, ...] = ()
    lines: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    delivered: Delivery | None = None


def render_new_path(workshop: Workshop, found: ResolvedTemplate, *, trusted: bool = False) -> NewPath:
    """Render the corrected template with the workshop's answers into its repository, beside the present path.

    Raises `UsageError` where it has no such step as the one at which all begin, and as rendering does.
    """
    if workshop.step not in (BASE, *found.template.step_names):
        raise UsageError(f"The corrected path has no step {workshop.step}, where everybody begins.", "Keep its name.")
    order = ProjectSpec(
        workshop.folder,
        found.folder,
        found.template,
        workshop.answers,
        step=workshop.step,
        solved=workshop.solved,
        install=False,
        source=workshop.template,
        trusted=trusted,
    )
    rendered = rendered_path(order)
    with BareRepository(workshop.path_repository) as repository:
        ids = write_path(repository.git, rendered.layers, metadata_of(found.folder, found.template), _COMING)
    return NewPath(order, rendered, *ids)


def reverted_later(workshop: Workshop, new: NewPath) -> tuple[tuple[str, str], ...]:
    """Return which files of the site are corrected, and at which later step they are once more as before.

    A solution brings whole files: where one has such a file, with lines that were corrected, it takes them back.
    """
    found: list[tuple[str, str]] = []
    with BareRepository(workshop.path_repository) as repository:
        old, corrected = (LearningPath(repository, one.path, one.texts) for one in (workshop, new))
        template = corrected.template
        if template.step_names != old.template.step_names:
            return ()
        gone: dict[str, set[bytes]] = {}  # of each corrected file, the lines that are no more
        earlier: Mapping[str, Entry] = {}
        steps = ((BASE, True), *((step, solved) for step in template.step_names for solved in (False, True)))
        for step, solved in steps:
            before, after = (path.layer(step, solved=solved) for path in (old, corrected))
            lines = partial(_lines, repository.reader)
            brought = sorted(path for path in gone if path in after and after[path] != earlier.get(path))
            same = [path for path in brought if before.get(path) == after[path]]
            found += [(path, step) for path in same if not gone[path] or gone[path] & lines(after.get(path))]
            changed = [path for path in changed_paths(before, after) if not template.owns(path)]
            gone |= {path: lines(before.get(path)) - lines(after.get(path)) for path in changed}
            earlier = after
    return tuple(found)


def _lines(reader: ObjectReader, entry: Entry | None) -> set[bytes]:
    """The lines of a file, without the blank ones."""
    return {line.strip() for line in reader.blob(entry.id).splitlines() if line.strip()} if entry else set()


def plan(workshop: Workshop, people: Sequence[Person], new: NewPath, say: Progress) -> list[PathFix]:
    """Return what the correction does to each person's latest work; commits are made, and no branch moves."""
    collect_remotes(workshop, people, say)
    found = []
    seconds = int(time.time())
    for number, person in enumerate(people, 1):
        say(f"Carrying the correction onto everybody's work: {number} of {len(people)}")
        try:
            with BareRepository(workshop.repository(person)) as repository:
                found.append(_planned(PersonRepository(workshop, person, repository, seconds), new))
        except Exception as wrong:
            found.append(PathFix(person, FixOutcome.FAILED, why=error_of(wrong).message))
    return found


def _planned(desk: PersonRepository, new: NewPath) -> PathFix:
    person = desk.person
    submission = desk.latest()
    if submission is None:
        return PathFix(person, FixOutcome.NOTHING, why="there is no commit of theirs yet")
    standing = desk.standing(submission)
    corrected = LearningPath(desk.repository, new.path, new.texts)
    if standing.state.step not in (BASE, *corrected.template.step_names):
        return PathFix(
            person, FixOutcome.FAILED, why=f"the corrected path has no step {standing.state.step}, where they stand"
        )
    if (standing.state.path, standing.state.texts) == (new.path, new.texts):
        old = _left_behind(desk, standing, corrected)
        if old is None:
            return PathFix(person, FixOutcome.HAS_IT)
    else:
        old = desk.path(standing.state)
    if old is None:
        return PathFix(person, FixOutcome.OTHER, why="their path is none that this workshop has had")
    return _carried(desk, standing, old, corrected, new)


def _carried(
    desk: PersonRepository, standing: ProjectAtCommit, old: LearningPath, corrected: LearningPath, new: NewPath
) -> PathFix:
    """Carry the correction onto somebody's work; a commit is made, and no branch moves."""
    person, base = desk.person, standing.submission.commit
    state = replace(standing.state, path=new.path, texts=new.texts, version=__version__)
    change = LayerChange(old.layer(state.step, solved=state.solved), corrected.layer(state.step, solved=state.solved))
    carried = desk.carry(corrected.template, change, standing.tree)
    replaced = tuple(sorted(filter(corrected.template.owns, carried.backups)))
    if carried.is_clean:
        commit = desk.write([desk.commit(_MESSAGE, base, carried.tree, state)])
        files = tuple(sorted(changed_paths(standing.tree, carried.tree)))
        return PathFix(person, FixOutcome.CLEAN, files, "", commit, state, base, replaced)
    files = tuple(sorted(conflict.path for conflict in carried.conflicts))
    marked = resolve(desk.merger, carried, Resolution.MARKERS, "yours", "the corrected path").tree
    lines = {path: _in_conflict(desk.merger.content(marked[path].id)) for path in files if path in marked}
    fix = PathFix(person, FixOutcome.CONFLICT, files, "", "", state, base, replaced, lines)
    if desk.has_branch(fix_branch(state)):
        return replace(fix, why="the branch is there already", delivered=desk.delivered(fix_branch(state)))
    grown = _to_merge(desk, standing, corrected, files)
    if grown is None:
        # Markers of a conflict are nothing to commit: who merges that has a site that does not even start.
        kept = resolve(desk.merger, carried, Resolution.MINE, "yours", "the corrected path").tree
        grown = desk.commit(_MESSAGE, base, kept, state)
        fix = replace(fix, why="their own lines stay there: no commit of theirs has the path's")
    return replace(fix, commit=desk.write([grown]))


def _left_behind(desk: PersonRepository, standing: ProjectAtCommit, corrected: LearningPath) -> LearningPath | None:
    """Return the older path of which there are lessons and tests left, in work that names the corrected one.

    git's own merge leaves them: of a step that somebody had begun and not pushed when the correction came.
    """
    state = standing.state
    after = corrected.layer(state.step, solved=state.solved)
    with BareRepository(desk.workshop.path_repository) as repository:
        older = repository.refs(_OLDER)
    for name in [name for name in older if name.endswith("/path")]:
        old = LearningPath(desk.repository, older[name], older[name.removesuffix("path") + "template"])
        if state.step in (BASE, *old.template.step_names):
            before = old.layer(state.step, solved=state.solved)
            changed = filter(corrected.template.owns, changed_paths(before, after))
            if any(path in before and standing.tree.get(path) == before[path] for path in changed):
                return old
    return None


def _in_conflict(data: bytes) -> tuple[tuple[int, int], ...]:
    """Return the first and last lines of each conflict, as the person's own file counts them."""
    found: list[tuple[int, int]] = []
    number, first, is_mine = 0, 0, True
    for line in data.split(b"\n"):
        mark = line[:7]
        if mark == b"<<<<<<<":
            first = number + 1
        elif mark in (b"|||||||", b"======="):
            is_mine = False
        elif mark == b">>>>>>>":
            found.append((first, max(first, number)))
            is_mine = True
        elif is_mine:
            number += 1
    return tuple(dict.fromkeys(found))


def _to_merge(
    desk: PersonRepository, standing: ProjectAtCommit, corrected: LearningPath, files: Sequence[str]
) -> NewCommit | None:
    """Return a commit which, merged by the person, shows git's own conflict in these files; None where none can.

    It grows from the newest commit of theirs into which the correction, as it is at the step of that commit, still goes
    cleanly: what they did since then is what git shows beside it.
    """
    reader, name, tried = desk.repository.reader, standing.submission.commit, set[tuple[Entry | None, ...]]()
    for _ in range(_FURTHEST):
        parents = reader.commit(name)[1].parents
        if not parents:
            return None
        name = parents[0]
        tree = files_of(desk.repository, name)
        content = (tree.pop(STATE_FILE, None), *(tree.get(path) for path in files))
        if content not in tried:
            tried.add(content)
            if (found := _corrected_at(desk, corrected, name, tree, files)) is not None:
                return found
    return None


def _corrected_at(
    desk: PersonRepository, corrected: LearningPath, name: str, tree: Mapping[str, Entry], files: Sequence[str]
) -> NewCommit | None:
    """Return the correction on top of a commit; None where it does not go in, or brings nothing to these files."""
    try:
        state = state_of(desk.repository, name)
    except StarterkitError:
        return None
    old = desk.path(state)
    if old is None or any(state.step not in (BASE, *one.template.step_names) for one in (old, corrected)):
        return None
    change = LayerChange(*(path.layer(state.step, solved=state.solved) for path in (old, corrected)))
    if not changed_paths(change.before, change.after).issuperset(files):
        return None
    carried = desk.carry(corrected.template, change, tree)
    if not carried.is_clean:
        return None
    return desk.commit(_MESSAGE, name, carried.tree, replace(state, path=corrected.tip, texts=corrected.texts))


def apply(workshop: Workshop, fixes: Sequence[PathFix], new: NewPath, corrected: str = "") -> list[PathFix]:
    """Put all corrections in; return them with where they lie, or as failed with the reason. `corrected` is the place
    of the new path's template, empty where that is the one from which the workshop was made.

    What is old is kept first, and the workshop takes the path over last, so that a command that was killed in between
    is taken up by typing it again.
    """
    _keep_old_path(workshop, fixes)
    done = [_put_in(workshop, fix) for fix in fixes]
    _take_over(workshop, new, corrected)
    return done


def _put_in(workshop: Workshop, fix: PathFix) -> PathFix:
    """Put one correction in, and note it."""
    if not fix.commit or fix.state is None:
        return fix
    try:
        with BareRepository(workshop.repository(fix.person)) as repository:
            desk = PersonRepository(workshop, fix.person, repository)
            submission = desk.latest()
            if submission is None or submission.commit != fix.base:
                raise StarterkitError("They pushed something in this very moment; nothing of theirs was touched.")
            branch = fix_branch(fix.state) if fix.outcome is FixOutcome.CONFLICT else ""
            event = {"at": events.moment(), "commit": fix.commit, "from": submission.commit, "path": fix.state.path}
            events.append(workshop, fix.person, {"kind": events.FIXING, **event})
            delivered = desk.deliver(submission, fix.commit, fix.state, branch)
        events.append(workshop, fix.person, {"kind": events.FIXED, **event, "branch": delivered.branch})
    except Exception as wrong:
        return replace(fix, outcome=FixOutcome.FAILED, why=error_of(wrong).message)
    return replace(fix, delivered=delivered)


def _keep_old_path(workshop: Workshop, fixes: Sequence[PathFix]) -> None:
    """Keep the present path's objects: somebody may still stand on it, or come back with an old clone.

    Who has not begun still counts so: every branch of the path's repository is a beginning.
    """
    begun_with = beginnings(workshop)
    corrected = {fix.commit: fix.person for fix in fixes if fix.outcome is FixOutcome.CLEAN and fix.base in begun_with}
    with BareRepository(workshop.path_repository) as repository:
        for commit in begun_with:
            repository.git.run("update-ref", f"{HEADS}began-{commit[:12]}", commit)
        for commit, person in corrected.items():
            theirs = str(workshop.repository(person).absolute())
            # Older protocols give nothing by its id alone.
            words = ("-c", "protocol.version=2", "fetch", "-q", "--no-tags", theirs)
            repository.git.run(*words, f"{commit}:{HEADS}began-{commit[:12]}")
        for name, id in (("path", workshop.path), ("template", workshop.texts)):
            repository.git.run("update-ref", f"{_OLDER}{workshop.path[:12]}/{name}", id)


def _take_over(workshop: Workshop, new: NewPath, corrected: str) -> None:
    """Make the corrected path the workshop's: whoever comes later begins with it."""
    fixed = replace(workshop, path=new.path, texts=new.texts, version=__version__, corrected=corrected)
    with BareRepository(workshop.path_repository) as repository:
        write_beginning(repository.git, new.order, new.rendered, BOT)
        for name in repository.refs(_COMING):
            repository.git.run("update-ref", "-d", name)
    write_file(workshop.folder, WORKSHOP_FILE, File(FILE, _with_path_of(fixed, workshop.file.read_bytes())))


def _with_path_of(fixed: Workshop, data: bytes) -> bytes:
    """Return workshop.yml with the new path's lines; all else in it stays as somebody may have edited it."""
    data = re.sub(rb"^corrected:[^\r\n]*\r?\n", b"", data, flags=re.MULTILINE)
    for name in ("version", "path", "texts"):
        line = "".join(yaml_lines(name, getattr(fixed, name)))
        if name == "texts" and fixed.corrected:
            line = "\n".join((line, *yaml_lines("corrected", fixed.corrected)))
        start = rb"^%s:[^\r\n]*" % name.encode()
        data = re.sub(start, line.encode().replace(b"\\", rb"\\"), data, count=1, flags=re.MULTILINE)
    return data
