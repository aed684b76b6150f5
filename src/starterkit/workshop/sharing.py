"""Repositories for people who are other users of this machine: a group of the machine may write what a push writes.

The folder of a repository, its configuration, HEAD and the hooks that could be in it stay with who made the workshop:
whoever may push can have nobody else run anything. HEAD names a commit, for git would lock it for each push to the
branch that it names.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.errors import MissingError, UsageError

if TYPE_CHECKING:
    from starterkit.workshop.folder import Person, Workshop

_WRITTEN_BY_PUSH = ("objects/pack", "refs/heads", "refs/tags", "logs/refs/heads", "logs/refs/tags")
_SHARED = "[core]\n\tsharedRepository = "
# New files take the group of their folder. In `objects` only their owner takes them away, so that what stands beside
# them stays; a branch is a file that each push puts another one over.
_READ, _WRITTEN, _OBJECTS = 0o2750, 0o2770, 0o3770


def group_name(group: str, person: Person) -> str:
    """Return the group of a person. {login} in it stands for the login, of a team for its folder; {folder} for that."""
    login = person.folder if person.members else person.login
    return group.replace("{login}", login).replace("{folder}", person.folder)


def group_of(group: str, person: Person) -> int:
    """Return the number of a person's group.

    Raises `UsageError` where this machine has no such group, `MissingError` where we may give nothing to it.
    """
    name = group_name(group, person)
    try:
        import grp
    except ImportError:
        raise UsageError("--group wants users and groups as Linux and macOS have them.", "Leave it out here.") from None
    try:
        number = grp.getgrnam(name).gr_gid
    except KeyError:
        logins = [member.login for member in person.everybody if member.login] or ["LOGIN"]
        word = shlex.quote(name)
        steps = (f"sudo groupadd {word}", *(f"sudo usermod -aG {word} {shlex.quote(login)}" for login in logins))
        raise UsageError(
            f'There is no group "{name}" on this machine, for {person.name}.' if name else _no_login(person),
            "\n".join(
                ("Make it, and put into it who shall push there; they log in anew:", *(f"`{one}`" for one in steps))
            )
            if name
            else "Write a login into the line, or {folder} instead of {login}.",
        ) from None
    if os.geteuid() != 0 and number not in (os.getegid(), *os.getgroups()):
        raise MissingError(
            f'You may give nothing to the group "{name}": you are not in it.',
            f'Type it as root, or be put into it and log in anew: `sudo usermod -aG {shlex.quote(name)} "$USER"`',
        )
    return number


def _no_login(person: Person) -> str:
    return f"{person.name} has no login, and --group has {{login}} in it."


def is_another_user(login: str) -> bool:
    """Tell whether this login is a user of this machine, and not the one who runs this."""
    try:
        import pwd

        return bool(login) and pwd.getpwnam(login).pw_uid != os.geteuid()
    except (ImportError, KeyError):
        return False


def may_be_given_away(person: Person) -> bool:
    """Tell whether what is made for a person may be given to another user of this machine.

    That is so where a login says who that is; and where none does and root, who alone can do that, makes it.
    """
    logins = [member.login for member in person.everybody if member.login]
    is_root = os.name != "nt" and os.geteuid() == 0
    return any(is_another_user(login) for login in logins) or (is_root and not logins)


def is_unshared(repository: Path) -> bool:
    """Tell whether a repository is still to be shared; a damaged one without a configuration stays as it is."""
    try:
        return _SHARED not in (repository / "config").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False


def share(repository: Path, group: int, head: str) -> None:
    """Let a group push to a bare repository into which nobody else could write until now; others see nothing of it.

    `head` is the commit that its HEAD is to name. Raises `OSError`.
    """
    for name in _WRITTEN_BY_PUSH:
        (repository / name).mkdir(parents=True, exist_ok=True)
    (repository / "HEAD").write_text(f"{head}\n", encoding="utf-8")
    for place, _, files in os.walk(repository):
        inside = Path(place)
        mode, of_files = _modes(inside.relative_to(repository).as_posix())
        _give(inside, group, mode)
        for name in files:
            _give(inside / name, group, of_files)
    _set(repository, "group")


def _modes(place: str) -> tuple[int, int]:
    """The modes of a folder in a repository, and of the files in it."""
    if place == "objects":
        return _OBJECTS, 0o440
    if place == "objects/info":
        return _READ, 0o440
    if place.startswith("objects/"):
        return _WRITTEN, 0o440
    return (_WRITTEN, 0o660) if place.startswith(_WRITTEN_BY_PUSH) else (_READ, 0o640)


def _give(place: Path, group: int, mode: int) -> None:
    if not place.is_symlink():
        os.chown(place, -1, group)
        place.chmod(mode)  # after the group, which takes some bits away


def _set(repository: Path, shared: str) -> None:
    """Say in its configuration how a repository is shared: last of all, for that tells that nothing is left to do."""
    with (repository / "config").open("a", encoding="utf-8") as settings:
        settings.write(f"{_SHARED}{shared}\n")


def open_for_reading(workshop: Workshop) -> None:
    """Let other users reach the repositories and read the path, once; the rest is for the owner alone.

    Raises `OSError`.
    """
    path = workshop.path_repository
    if not is_unshared(path):
        return
    for folder in (workshop.folder, workshop.folder / "repos"):
        folder.chmod(folder.stat().st_mode | 0o011)
    for place, _, files in os.walk(path):
        Path(place).chmod(0o755)
        for name in files:
            (Path(place) / name).chmod(0o444 if "objects" in Path(place).parts else 0o644)
    workshop.file.chmod(0o600)
    (workshop.folder / "results").chmod(0o700)
    _set(path, "0644")
