"""Find the columns of a roster by the names that learning platforms give them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from starterkit.errors import FileError
from starterkit.workshop.column_names import FILLERS, NAMES

_PEOPLE = frozenset({"name", "first", "last", "login", "email", "identifier"})
_DELIMITERS = ",;\t|"
_LARGEST = 20_000_000
_MOST_ABOVE = 20  # lines that are looked through for the titles
_FUZZY = 1000  # added to the rank of a name that was found inside a question such as "What is your full name?"
_IN_BRACKETS = re.compile(r"\((?!\d+\))[^()]*\)|\[[^\[\]]*\]")  # not the `(123)` of Canvas's assignments
_FORMULA = re.compile(r'^="([^"]*)"$')  # how exports keep the zeros of `0042` in Excel
_WORD = re.compile(r"[^\W_]+")
_SAVE_AS_CSV = 'Open it in your spreadsheet program and save it as "CSV UTF-8". Then name that file.'
# The first bytes of files that people take for a CSV file, and what each of them is.
_OTHER_FILES = (
    (b"PK\x03\x04", "a workbook (.xlsx, .ods or another zip file)", _SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0", "an old workbook (.xls)", _SAVE_AS_CSV),
    (b"%PDF-", "a PDF", "Export the list of people as CSV from your learning platform. Then name that file."),
)
_WEB_PAGE = re.compile(r"\s*<[a-z!?]", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:\{\s*\"|\[\s*[\[{\"])")


@dataclass(frozen=True)
class RosterRow:
    """One line of a roster: its line number, its cells by column, and the first text in its other cells."""

    line: int
    cells: dict[str, str]
    other: str = ""

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class RosterTable:
    """The rows of a roster. `columns` maps each known column to its title, `unused` has the other titles.

    `above` are the lines above the titles, such as the name of a course.
    """

    rows: tuple[RosterRow, ...]
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    above: tuple[tuple[int, str], ...] = ()


def read_table(data: bytes, file: str) -> RosterTable:
    """Read the rows of a CSV file that aren't empty. Raises `FileError` with the line."""
    text = _text(data, file)
    above, first, header_line, begin = _head(text)
    delimiter = max(_DELIMITERS, key=lambda character: _known(header_line, character))
    reader = csv.reader(io.StringIO(text[begin:], newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = first
    try:
        for cells in reader:
            here, line = line, first + reader.line_num  # this row begins where the one before it ended
            if any(cell.strip() for cell in cells):
                if rows:
                    _check_row(cells, len(rows[0]), file, here)
                else:
                    _columns(cells, file, here, ())
                rows.append([_FORMULA.sub(r"\1", cell.strip()) for cell in cells])
                lines.append(here)
    except csv.Error as wrong:
        raise FileError(file, line, f"not valid CSV: {wrong}") from wrong
    return _table(rows, lines, above, file) if rows else RosterTable((), {}, ())


def _table(rows: list[list[str]], lines: list[int], above: list[tuple[int, str]], file: str) -> RosterTable:
    titles = rows[0]
    rows = [[*cells[: len(titles)], *[""] * (len(titles) - len(cells))] for cells in rows[1:]]
    filled = [any(cells[at] for cells in rows) for at in range(len(titles))]
    columns = {name: titles[at] for name, at in _columns(titles, file, lines[0], filled).items()}
    others = [at for at, title in enumerate(titles) if title not in columns.values()]
    unused = [titles[at] or f"column {at + 1}" for at in others if titles[at] or filled[at]]
    found = [
        RosterRow(
            line,
            {
                name: _first(cells, (at for at, one in enumerate(titles) if one == title))
                for name, title in columns.items()
            },
            _first(cells, others),
        )
        for line, cells in zip(lines[1:], rows, strict=True)
    ]
    return RosterTable(tuple(found), columns, tuple(unused), tuple(above))


def _first(cells: list[str], places: Iterable[int]) -> str:
    """Return the first text in one of these places: two columns may have the same title."""
    return next((cells[at] for at in places if cells[at]), "")


def _text(data: bytes, file: str) -> str:
    for begin, what, fix in _OTHER_FILES:
        if data.startswith(begin):
            raise FileError(file, None, f"this is {what}, not CSV", fix)
    if len(data) > _LARGEST:
        raise FileError(file, None, "this is too large to be a roster")
    text = _decoded(data, file)
    if _WEB_PAGE.match(text):
        fix = "Sign in to your learning platform in the browser and export the list as CSV. Then name that file."
        raise FileError(file, None, "this is a web page (HTML or XML), not CSV", fix)
    if _JSON.match(text):
        raise FileError(file, None, "this is JSON, not CSV", "Write a CSV file with a line such as: name,email,login")
    return text


def _decoded(data: bytes, file: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")  # what Excel calls "Unicode text"
    if [byte == 0 for byte in data[:4]] == [False, True, False, True]:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise FileError(file, line, "the file is not UTF-8 text", 'Save it as "CSV UTF-8".') from wrong


def _head(text: str) -> tuple[list[tuple[int, str]], int, str, int]:
    """Return the lines above the titles, the number of the line with the titles, that line, and its offset.

    It is the first line that isn't empty or `sep=;`. If that line names no column, a line below it with two known
    columns counts instead.
    """
    begin, found = 0, list[tuple[int, str, int]]()
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if line.strip() and not line.lstrip('"').lower().startswith("sep="):
            known = max(_known(line, delimiter)[0] for delimiter in _DELIMITERS)
            if known >= (2 if found else 1):
                return [(at, words.strip(' ;,\t\r\n"')) for at, words, _ in found], number, line, begin
            found.append((number, line, begin))
        begin += len(line)
        if len(found) >= _MOST_ABOVE:
            break
    return ([], *(found[0] if found else (1, "", 0)))


def _known(line: str, delimiter: str) -> tuple[int, int]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return len({found[1] for cell in cells if (found := _meaning(cell))}), len(cells)


def _bare(title: str) -> str:
    """Return the letters and digits of a title in lower case, without accents."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", title.casefold())))


# What each title stands for. Of several columns for one thing, the one that stands first in `NAMES` counts.
_COLUMNS = {_bare(word): (rank, column) for column, words in NAMES.items() for rank, word in enumerate(words.split())}
_FILLERS = frozenset(map(_bare, FILLERS.split()))


def _meaning(title: str) -> tuple[int, str] | None:
    """Return rank and column of a title. A form's question counts without its filling words."""
    if exact := _COLUMNS.get(_bare(title)):
        return exact
    words = map(_bare, _WORD.findall(unicodedata.normalize("NFC", _IN_BRACKETS.sub(" ", title))))
    rank, column = _COLUMNS.get("".join(word for word in words if word not in _FILLERS), (0, ""))
    return (rank + _FUZZY, column) if column else None


def _columns(titles: list[str], file: str, line: int, filled: Sequence[bool]) -> dict[str, int]:
    """Return the index of each known column. A column that is `filled` comes before one without texts."""
    best: dict[str, tuple[bool, int, int]] = {}
    for at, title in enumerate(titles):
        if found := _meaning(title):
            rank, column = found
            one = (not any(filled[at : at + 1]), rank, at)
            best[column] = min(best.get(column, one), one)
    if not best.keys() & _PEOPLE:
        titled = ", ".join(f'"{title[:40]}"' for title in titles[:12] if title)
        raise FileError(
            file,
            line,
            f"the first line names no column that says who a person is: {titled}",
            "Give the columns names such as: name,email,login,team. Also known: full name, first name and surname, "
            "student, identifier, e-mail address, username, github_username, group.",
        )
    columns = {column: at for column, (_, _, at) in best.items()}
    if "first" in columns and "last" not in columns and "name" in columns:  # `Prénom, Nom` and `Vorname, Name`
        columns["last"] = columns.pop("name")
    return columns


def _check_row(cells: list[str], width: int, file: str, line: int) -> None:
    if any("\n" in cell.strip() or "\r" in cell.strip() for cell in cells):
        raise FileError(
            file, line, "there is a line end within quotes", "Is a quotation mark not closed? Write one as two."
        )
    if any(cell.strip() for cell in cells[width:]):
        raise FileError(
            file,
            line,
            f"this line has {len(cells)} cells, and the first line has {width}",
            "A cell with the separator in it needs quotation marks around it.",
        )
