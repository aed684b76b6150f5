"""Makes folder names for people. The names are readable, and valid on every system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import dropwhile
from unicodedata import category, combining, normalize
from unicodedata import name as unicode_name

_MOST_BYTES = 60
_LONGEST = 100  # maximum bytes of a folder name in workshop.yml, which an instructor may have written
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", "conin$", "conout$", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)
_BLANK, _UNSEEN = ("Zs", "Zl", "Zp", "Cc"), ("Cf", "Cs", "Co", "Cn")
_JOINERS = "\u200c\u200d"  # some scripts need these invisible characters for correct spelling
# Latin letters that Unicode doesn't decompose into a plain letter and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "ng"}
)


def told_apart(people: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Return display names by folder. `people` are folders, names and logins.

    If two names are equal, each gets its login or folder added in parentheses.
    """
    known = list(people)
    names = Counter(name for _, name, _ in known)
    return {folder: f"{name} ({login or folder})" if names[name] > 1 else name for folder, name, login in known}


def key_of(text: str) -> str:
    """Return a key for comparing names. Names that a file system may confuse ("Ada", "ADA") have equal keys."""
    return normalize("NFKC", normalize("NFKC", text).casefold())


def plain_name(text: str) -> str:
    """Return a name without invisible characters and extra whitespace."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    seen = (character for character in text if category(character) not in _UNSEEN or character in _JOINERS)
    kept = "".join(" " if category(character) in _BLANK else character for character in seen)
    return normalize("NFC", " ".join(kept.split()))


def folder_name(text: str) -> str:
    """Return a folder name made from a text, or "" if the text has no letter or digit.

    Latin letters lose their accents. Letters of other scripts stay. All other characters become a dash.
    """
    letters = normalize("NFC", "".join(map(_plain_letter, key_of(plain_name(text)))))
    parts = "".join(character if _is_letter(character) else "-" for character in letters).split("-")
    without_marks = ("".join(dropwhile(lambda character: category(character)[0] == "M", part)) for part in parts)
    name = _shortened("-".join(filter(None, without_marks)))
    return f"{name}-person" if name in _DEVICES else name


def unique(name: str, taken: Collection[str]) -> str:
    """Return the name, or the first of `name-2`, `name-3`, … whose `key_of` isn't in `taken`."""
    number, candidate = 1, name
    while key_of(candidate) in taken:
        number += 1
        candidate = f"{_shortened(name)}-{number}"
    return candidate


def is_safe(name: str) -> bool:
    """True if every system can have a folder with this name.

    A safe name has only letters, digits, `-`, `_` and `.`. It starts with a letter or digit, and isn't the name of a
    Windows device, such as `con`.
    """
    return (
        bool(name)
        and len(name.encode("utf-8", "surrogatepass")) <= _LONGEST
        and normalize("NFC", name) == name
        and all(_is_letter(character) or character in "-_." for character in name)
        and category(name[0])[0] in "LN"
        and not name.endswith(".")
        and not key_of(name).endswith(".git")
        and key_of(name).partition(".")[0] not in _DEVICES
    )


def _is_letter(character: str) -> bool:
    return category(character)[0] in "LMN"


def _plain_letter(character: str) -> str:
    if character.isascii() or not unicode_name(character, "").startswith("LATIN"):
        # Drop separate accents (U+0300 to U+036F). Keep marks of other scripts, which are part of their spelling.
        return "" if category(character) == "Mn" and "\u0300" <= character <= "\u036f" else character
    parts = normalize("NFKD", character)
    return "".join(part for part in parts if not combining(part)).translate(_PLAIN_LETTERS)


def _shortened(name: str) -> str:
    if len(name.encode()) <= _MOST_BYTES:
        return name
    return name.encode()[:_MOST_BYTES].decode("utf-8", "ignore").rstrip("-")
