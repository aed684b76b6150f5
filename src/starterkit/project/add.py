"""Add packages to the site's dependencies: declare them, pin them and install them.

uv and npm choose the versions. The declaration gets the entry that `uv add` or `npm install` would write. Nothing is
committed, because the packages are part of the learner's work on the step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from starterkit.errors import ConflictError, FileError, UsageError
from starterkit.merge_dependencies import declared_requirements, merge_declaration, with_requirement
from starterkit.process import quoted
from starterkit.progress import Progress
from starterkit.project.check import naming_bundles, prepared
from starterkit.project.commit import CommitResult, uncommitted
from starterkit.project.project import Project
from starterkit.runtime.bundle import BundleLacksError
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError, NotOfferedError
from starterkit.runtime.offline_first import PackageSource
from starterkit.runtime.package_json import declared_packages, save_packages
from starterkit.runtime.pins import direct_versions, package_name
from starterkit.runtime.prepare import compile_pins
from starterkit.template.model import EnvironmentSpec

_NPM_NAME = r"(?:@[a-z0-9~-][\w.~-]*/)?[a-z0-9~][\w.~-]*"
_NPM_PACKAGE = re.compile(rf"(?P<name>{_NPM_NAME})(?:@(?P<range>[\w.^~<>=*|+ -]+))?", re.ASCII | re.IGNORECASE)
# uv and npm report a package that doesn't exist in these ways.
_UNKNOWN = re.compile(r"(?:Because|and) (\S+) was not found in the |'(@?[^'@\s]+)@[^']*' could not be found")
_NO_VERSION = r"(?:no versions? of|No matching version found for|only|only the following versions of) {}(?![\w.-])"


@dataclass(frozen=True)
class AddedPackage:
    """A package in the declaration: its entry (`httpx>=0.28.1`, or npm's range) and its pinned versions."""

    name: str
    entry: str
    dev: bool
    versions: tuple[str, ...]


@dataclass(frozen=True)
class AddResult:
    """The packages that were added, those that were declared already, and the files that changed (None: none)."""

    added: tuple[AddedPackage, ...]
    known: tuple[AddedPackage, ...]
    declaration: str
    written: CommitResult | None = None


@dataclass(frozen=True)
class _Files:
    """The content of the declaration and of the pins. Empty pins are missing."""

    declaration: bytes
    pins: bytes


@dataclass(frozen=True)
class _Package:
    """A package as the learner typed it: its name, and the text after it (empty: any version)."""

    name: str
    typed: str
    details: str


@dataclass(frozen=True)
class _Change:
    """An entry to write into pyproject.toml, and the entry that it replaces (empty: none)."""

    entry: str
    replaces: str
    dev: bool


def add(project: Project, packages: Sequence[str], say: Progress, *, dev: bool = False) -> AddResult:
    """Declare packages, pin them and install them. If that fails, nothing changes.

    Raises `UsageError` for an invalid or unknown package, and for a conflict of versions. Raises `BundleLacksError`
    or `NoNetworkError` if a package can't be fetched.
    """
    environment = project.template.environment
    names = (environment.declaration, environment.pins)
    with project.writing("add"):
        wanted = _parsed(packages, environment)
        head = project.repository.check_ready()
        work = project.read_work(also=names)
        if environment.declaration not in work.files:
            fix = f"Restore the file: `git checkout HEAD -- {environment.declaration}`."
            raise FileError(environment.declaration, None, "the file with the list of packages is missing", fix)
        before = _Files(*(work.files[name].data if name in work.files else b"" for name in names))
        with _explaining(project, wanted), naming_bundles(project):
            after = _with_packages(project, before, wanted, say, dev=dev)
        added, known = _compared(environment, before, after, wanted)
        if after == before:
            prepared(project, say)  # the learner may have declared the packages by hand
            return AddResult((), known, environment.declaration)
        command = f"add {' '.join(quoted(package.typed) for package in wanted)}"
        files = dict(zip(names, (after.declaration, after.pins), strict=True))
        with uncommitted(project, head, work, command, files) as written, _explaining(project, wanted):
            if written.left:
                raise ConflictError(
                    f"You changed {written.left[0]} while starterkit was choosing versions. Nothing was added.",
                    "Run the command again.",
                )
            say(f"Installing {_listed(wanted)} …")
            prepared(project, say)
        return AddResult(added, known, environment.declaration, written)


def _parsed(packages: Sequence[str], environment: EnvironmentSpec) -> list[_Package]:
    parse = _npm_package if environment.kind == "node" else _python_package
    parsed = {package.name: package for package in map(parse, packages)}
    return list(parsed.values())


def _python_package(typed: str) -> _Package:
    requirement = _requirement(typed)
    if requirement is None or requirement.url:
        raise UsageError(
            f'Invalid package "{typed}".',
            'Use the name of a package on PyPI. You can add a version, for example `starterkit add "requests>=2"`.',
        )
    details = re.sub(r"^\s*[\w.-]+\s*", "", typed, flags=re.ASCII).strip()
    return _Package(package_name(requirement.name), typed.strip(), details)


def _npm_package(typed: str) -> _Package:
    match = _NPM_PACKAGE.fullmatch(typed.strip())
    if match is None:
        raise UsageError(
            f'Invalid package "{typed}".',
            "Use the name of a package on npm. You can add a version, for example `starterkit add zod@4`.",
        )
    return _Package(match["name"], match[0], match["range"] or "")


@contextmanager
def _explaining(project: Project, wanted: list[_Package]) -> Iterator[None]:
    """Let the errors of uv and npm in the block name the packages that the learner typed."""
    typed = _listed(wanted)
    try:
        yield
    except NotOfferedError as refused:
        raise _not_offered(refused, wanted, project.template.environment.kind) from refused
    except (NoSuchPackagesError, NoNetworkError, BundleLacksError) as failed:
        unknown = _unknown_package(failed.message, wanted)
        if unknown and project.bundle:
            failed.message = f'The bundle {project.bundle.folder} has no package "{unknown}". Nothing was changed.'
        else:
            failed.message = f"{typed} can't be added. Nothing was changed.\n{failed.message}"
        raise


def _listed(packages: Iterable[_Package]) -> str:
    return ", ".join(package.typed for package in packages)


def _with_packages(project: Project, before: _Files, wanted: list[_Package], say: Progress, *, dev: bool) -> _Files:
    if project.template.environment.kind == "node":
        return _with_npm_packages(project, before, wanted, say, dev=dev)
    return _with_python_packages(project, before, wanted, say, dev=dev)


def _with_python_packages(
    project: Project, before: _Files, wanted: list[_Package], say: Progress, *, dev: bool
) -> _Files:
    environment = project.template.environment
    file = environment.declaration
    changes = list(_python_changes(before, wanted, file, dev=dev))
    declaration = _with_changes(before.declaration, changes, file)
    if declaration == before.declaration:
        return before
    say(f"Choosing the versions of {_listed(wanted)} …")
    pins = compile_pins(declaration, before.pins or None, environment, bundle=project.bundle, say=say)
    return _Files(_with_changes(before.declaration, changes, file, pins), pins)


def _python_changes(before: _Files, wanted: Iterable[_Package], file: str, *, dev: bool) -> Iterator[_Change]:
    """Yield the requirements to write. A package that is declared already stays in its list."""
    for package in wanted:
        lists = {
            each: declared_requirements(before.declaration, file, package.name, dev=each) for each in (dev, not dev)
        }
        if not package.details and any(lists.values()):
            continue
        requirement = Requirement(package.typed)
        home = next((each for each, entries in lists.items() if entries), dev)
        for entry in lists[home]:
            old = _requirement(entry)
            if old is not None and old.marker == requirement.marker:
                yield _Change(_entry(package.name, package.typed, old=entry), entry, home)
                break
        else:
            yield _Change(_entry(package.name, package.typed), "", home)


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _entry(name: str, typed: str, *, old: str = "") -> str:
    """Return the entry for pyproject.toml. The extras of an old entry stay, and its versions if none were typed."""
    requirement = Requirement(typed)
    source = typed if requirement.specifier or not old else old
    specifiers = sorted(map(str, Requirement(source).specifier), key=re.sub(r"\s", "", source).find)
    extras = sorted(requirement.extras | (Requirement(old).extras if old else set()))
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return "".join((name, f"[{','.join(extras)}]" if extras else "", ",".join(specifiers), marker))


def _with_changes(declaration: bytes, changes: Iterable[_Change], file: str, pins: bytes = b"") -> bytes:
    """Return the declaration with the changes. With `pins`, an entry without versions gets the lowest pinned one."""
    for change in changes:
        entry = change.entry
        versions = direct_versions(pins, package_name(entry)) if pins else ()
        if versions and not Requirement(entry).specifier:
            head, separator, marker = entry.partition(" ;")
            entry = f"{head}>={min(map(Version, versions)).public}{separator}{marker}"
        declaration = with_requirement(declaration, file, entry, replaces=change.replaces, dev=change.dev)
    return declaration


def _with_npm_packages(project: Project, before: _Files, wanted: list[_Package], say: Progress, *, dev: bool) -> _Files:
    environment = project.template.environment
    known = _npm_entries(before.declaration, environment.declaration)
    source = PackageSource(bundle=project.bundle, say=say)
    after = before
    for is_known in (False, True):  # a package that is declared already stays in its list
        typed = [each.typed for each in wanted if (each.name in known) is is_known and (each.details or not is_known)]
        if typed:
            say(f"Choosing the versions of {', '.join(typed)} …")
            saved = save_packages(
                after.declaration, after.pins or None, environment, typed, source, dev=dev and not is_known
            )
            after = _Files(*saved)
    if after == before:
        return before
    merged = merge_declaration(
        environment.kind, before.declaration, after.declaration, before.declaration, environment.declaration
    )
    return _Files(merged, after.pins)


def _npm_entries(declaration: bytes, file: str) -> dict[str, tuple[str, bool]]:
    """Return the range of each declared package, and whether it is for development only."""
    lists = declared_packages(declaration, file).lists
    return {name: (range, key == "devDependencies") for key, names in lists.items() for name, range in names.items()}


def _python_entries(declaration: bytes, file: str, names: Iterable[str]) -> dict[str, tuple[str, bool]]:
    found = {}
    for name in names:
        for dev in (True, False):
            if entries := declared_requirements(declaration, file, name, dev=dev):
                found[name] = (entries[-1], dev)
    return found


def _compared(
    environment: EnvironmentSpec, before: _Files, after: _Files, wanted: Iterable[_Package]
) -> tuple[tuple[AddedPackage, ...], tuple[AddedPackage, ...]]:
    """Return the packages whose entries are new or changed, and the others."""
    names = [package.name for package in wanted]
    file = environment.declaration

    def entries(files: _Files) -> dict[str, tuple[str, bool]]:
        if environment.kind == "node":
            return _npm_entries(files.declaration, file)
        return _python_entries(files.declaration, file, names)

    old, new = entries(before), entries(after)
    packages = [AddedPackage(name, *new[name], direct_versions(after.pins, name)) for name in names]
    added = tuple(package for package in packages if old.get(package.name) != new[package.name])
    return added, tuple(package for package in packages if package not in added)


def _unknown_package(message: str, wanted: Iterable[_Package]) -> str:
    """Return the package that the index doesn't know, if the learner asked for it, or ""."""
    unknown = {group for match in _UNKNOWN.finditer(message) for group in match.groups() if group}
    return next((package.name for package in wanted if package.name in unknown), "")


def _not_offered(refused: NotOfferedError, wanted: list[_Package], kind: str) -> UsageError:
    """Return the error for an unknown package, an unknown version or a conflict of versions."""
    reason = re.sub(r"^code E\w+\n", "", refused.message.partition("\n")[2])
    if unknown := _unknown_package(reason, wanted):
        if kind == "node":
            return UsageError(f'Unknown package "{unknown}". Nothing was changed.', "Find the right name on npmjs.com.")
        return UsageError(
            f'Unknown package "{unknown}". Nothing was changed.',
            "Find the right name on pypi.org. It can differ from the name that you import.",
        )
    for package in wanted:
        if package.details and re.search(_NO_VERSION.format(re.escape(package.name)), reason):
            return UsageError(
                f'No version fits "{package.typed}". Nothing was changed.\n{reason}',
                f"Add the package without a version: `starterkit add {package.name}`.",
            )
    return UsageError(
        f"{_listed(wanted)} can't be added, because the versions of the packages conflict. Nothing was changed."
        f"\n{reason}",
        "Use another version, or another package.",
    )
