"""`workshop push-fix`: merges a corrected template into the work of all people.

`plan` makes the commits and a report, but moves no branch. `apply` then delivers the commits. A correction without a
conflict becomes one commit on the person's branch. A correction with a conflict becomes a separate branch, which the
person merges. It starts at an older commit of the person that takes the correction without a conflict. So `git merge`
shows the conflict between the correction and the person's later changes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

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
from starterkit.template.model import BASE, Template
from starterkit.template.resolve import ResolvedTemplate
from starterkit.workshop import events
from starterkit.workshop.delivery import (
    PUSHED_MEANWHILE,
    Delivery,
    PersonRepository,
    ProjectAtCommit,
    Tree,
    fix_branch,
    in_each_repository,
)
from starterkit.workshop.model import WORKSHOP_FILE, Person, Workshop
from starterkit.workshop.store import yaml_lines
from starterkit.workshop.submissions import beginnings, files_of, state_of

_COMING = STARTERKIT_REFS + "coming/"
_OLDER = STARTERKIT_REFS + "older/"
_MOST_COMMITS = 300  # search at most this many older commits for a branch that the person can merge
_MESSAGE = "Apply the fixed path"


class FixOutcome(Enum):
    """The outcome of a correction for one person. The values are the words on the screen and in JSON."""

    CLEAN = "clean"
    CONFLICT = "conflict"
    HAS_IT = "has it"
    NOTHING = "no work"
    OTHER = "another path"
    FAILED = "failed"


@dataclass(frozen=True)
class NewPath:
    """The corrected learning path. `path` and `texts` are its commit ids (layers and metadata)."""

    spec: ProjectSpec
    rendered: RenderedPath
    path: str
    texts: str


@dataclass(frozen=True)
class PathFix:
    """The effect of a correction on one person's work.

    `commit` has the corrected work. It is on no branch until `delivered` is set. `files` are the files with changes, or
    those with conflicts. `lines` has the first and last line of each conflict, by file. `base` is the person's latest
    commit. It keeps the person's versions of the `replaced` lessons and tests. `why` explains a failure, or names
    migrations that were left out.
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


def render_new_path(workshop: Workshop, corrected: ResolvedTemplate, *, trusted: bool = False) -> NewPath:
    """Render the corrected template with the workshop's answers, and store it.

    The present path stays in use. Raises `UsageError` if the corrected template has another edition, or lacks the first
    step of the workshop.
    """
    template = corrected.template
    with BareRepository(workshop.path_repository) as repository:
        edition = LearningPath(repository, workshop.path, workshop.texts).template.edition
    if template.edition != edition:
        raise UsageError(
            f"This workshop uses edition {edition} of the {template.title} path. "
            f"The fixed template is edition {template.edition}.",
            f"Use a fixed template of edition {edition}: `starterkit workshop push-fix --template FOLDER`.",
        )
    if workshop.step not in (BASE, *template.step_names):
        raise UsageError(
            f"The fixed template has no step {workshop.step}, but all participants begin at this step.",
            "Give the step this name again in the fixed template.",
        )
    spec = ProjectSpec(
        workshop.folder,
        corrected.folder,
        template,
        workshop.answers,
        step=workshop.step,
        solved=workshop.solved,
        install=False,
        source=workshop.template,
        trusted=trusted,
    )
    rendered = rendered_path(spec)
    with BareRepository(workshop.path_repository) as repository:
        ids = write_path(repository.git, rendered.layers, metadata_of(corrected.folder, template), _COMING)
    return NewPath(spec, rendered, *ids)


def reverted_later(workshop: Workshop, new: NewPath) -> tuple[tuple[str, str], ...]:
    """Return the corrected files that a later step reverts, each with the name of that step.

    A layer stores whole files. So a later layer's file that still has the uncorrected lines reverts the correction. The
    instructor should correct that file too.
    """
    with BareRepository(workshop.path_repository) as repository:
        old, corrected = (LearningPath(repository, path.path, path.texts) for path in (workshop, new))
        names = corrected.template.step_names
        if names != old.template.step_names:
            return ()
        corrections = _Corrections(repository.reader, corrected.template)
        layers = ((BASE, True), *((step, solved) for step in names for solved in (False, True)))
        return tuple(
            (file, step)
            for step, solved in layers
            for file in corrections.add_layer(old.layer(step, solved=solved), corrected.layer(step, solved=solved))
        )


@dataclass
class _Corrections:
    """Finds corrections that a later layer reverts. The caller adds the layers in path order.

    `removed_lines` has the lines that a correction removed from each file.
    """

    reader: ObjectReader
    template: Template
    removed_lines: dict[str, set[bytes]] = field(default_factory=dict)
    previous: Tree = field(default_factory=dict)

    def add_layer(self, old: Tree, corrected: Tree) -> list[str]:
        """Add the next layer's old and corrected files. Return the files whose correction it reverts."""
        uncorrected = [file for file in self.removed_lines if file in corrected and old.get(file) == corrected[file]]
        new = sorted(file for file in uncorrected if corrected[file] != self.previous.get(file))
        removed = self.removed_lines
        reverted = [file for file in new if not removed[file] or removed[file] & self._lines(corrected[file])]
        for file in changed_paths(old, corrected):
            if not self.template.owns(file):
                removed[file] = self._lines(old.get(file)) - self._lines(corrected.get(file))
        self.previous = corrected
        return reverted

    def _lines(self, entry: Entry | None) -> set[bytes]:
        data = self.reader.blob(entry.id) if entry else b""
        return {line.strip() for line in data.splitlines() if line.strip()}


def plan(workshop: Workshop, people: Sequence[Person], new: NewPath, say: Progress) -> list[PathFix]:
    """Merge the correction into each person's latest work. Return the effects. No branch moves yet."""
    return in_each_repository(
        workshop,
        people,
        "Merging the fix into everybody's work",
        say,
        lambda repo: _plan(repo, new),
        lambda person, message: PathFix(person, FixOutcome.FAILED, why=message),
        int(time.time()),
    )


def _plan(repo: PersonRepository, new: NewPath) -> PathFix:
    person = repo.person
    submission = repo.latest()
    if submission is None:
        return PathFix(person, FixOutcome.NOTHING, why="no commit yet")
    project = repo.project_at(submission)
    state = project.state
    corrected = LearningPath(repo.bare, new.path, new.texts)
    if not _has_step(corrected, state):
        return PathFix(person, FixOutcome.FAILED, why=f"the fixed path has no step {state.step}, their current step")
    has_it = (state.path, state.texts) == (new.path, new.texts)
    old = _left_behind(repo, project, corrected) if has_it else repo.path(state)
    if old is not None:
        return _carry(repo, project, old, corrected)
    if has_it:
        return PathFix(person, FixOutcome.HAS_IT)
    return PathFix(person, FixOutcome.OTHER, why="their project has a path from another workshop")


def _has_step(path: LearningPath, state: State) -> bool:
    return state.step in (BASE, *path.template.step_names)


def _change(old: LearningPath, corrected: LearningPath, state: State) -> tuple[Tree, Tree]:
    return old.layer(state.step, solved=state.solved), corrected.layer(state.step, solved=state.solved)


def _carry(repo: PersonRepository, project: ProjectAtCommit, old: LearningPath, corrected: LearningPath) -> PathFix:
    base = project.submission.commit
    state = replace(project.state, path=corrected.tip, texts=corrected.texts, version=__version__)
    carried = repo.carry(corrected.template, *_change(old, corrected, state), project.tree)
    replaced = tuple(sorted(filter(corrected.template.owns, carried.backups)))
    if carried.is_clean:
        commit = repo.write([repo.commit(_MESSAGE, base, carried.tree, state)])
        files = tuple(sorted(changed_paths(project.tree, carried.tree)))
        skipped = carried.skipped_migrations
        why = f"without {', '.join(skipped)}, because they have their own migrations" if skipped else ""
        return PathFix(repo.person, FixOutcome.CLEAN, files, why, commit, state, base, replaced)
    files = tuple(sorted(conflict.path for conflict in carried.conflicts))
    marked = resolve(repo.merger, carried, Resolution.MARKERS, "yours", "the fixed path").tree
    lines = {path: _lines_in_conflict(repo.merger.content(marked[path].id)) for path in files if path in marked}
    fix = PathFix(repo.person, FixOutcome.CONFLICT, files, "", "", state, base, replaced, lines)
    if repo.has_branch(fix_branch(state)):
        return replace(fix, why="the branch exists already", delivered=repo.delivered(fix_branch(state)))
    to_merge = _commit_to_merge(repo, project, corrected, files)
    if to_merge is None:
        # Keep the person's lines instead of writing conflict markers, which would break the person's site.
        kept = resolve(repo.merger, carried, Resolution.MINE, "yours", "the fixed path").tree
        to_merge = repo.commit(_MESSAGE, base, kept, state)
        fix = replace(fix, why="keeps their lines there, because none of their commits has the path's lines")
    return replace(fix, commit=repo.write([to_merge]))


def _left_behind(repo: PersonRepository, project: ProjectAtCommit, corrected: LearningPath) -> LearningPath | None:
    """Return an older path whose lessons or tests are still in a project, or None.

    The project's .starterkit.yml already names the new path, but the person's `git merge` kept old files.
    """
    with BareRepository(repo.workshop.path_repository) as repository:
        older = repository.refs(_OLDER)
    for name in [name for name in older if name.endswith("/path")]:
        old = LearningPath(repo.bare, older[name], older[name.removesuffix("path") + "template"])
        if _has_step(old, project.state):
            before, after = _change(old, corrected, project.state)
            changed = filter(corrected.template.owns, changed_paths(before, after))
            if any(path in before and project.tree.get(path) == before[path] for path in changed):
                return old
    return None


def _lines_in_conflict(data: bytes) -> tuple[tuple[int, int], ...]:
    conflicts: list[tuple[int, int]] = []
    number, first, is_mine = 0, 0, True
    for line in data.split(b"\n"):
        mark = line[:7]
        if mark == b"<<<<<<<":
            first = number + 1
        elif mark in (b"|||||||", b"======="):
            is_mine = False
        elif mark == b">>>>>>>":
            conflicts.append((first, max(first, number)))
            is_mine = True
        elif is_mine:
            number += 1
    return tuple(dict.fromkeys(conflicts))


def _commit_to_merge(
    repo: PersonRepository, project: ProjectAtCommit, corrected: LearningPath, files: Sequence[str]
) -> NewCommit | None:
    """Return a commit that shows the conflicts in `files` when the person merges it.

    The commit has the correction. Its parent is the person's newest commit that takes the correction without a
    conflict. So git shows the person's later changes next to the correction. Returns None if there is no such commit.
    """
    reader, name, tried = repo.bare.reader, project.submission.commit, set[tuple[Entry | None, ...]]()
    for _ in range(_MOST_COMMITS):
        parents = reader.commit(name)[1].parents
        if not parents:
            return None
        name = parents[0]
        tree = files_of(repo.bare, name)
        content = (tree.pop(STATE_FILE, None), *(tree.get(path) for path in files))
        if content not in tried:
            tried.add(content)
            if (commit := _corrected_at(repo, corrected, name, tree, files)) is not None:
                return commit
    return None


def _corrected_at(
    repo: PersonRepository, corrected: LearningPath, name: str, tree: Tree, files: Sequence[str]
) -> NewCommit | None:
    try:
        state = state_of(repo.bare, name)
    except StarterkitError:
        return None
    old = repo.path(state)
    if old is None or not (_has_step(old, state) and _has_step(corrected, state)):
        return None
    before, after = _change(old, corrected, state)
    if not changed_paths(before, after).issuperset(files):
        return None
    carried = repo.carry(corrected.template, before, after, tree)
    state = replace(state, path=corrected.tip, texts=corrected.texts)
    return repo.commit(_MESSAGE, name, carried.tree, state) if carried.is_clean else None


def apply(workshop: Workshop, fixes: Sequence[PathFix], new: NewPath, corrected: str = "") -> list[PathFix]:
    """Deliver all corrections. Return each with the branch that has it, or with the reason for a failure.

    `corrected` is the source of the new template, or empty if it is the workshop's own template. The old path is stored
    first, and the workshop gets the new path last. So a killed command can be repeated.
    """
    _keep_old_path(workshop, fixes)
    done = [_deliver(workshop, fix) for fix in fixes]
    _replace_path(workshop, new, corrected)
    return done


def _deliver(workshop: Workshop, fix: PathFix) -> PathFix:
    if not fix.commit or fix.state is None:
        return fix
    try:
        with BareRepository(workshop.repository(fix.person)) as bare:
            repo = PersonRepository(workshop, fix.person, bare)
            submission = repo.latest()
            if submission is None or submission.commit != fix.base:
                raise StarterkitError(PUSHED_MEANWHILE)
            branch = fix_branch(fix.state) if fix.outcome is FixOutcome.CONFLICT else ""
            event = {"at": events.moment(), "commit": fix.commit, "from": submission.commit, "path": fix.state.path}
            events.append(workshop, fix.person, {"kind": events.FIXING, **event})
            delivered = repo.deliver(submission, fix.commit, fix.state, branch)
        events.append(workshop, fix.person, {"kind": events.FIXED, **event, "branch": delivered.branch})
    except Exception as error:
        return replace(fix, outcome=FixOutcome.FAILED, why=error_of(error).message)
    return replace(fix, delivered=delivered)


def _keep_old_path(workshop: Workshop, fixes: Sequence[PathFix]) -> None:
    """Keep the objects of the old path, because projects may still use it.

    New branches keep the old first commits of projects. So a person whose latest commit is such a first commit still
    counts as not started.
    """
    begun_with = beginnings(workshop)
    corrected = {fix.commit: fix.person for fix in fixes if fix.outcome is FixOutcome.CLEAN and fix.base in begun_with}
    with BareRepository(workshop.path_repository) as repository:
        for commit in begun_with:
            repository.git.run("update-ref", f"{HEADS}began-{commit[:12]}", commit)
        for commit, person in corrected.items():
            remote = str(workshop.repository(person).absolute())
            # Only git's protocol version 2 can fetch a commit by its id. The user may have set an older version.
            arguments = ("-c", "protocol.version=2", "fetch", "-q", "--no-tags", remote)
            repository.git.run(*arguments, f"{commit}:{HEADS}began-{commit[:12]}")
        for name, id in (("path", workshop.path), ("template", workshop.texts)):
            repository.git.run("update-ref", f"{_OLDER}{workshop.path[:12]}/{name}", id)


def _replace_path(workshop: Workshop, new: NewPath, corrected: str) -> None:
    fixed = replace(workshop, path=new.path, texts=new.texts, version=__version__, corrected=corrected)
    with BareRepository(workshop.path_repository) as repository:
        write_beginning(repository.git, new.spec, new.rendered, BOT)
        for name in repository.refs(_COMING):
            repository.git.run("update-ref", "-d", name)
    write_file(workshop.folder, WORKSHOP_FILE, File(FILE, _with_path_of(fixed, workshop.file.read_bytes())))


def _with_path_of(fixed: Workshop, data: bytes) -> bytes:
    data = re.sub(rb"^corrected:[^\r\n]*\r?\n", b"", data, flags=re.MULTILINE)
    for name in ("version", "path", "texts"):
        lines = yaml_lines(name, getattr(fixed, name))
        if name == "texts" and fixed.corrected:
            lines += yaml_lines("corrected", fixed.corrected)
        text = "\n".join(lines).encode().replace(b"\\", rb"\\")
        data = re.sub(rb"^%s:[^\r\n]*" % name.encode(), text, data, count=1, flags=re.MULTILINE)
    return data
