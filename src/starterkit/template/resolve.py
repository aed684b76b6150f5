"""Which template is meant: a bundled name, a folder, or a git address; and how a project records it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from starterkit.errors import UsageError
from starterkit.git.clone import GitUrl, fetch, parse_git_url, without_secret
from starterkit.paths import expand_user_path
from starterkit.template.atomic_replace import finish_replacing
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource, Template
from starterkit.yamlfile import did_you_mean

BUNDLED = "starterkit:"
FOLDER = "folder:"


@dataclass(frozen=True)
class ResolvedTemplate:
    """A template that was found: its folder, its texts, and what a project made from it records as its source.

    The source is `starterkit:NAME` for a bundled one, `folder:NAME` for a folder (never a path of the machine), and
    `URL@COMMIT` or `URL@COMMIT#FOLDER` for a git address.
    """

    folder: Path
    template: Template
    source: str

    @property
    def is_bundled(self) -> bool:
        return self.source.startswith(BUNDLED)

    @property
    def is_folder(self) -> bool:
        return self.source.startswith(FOLDER)


def locate_bundled(name: str) -> ResolvedTemplate:
    """Return the bundled template of this name. Raises `UsageError` with the nearest names."""
    folder, template = bundled_template(name)
    return ResolvedTemplate(folder, template, BUNDLED + template.name)


def locate_template(words: str, current: Path, store: Path) -> ResolvedTemplate:
    """Return the template that the words mean; one from a git address is fetched into `store`.

    A folder is looked for from `current`, and goes before a bundled template of the same name where the words look
    like a path. Raises `UsageError`, `FileError` for a malformed template, `EnvironmentProblem` without a network.
    """
    address = parse_git_url(words)
    if address is not None:
        return _fetched(address, store / sha256(address.url.encode()).hexdigest()[:16])
    folder = expand_user_path(words, current)
    looks_like_a_path = "/" in words or "\\" in words or words.startswith((".", "~"))
    if words.strip().lower() in bundled_names() and not looks_like_a_path:
        return locate_bundled(words)
    if not folder.is_dir():
        raise UsageError(
            f'There is no template "{words}": no folder, no git address, and none that comes with starterkit.',
            did_you_mean(words, bundled_names()),
        )
    finish_replacing(folder.resolve())
    template = read_template(FolderSource(folder.resolve()))
    return ResolvedTemplate(folder.resolve(), template, FOLDER + template.name)


@contextmanager
def recorded_template(source: str) -> Iterator[ResolvedTemplate | None]:
    """Give the block the template that a project records as its source; None where it cannot be had here.

    A folder cannot: it lies on the machine on which the project was made. Raises as `locate_template` does.
    """
    if source.startswith(BUNDLED):
        name = source.removeprefix(BUNDLED)
        yield locate_bundled(name) if name in bundled_names() else None
        return
    address = None if source.startswith(FOLDER) else parse_git_url(source)
    if address is None:
        yield None
        return
    with TemporaryDirectory(prefix="starterkit-template-") as place:
        yield _fetched(address, Path(place))


def _fetched(address: GitUrl, store: Path) -> ResolvedTemplate:
    fetched, commit = fetch(address, store)
    folder = fetched / address.folder if address.folder else fetched
    if not (folder / "path.yml").is_file():
        inside = sorted(file.parent.relative_to(fetched).as_posix() for file in fetched.rglob("path.yml"))
        where = f"Templates in it: {', '.join(f'{GitUrl(address.url, address.revision, one)}' for one in inside)}."
        raise UsageError(
            f"{without_secret(str(address))} holds no template: there is no path.yml.",
            without_secret(where) if inside else "Is it the right address? See docs/authoring.md.",
        )
    return ResolvedTemplate(folder, read_template(FolderSource(folder)), str(address.at(commit)))
