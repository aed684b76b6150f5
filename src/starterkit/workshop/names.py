"""Folder names for people: readable, and safe on every machine whatever stands in a roster."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

_MOST_BYTES = 60
_LONGEST = 100  # bytes of a name that somebody has written into workshop.yml
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", "conin$", "conout$", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)
_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
# Latin letters that do not come apart into a plain one and its mark.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "ng"}
)


def told_apart(people: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Return what people are called on a screen, by their folders: `people` are folders, names and logins (or e-mails).

    Where two have one name, the login stands behind it, or the folder where there is none.
    """
    known = list(people)
    names = Counter(name for _, name, _ in known)
    return {folder: f"{name} ({login or folder})" if names[name] > 1 else name for folder, name, login in known}


def key_of(word: str) -> str:
    """Return what two words share that are the same to a file system which folds letter case and forms of letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())


def plain_name(words: str) -> str:
    """Return a person's name without control signs, marks of direction and needless space."""
    if words.isascii() and words.isprintable():
        return " ".join(words.split())
    kept = "".join(" " if unicodedata.category(sign) in _BLANK else sign for sign in words if not _is_unseen(sign))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def folder_name(words: str) -> str:
    """Return a folder's name made of these words; empty where no letter and no digit is in them.

    Latin letters lose their marks; letters of other scripts stay. Everything else becomes a dash.
    """
    key = key_of(plain_name(words))
    if key.isascii():
        parts = _NO_LETTERS.split(key)
    else:
        letters = unicodedata.normalize("NFC", "".join(_plain_letter(sign) for sign in key))
        parts = "".join(sign if _is_letter(sign) else "-" for sign in letters).split("-")
    name = _shortened("-".join(part for part in (_without_leading_marks(part) for part in parts) if part), _MOST_BYTES)
    return f"{name}-person" if name in _DEVICES else name


def unique(name: str, taken: Collection[str]) -> str:
    """Return the name, or the first of `name-2`, `name-3`, … whose key is not taken yet."""
    number, found = 1, name
    while key_of(found) in taken:
        number += 1
        found = f"{_shortened(name, _MOST_BYTES)}-{number}"
    return found


def is_safe(name: str) -> bool:
    """Tell whether a folder's name is safe on every machine: letters, digits, and `-`, `_`, `.` between them."""
    return (
        bool(name)
        and len(name.encode("utf-8", "surrogatepass")) <= _LONGEST
        and unicodedata.normalize("NFC", name) == name
        and (_PLAIN.fullmatch(name) is not None or all(_is_letter(sign) or sign in "-_." for sign in name))
        and unicodedata.category(name[0])[0] in "LN"
        and not name.endswith(".")
        and not key_of(name).endswith(".git")
        and key_of(name).partition(".")[0] not in _DEVICES
    )


_BLANK = ("Zs", "Zl", "Zp", "Cc")
_JOINERS = "\u200c\u200d"  # without these, names in some scripts are spelt wrongly


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cf", "Cs", "Co", "Cn") and sign not in _JOINERS


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN"


def _plain_letter(sign: str) -> str:
    if sign.isascii() or not unicodedata.name(sign, "").startswith("LATIN"):
        # A mark of its own (behind a letter that knows no composed form) stays with letters of other scripts.
        return "" if unicodedata.category(sign) == "Mn" and "\u0300" <= sign <= "\u036f" else sign
    apart = unicodedata.normalize("NFKD", sign)
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_PLAIN_LETTERS)


def _without_leading_marks(part: str) -> str:
    while part and unicodedata.category(part[0])[0] == "M":
        part = part[1:]
    return part


def _shortened(name: str, most: int) -> str:
    """The name within so many bytes, cut between letters."""
    if len(name.encode()) <= most:
        return name
    return name.encode()[:most].decode("utf-8", "ignore").rstrip("-")
