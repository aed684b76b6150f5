"""The columns of rosters, found by name as the usual learning platforms call them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from starterkit.errors import FileError

_DELIMITERS = ",;\t"
# What each column may be called, without spaces and signs, in small letters. Of several that are there, the first
# named here is taken.
_NAMES = {
    "name": "name fullname student studentname displayname participant learner nameofstudent names nom nomcomplet "
    "nombrecompleto vollständigername фио 氏名 姓名 名前",
    "first": "firstname givenname forename vorname prénom prenom nombre nome voornaam",
    "last": "surname lastname familyname nachname nomdefamille apellidos apellido cognome achternaam sobrenome фамилия",
    "identifier": "identifier id studentid idnumber sisuserid userid number matriculation matrikelnummer",
    "email": "emailaddress email mail emailadresse adressedecourriel adresseemail correo correoelectrónico "
    "direccióndecorreo indirizzoemail",
    "login": "login githubusername github username loginid sisloginid user loginname gitlabusername gitlab account "
    "githubhandle anmeldename nomdutilisateur nombredeusuario",
    "team": "team group groupname teamname groups gruppe gruppen groupe groupes grupo grupos équipe equipo",
}
_COLUMNS = {word: (rank, column) for column, words in _NAMES.items() for rank, word in enumerate(words.split())}
_LARGEST = 20_000_000


@dataclass(frozen=True)
class Row:
    """One line of a roster: the number of the line in the file, and its cells by column."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def rows_of(data: bytes, file: str) -> list[Row]:
    """Return the lines of a roster that have something in them. Raises `FileError` with the line."""
    text = _text(data, file)
    first, header_line, begin = _head(text)
    delimiter = max(_DELIMITERS, key=lambda sign: _known(header_line, sign))
    reader = csv.reader(io.StringIO(text[begin:], newline=""), delimiter=delimiter, strict=True)
    found: list[Row] = []
    columns: dict[str, int] = {}
    width, line = 0, first
    try:
        for cells in reader:
            here, line = line, first + reader.line_num  # this row begins where the one before it ended
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns, width = _columns(cells, file, here), len(cells)
                continue
            _check_row(cells, width, file, here)
            found.append(Row(here, {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}))
    except csv.Error as wrong:
        raise FileError(file, line, f"not valid CSV: {wrong}") from wrong
    return found


def _text(data: bytes, file: str) -> str:
    if len(data) > _LARGEST:
        raise FileError(file, None, "this is too large to be a roster")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")  # what spreadsheets call Unicode text
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise FileError(file, line, "the file is not UTF-8 text", 'Save it as "CSV UTF-8".') from wrong


def _head(text: str) -> tuple[int, str, int]:
    """The number of the first line that is not empty, that line, and where it begins; `sep=;` is passed over."""
    begin = 0
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if line.strip() and not line.lower().startswith("sep="):
            return number, line, begin
        begin += len(line)
    return 1, "", 0


def _known(line: str, delimiter: str) -> tuple[int, int]:
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return len({_COLUMNS[_bare(cell)][1] for cell in cells if _bare(cell) in _COLUMNS}), len(cells)


def _bare(cell: str) -> str:
    return "".join(sign for sign in cell.casefold() if sign.isalnum())


def _columns(cells: list[str], file: str, line: int) -> dict[str, int]:
    """Where each column is; of several that could be meant, the one with the most usual name."""
    best: dict[str, tuple[int, int]] = {}
    for at, cell in enumerate(cells):
        if _bare(cell) in _COLUMNS:
            rank, column = _COLUMNS[_bare(cell)]
            best[column] = min(best.get(column, (rank, at)), (rank, at))
    if not best.keys() & {"name", "first", "last", "login", "email", "identifier"}:
        raise FileError(
            file,
            line,
            "the first line names no column that tells who somebody is",
            "It has to name them, for example: name,email,login,team. Other names that count: full name, first name "
            "and surname, student, identifier, e-mail address, username, github_username, group.",
        )
    found = {column: at for column, (_, at) in best.items()}
    if "first" in found and "last" not in found and "name" in found:  # `Prénom, Nom` and `Vorname, Name`
        found["last"] = found.pop("name")
    return found


def _check_row(cells: list[str], width: int, file: str, line: int) -> None:
    if any("\n" in cell or "\r" in cell for cell in cells):
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
