"""Working folders and zips to hand out: a whole project with all of its git, which borrows from nobody."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from starterkit.repository import PATH_REF, TEXTS_REF, make_repository
from starterkit.repository.bare import BareRepository
from starterkit.repository.objects import EXECUTABLE, File
from starterkit.repository.worktree import write_file
from starterkit.workshop.folder import Person, Workshop
from starterkit.workshop.founding import MAIN

_ZIPPED_SETTINGS = """[core]
\trepositoryformatversion = 0
\tfilemode = false
\tbare = false
\tlogallrefupdates = true
"""  # unpacking a zip loses the executable bit on some machines


class Handouts:
    """Makes working folders and zips as everybody begins; use it as a context manager."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._place = tempfile.TemporaryDirectory(prefix="starterkit-handouts-", ignore_cleanup_errors=True)
        self._modes: dict[str, str] = {}
        self._zip = b""
        self._master = Path(self._place.name) / "site"

    def __enter__(self) -> Handouts:
        self._master.mkdir()
        self._fill()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._place.cleanup()

    @property
    def folder_in_zip(self) -> str:
        """The name of the folder that comes out of a zip."""
        return f"{self._workshop.template.rpartition(':')[2].rpartition('/')[2].partition('@')[0] or 'my'}-site"

    def write_folder(self, person: Person, goal: Path) -> None:
        """Make a person's working folder, in one step; the packed objects are shared on disk where that can be."""
        goal.parent.mkdir(parents=True, exist_ok=True)
        draft = goal.parent / f".making-{secrets.token_hex(8)}"
        try:
            shutil.copytree(self._master, draft, copy_function=_linked_or_copied)
            with (draft / ".git" / "config").open("a", encoding="utf-8") as file:
                file.write(self._origin(person, goal))
            draft.rename(goal)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def write_zip(self, person: Person, goal: Path) -> None:
        """Make a person's zip, in one step. All of them are one, but for the address of the remote."""
        self._zip = self._zip or self._zipped()
        buffer = io.BytesIO(self._zip)
        buffer.seek(0, os.SEEK_END)
        settings = _ZIPPED_SETTINGS + self._origin(person, goal)
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{self.folder_in_zip}/.git/config", settings)
        with _in_one_step(goal) as draft:
            draft.write_bytes(buffer.getvalue())

    def _origin(self, person: Person, goal: Path) -> str:
        """The lines of git's configuration for where a person pushes to; none where they work in the folder itself."""
        folder = self._workshop.remote_folder(person)
        if not person.remote or (folder is not None and folder.absolute() == goal.absolute()):
            return ""
        address = str(folder.absolute() if folder else person.remote).replace("\\", "\\\\").replace('"', '\\"')
        return (
            f'[remote "origin"]\n\turl = "{address}"\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
            '[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n'
        )

    def _fill(self) -> None:
        workshop, master = self._workshop, self._master
        repository = make_repository(master)
        with BareRepository(workshop.path_repository) as path:
            refs = {MAIN: path.refs()[MAIN], PATH_REF: workshop.path, TEXTS_REF: workshop.texts}
            packs = master / ".git" / "objects" / "pack"
            packs.mkdir(exist_ok=True)
            wanted = "".join(f"{id}\n" for id in refs.values()).encode()
            path.git.run("pack-objects", "-q", "--revs", str(packs.absolute() / "pack"), input=wanted)
            for name, entry in path.reader.tree(refs[MAIN]).items():
                self._modes[name] = entry.mode
                write_file(master, name, File(entry.mode, path.reader.blob(entry.id)))
        lines = "".join(f"{id} {name}\n" for name, id in sorted(refs.items()))
        (master / ".git" / "packed-refs").write_text(f"# pack-refs with: sorted \n{lines}", encoding="utf-8")
        (master / ".git" / "refs" / ".keep").touch()
        repository.git.run("read-tree", "HEAD")
        repository.git.try_run("update-index", "-q", "--refresh")

    def _zipped(self) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for folder in ("objects/", "refs/heads/", "refs/tags/"):
                archive.writestr(f"{self.folder_in_zip}/.git/{folder}", b"")
            for file in sorted(self._master.rglob("*")):
                name = file.relative_to(self._master).as_posix()
                if not file.is_file() or name == ".git/config":
                    continue
                about = zipfile.ZipInfo.from_file(file, f"{self.folder_in_zip}/{name}")
                mode = 0o755 if self._modes.get(name) == EXECUTABLE else 0o644
                about.external_attr = (0o100000 | mode) << 16
                kind = zipfile.ZIP_STORED if name.endswith(".pack") else zipfile.ZIP_DEFLATED
                archive.writestr(about, file.read_bytes(), kind)
        return buffer.getvalue()


@contextmanager
def _in_one_step(goal: Path) -> Iterator[Path]:
    """Give a file beside the goal, which takes its place when the block is done."""
    goal.parent.mkdir(parents=True, exist_ok=True)
    draft = goal.parent / f".making-{secrets.token_hex(8)}"
    try:
        yield draft
        draft.replace(goal)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _linked_or_copied(source: str, goal: str) -> str:
    """Copy a file; one that git never changes is linked, which takes no room."""
    if source.endswith((".pack", ".idx")):
        try:
            os.link(source, goal)
            return goal
        except OSError:  # another disk, or one that knows no links
            pass
    return shutil.copy2(source, goal)
