"""Creates the zips and working folders that people start with. Each contains a project with its git repository."""

from __future__ import annotations

import io
import os
import re
import secrets
import shutil
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starterkit.git.bare import BareRepository
from starterkit.git.objects import EXECUTABLE, FILE, File
from starterkit.git.repository import METADATA_REF, PATH_REF, make_repository
from starterkit.git.worktree import write_file
from starterkit.project.pull import COLLECTED
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.repositories import MAIN
from starterkit.workshop.store import DRAFT

if sys.platform != "win32":
    import pwd

_DRAFT_NAME = re.compile(re.escape(DRAFT) + "[0-9a-f]{16}")
_REFS = ".git/packed-refs"
_UPSTREAM = "refs/remotes/origin/main"
_ZIPPED_SETTINGS = """[core]
\trepositoryformatversion = 0
\tfilemode = false
\tbare = false
\tlogallrefupdates = true
"""  # filemode is false, because unpacking a zip drops the executable bit on some systems


def remove_drafts(folder: Path) -> None:
    """Remove unfinished zips and working folders that a killed command left in this folder."""
    for draft in folder.glob(f"{DRAFT}*") if folder.is_dir() else ():
        if not _DRAFT_NAME.fullmatch(draft.name):
            continue
        if draft.is_dir() and not draft.is_symlink():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)


def is_another_user(login: str) -> bool:
    """True if this login belongs to a user of this machine who isn't the current user."""
    if sys.platform == "win32" or not login:
        return False
    try:
        return pwd.getpwnam(login).pw_uid != os.geteuid()
    except KeyError:
        return False


def _may_be_given_away(person: Person) -> bool:
    logins = [member.login for member in person.everybody if member.login]
    # Only root can give a folder to a user whose login isn't known.
    is_root = sys.platform != "win32" and os.geteuid() == 0
    return any(map(is_another_user, logins)) or (is_root and not logins)


def folder_in_zip(workshop: Workshop) -> str:
    """Return the name of the project folder in each zip, such as `flask-site`."""
    return f"{workshop.template.rpartition(':')[2].rpartition('/')[2].partition('@')[0] or 'my'}-site"


class Handouts:
    """Makes working folders and zips for people. The first project is built in the new folder `master`.

    All working folders and zips are copies of it, which is faster than git.
    """

    def __init__(self, workshop: Workshop, master: Path) -> None:
        self._workshop = workshop
        self._folder_in_zip = folder_in_zip(workshop)
        self._master = master
        self._folders = [""]
        self._files: dict[str, File] = {}
        self._packs: list[str] = []
        self._zip = b""
        self._refs: dict[str, str] = {}
        self._linked: Path | None = None
        self._fill()

    def write_folder(self, person: Person, goal: Path) -> None:
        """Write a person's working folder `goal`. A killed command leaves no unfinished folder with this name."""
        with _draft_of(goal) as draft:
            for folder in self._folders:
                (draft / folder).mkdir()
            for name, file in self._files.items():
                (draft / name).write_bytes(file.data)
                if file.mode == EXECUTABLE:
                    (draft / name).chmod((draft / name).stat().st_mode | 0o111)
            for name in self._packs:
                self._write_pack(name, draft, goal, alone=_may_be_given_away(person))
            (draft / _REFS).write_bytes(self._packed_refs(person))
            with (draft / ".git" / "config").open("a", encoding="utf-8") as settings:
                settings.write(self._origin(person, goal))
            draft.rename(goal)

    def _write_pack(self, name: str, draft: Path, goal: Path, alone: bool) -> None:
        # Working folders share git's pack files by hard links, to save space. A folder for another user gets copies,
        # because its owner could change a shared file in all folders.
        if not alone and self._linked is not None:
            try:
                os.link(self._linked / name, draft / name)
                return
            except OSError:  # raised if the folder is on another disk, or the disk has no hard links
                pass
        shutil.copy2(self._master / name, draft / name)
        if not alone:
            self._linked = goal

    def write_zip(self, person: Person, goal: Path) -> None:
        """Write a person's zip `goal`. A killed command leaves no unfinished file with this name."""
        self._zip = self._zip or self._zipped()
        buffer = io.BytesIO(self._zip)
        buffer.seek(0, os.SEEK_END)
        settings = _ZIPPED_SETTINGS + self._origin(person, goal)
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{self._folder_in_zip}/.git/config", settings)
            archive.writestr(f"{self._folder_in_zip}/{_REFS}", self._packed_refs(person))
        with _draft_of(goal) as draft:
            draft.write_bytes(buffer.getvalue())
            draft.replace(goal)

    def _packed_refs(self, person: Person) -> bytes:
        refs = {**self._refs, **({_UPSTREAM: self._refs[MAIN]} if person.remote else {})}
        lines = "".join(f"{id} {name}\n" for name, id in sorted(refs.items()))
        return f"# pack-refs with: sorted \n{lines}".encode()

    def _origin(self, person: Person, goal: Path) -> str:
        """Return the lines of .git/config for the person's origin, or "" without a remote."""
        folder, collected = self._workshop.remote_folder(person), ""
        if not person.remote:
            return ""
        if self._workshop.works_in(person, goal):  # a working folder pulls from the bare repository
            folder, collected = self._workshop.repository(person), f"[{COLLECTED[0]}]\n\t{COLLECTED[1]} = true\n"
        url = str(folder.absolute() if folder else person.remote).replace("\\", "\\\\").replace('"', '\\"')
        return (
            f'[remote "origin"]\n\turl = "{url}"\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
            f'[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n\trebase = false\n{collected}'
        )

    def _fill(self) -> None:
        workshop, master = self._workshop, self._master
        master.mkdir()
        repository = make_repository(master)
        modes: dict[str, str] = {}
        with BareRepository(workshop.path_repository) as path:
            refs = self._refs = {MAIN: path.refs()[MAIN], PATH_REF: workshop.path, METADATA_REF: workshop.texts}
            packs = master / ".git" / "objects" / "pack"
            packs.mkdir(exist_ok=True)
            ids = "".join(f"{id}\n" for id in refs.values()).encode()
            # Stronger compression takes only 0.1 s, and makes every zip and working folder a fifth smaller.
            tight = ("--no-reuse-delta", "--window=250", "--depth=50")
            path.git.run("pack-objects", "-q", *tight, "--revs", str(packs.absolute() / "pack"), input=ids)
            for name, entry in path.reader.tree(refs[MAIN]).items():
                modes[name] = entry.mode
                write_file(master, name, File(entry.mode, path.reader.blob(entry.id)))
        (master / _REFS).write_bytes(self._packed_refs(Person("", "")))
        (master / ".git" / "refs" / ".keep").touch()
        repository.git.run("read-tree", "HEAD")
        repository.git.try_run("update-index", "-q", "--refresh")
        # All files but the packs stay in memory, because reading them again for each person takes more time.
        for file in sorted(master.rglob("*")):
            name = file.relative_to(master).as_posix()
            if file.is_dir():
                self._folders.append(name)
            elif file.suffix in (".pack", ".idx"):
                self._packs.append(name)
            else:
                self._files[name] = File(modes.get(name, FILE), file.read_bytes())

    def _zipped(self) -> bytes:
        buffer = io.BytesIO()
        packs = {name: File(FILE, (self._master / name).read_bytes()) for name in self._packs}
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for folder in ("objects/", "refs/heads/", "refs/tags/"):
                archive.writestr(f"{self._folder_in_zip}/.git/{folder}", b"")
            now = time.localtime()[:6]
            for name, file in (self._files | packs).items():
                info = zipfile.ZipInfo(f"{self._folder_in_zip}/{name}", now)
                info.external_attr = (0o100000 | (0o755 if file.mode == EXECUTABLE else 0o644)) << 16
                if name not in (".git/config", _REFS):
                    archive.writestr(info, file.data, zipfile.ZIP_DEFLATED)
        return buffer.getvalue()


@contextmanager
def _draft_of(goal: Path) -> Iterator[Path]:
    goal.parent.mkdir(parents=True, exist_ok=True)
    draft = goal.parent / f"{DRAFT}{secrets.token_hex(8)}"
    try:
        yield draft
    except BaseException:
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)
        raise
