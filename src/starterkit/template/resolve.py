"""Find a template by a bundled name, a folder, a git URL, or the source in a project."""

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
    """A template, its folder, and the source that a new project records.

    The source is `starterkit:NAME` for a bundled template, and `folder:NAME` for a folder (never a local path). For a
    git URL, it is `URL@COMMIT` or `URL@COMMIT#FOLDER`.
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
    """Return the bundled template with this name. Raises `UsageError` for an unknown name."""
    folder, template = bundled_template(name)
    return ResolvedTemplate(folder, template, BUNDLED + template.name)


def locate_template(text: str, current: Path, store: Path) -> ResolvedTemplate:
    """Return the template that a user named: a git URL, a bundled name or a folder.

    A template from a git URL is fetched into `store`. A bundled template wins over a folder of the same name, unless
    the text looks like a path (`./flask`). Raises `UsageError` if nothing matches, `FileError` for a malformed
    template, and `EnvironmentProblem` if the URL can't be reached.
    """
    url = parse_git_url(text)
    if url is not None:
        return _fetch(url, store / sha256(url.url.encode()).hexdigest()[:16])
    folder = expand_user_path(text, current).resolve()
    looks_like_a_path = "/" in text or "\\" in text or text.startswith((".", "~"))
    if text.strip().lower() in bundled_names() and not looks_like_a_path:
        return locate_bundled(text)
    if not folder.is_dir():
        raise UsageError(
            f'Unknown template "{text}". It is not a folder, a git URL or a template of starterkit.',
            did_you_mean(text, bundled_names()),
        )
    finish_replacing(folder)
    template = read_template(FolderSource(folder))
    return ResolvedTemplate(folder, template, FOLDER + template.name)


def installed_edition(source: str) -> int | None:
    """Return the edition of the bundled template that a project recorded as its source.

    None means that the project has an external template, or that this starterkit doesn't have the template.
    """
    name = source.removeprefix(BUNDLED)
    return bundled_template(name)[1].edition if source.startswith(BUNDLED) and name in bundled_names() else None


@contextmanager
def recorded_template(source: str) -> Iterator[ResolvedTemplate | None]:
    """Yield the template that a project recorded as its source, or None.

    None means that the source can't be found. The source of a template folder is never found, because a project doesn't
    record the folder's path. A template from a git URL is deleted after the block. Raises the same errors as
    `locate_template`.
    """
    if source.startswith(BUNDLED):
        name = source.removeprefix(BUNDLED)
        yield locate_bundled(name) if name in bundled_names() else None
        return
    url = None if source.startswith(FOLDER) else parse_git_url(source)
    if url is None:
        yield None
        return
    with TemporaryDirectory(prefix="starterkit-template-") as store:
        yield _fetch(url, Path(store))


def _fetch(url: GitUrl, store: Path) -> ResolvedTemplate:
    clone, commit = fetch(url, store)
    folder = clone / url.folder if url.folder else clone
    if not (folder / "path.yml").is_file():
        inside = sorted(file.parent.relative_to(clone).as_posix() for file in clone.rglob("path.yml"))
        urls = ", ".join(str(GitUrl(url.url, url.revision, name)) for name in inside)
        raise UsageError(
            f"{without_secret(str(url))} is not a template, because path.yml is missing.",
            without_secret(f"Use a template in this repository: {urls}.") if inside else "Check the URL.",
        )
    return ResolvedTemplate(folder, read_template(FolderSource(folder)), str(url.at(commit)))
