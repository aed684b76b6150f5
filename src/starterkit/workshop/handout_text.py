"""Writes handout.txt: one text for all participants of a workshop, with the commands to type."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from starterkit import wheel_file
from starterkit.errors import cannot_write
from starterkit.git.command import OLDEST_GIT_WORDS
from starterkit.workshop.model import Workshop

HANDOUT = "handout.txt"
_NEEDS = f"You need Python 3.11 or newer, git {OLDEST_GIT_WORDS} or newer, and starterkit."
_INSTALL = (
    "python3 -m venv starterkit-env",
    ". starterkit-env/bin/activate",
    f"pip install {wheel_file()}     (your instructor gives you this file)",
)
_SETTINGS = (
    'git config --global user.name "Your Name"',
    "git config --global user.email you@example.org",
    "git config --global pull.rebase false",
)
_NEW_TERMINAL = """\
   In PowerShell on Windows, the second line is: starterkit-env\\Scripts\\Activate.ps1
   In a new terminal, type the second line first."""
_WORK = (
    "starterkit run --open     show your site (Ctrl-C stops it)",
    "starterkit next           begin the first step, and later the next one",
    "starterkit check          run the tests",
)
_SAVE = ("git add -A", 'git commit -m "What I did"')


def write_handout(workshop: Workshop, methods: Collection[str]) -> tuple[Path, bool]:
    """Write handout.txt into the workshop's folder if it is missing. Never overwrite it.

    Returns its path, and True if a file with another text was kept. Raises `EnvironmentProblem`.
    """
    file, text = workshop.folder / HANDOUT, handout_text(methods)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        return file, not _holds(file, text)
    except OSError as error:
        raise cannot_write("The handout", error) from error
    return file, False


def handout_text(methods: Collection[str]) -> str:
    """Return the text of handout.txt. `methods` says how participants start: with clone, folders or zip."""
    push = ("git push",) if "clone" in methods else ()
    only_folders = set(methods) == {"folders"}
    sections = [_section("Set up your machine once:", _SETTINGS if only_folders else (*_INSTALL, *_SETTINGS))]
    if not only_folders:
        sections[-1] += f"\n{_NEW_TERMINAL}"
    what = "opens" if only_folders else "creates"
    sections.append(f"Type the line that your instructor sent to you. It {what} your project folder.")
    sections.append(_section("Work in your project folder:", _WORK))
    if push:
        sections.append(
            _section("Push after each `starterkit next` and `starterkit solve`. They commit for you.", push)
        )
    sections.append(
        _section("Commit each time a part of your work is done. Your instructor sees only commits.", (*_SAVE, *push))
    )
    if "zip" in methods:
        sections.append("At the end, hand in the whole folder with its .git folder. You may leave out node_modules.")
    numbered = (f"{number}. {section}" for number, section in enumerate(sections, start=1))
    return "\n\n".join((_NEEDS, *numbered)) + "\n"


def _section(title: str, commands: Collection[str]) -> str:
    return "\n".join((title, *(f"    {command}" for command in commands)))


def _holds(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8") == text
    except (OSError, UnicodeError):
        return False
