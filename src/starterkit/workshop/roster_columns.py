"""Reads the CSV file of a roster, and finds its columns by their titles.

The titles are those of many learning platforms, in many languages.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starterkit.errors import FileError

# Column titles in many languages. Case, accents, spaces and punctuation are ignored. If several columns of a file have
# the same meaning, the title that comes first in this list wins.
_NAMES = {
    "name": "name fullname student studentname displayname participant participantname learner nameofstudent names "
    "yourname vollständigername namevorname nom nomcomplet nometprénom nomprénom nombrecompleto nombreyapellidos "
    "apellidosynombre nomecompleto nomeecognome cognomeenome volledigenaam naam fuldenavn fulltnavn navn "
    "fullständigtnamn namn kokonimi nimi imięinazwisko nazwiskoiimię celéjméno jménoapříjmení teljesnév név "
    "numecomplet imeiprezime adsoyad adısoyadı ονοματεπώνυμο фио полноеимя имяифамилия пиб повнеімя "
    "氏名 姓名 名前 이름 성명 nama الاسم الاسمالكامل שם שםמלא",
    "first": "firstname firstnames givenname givennames forename forenames firstnameofstudent vorname prénom nombre "
    "nombres nome voornaam fornavn förnamn etunimi imię jméno křestníjméno meno keresztnév utónév prenume ime имя ім’я "
    "име ad adı eesnimi vārds vardas όνομα 名 الاسمالأول שםפרטי",
    "last": "surname lastname familyname familynameofstudent nachname familienname nomdefamille apellidos apellido "
    "cognome achternaam familienaam sobrenome apelido efternavn etternavn efternamn sukunimi nazwisko příjmení "
    "priezvisko vezetéknév családnév nume numedefamilie prezime priimek фамилия прізвище soyad soyadı perekonnanimi "
    "uzvārds pavardė επώνυμο 姓 اسمالعائلة שםמשפחה",
    "identifier": "identifier id studentid idnumber studentidnumber sisuserid userid orgdefinedid sid studentnumber "
    "number matriculation matriculationnumber registrationnumber matrikelnummer matrikelnr matrnr matrikel "
    "numéroétudiant matricola matrícula studentennummer studienummer studentnummer nralbumu numeralbumu "
    "学号 学籍番号 학번",
    "email": "emailaddress email mail useremail emailadresse adressedecourriel adresseemail courriel correo "
    "correoelectrónico direccióndecorreo direccióndecorreoelectrónico indirizzoemail endereçodeemail emailadres "
    "emailadress epost epostadresse epostadress sähköposti eposta adresemail почта электроннаяпочта "
    "адресэлектроннойпочты メールアドレス 电子邮件 邮箱 이메일 البريدالإلكتروني דואל",
    "login": "login githubusername github username loginid sisloginid user loginname gitlabusername gitlab account "
    "githubhandle githublogin githubaccount githubname netid handle eid usereid "
    "anmeldename benutzername nutzername kennung "
    "benutzerkennung nomdutilisateur identifiantgithub nombredeusuario nomeutente nomedeusuário gebruikersnaam "
    "brugernavn brukernavn användarnamn käyttäjätunnus nazwaużytkownika uživatelskéjméno логин "
    "имяпользователя ユーザー名 用户名",
    "team": "team group groupname teamname groups gruppe gruppen groupe groupes équipe grupo grupos equipo equipe "
    "gruppo squadra groep grupp grupa zespół команда",
}
# Words that forms add around a title: "What is your full name?"
_FILLER_WORDS = (
    "what what’s whats s is are your you please enter type give write the a an of "
    "student students github gitlab roster for in on to us me my and or "
    "wie was ist lautet lauten dein deine deinen ihr ihre ihren bitte "
    "quel quelle est votre ton ta cuál cual es tu su qual è il la tuo tua o seu sua"
)
_PEOPLE = frozenset({"name", "first", "last", "login", "email", "identifier"})
_DELIMITERS = ",;\t|"
_LARGEST = 20_000_000
_MOST_ABOVE = 20  # maximum number of lines before the titles
_FUZZY = 1000  # titles inside a question ("What is your full name?") rank after exact titles
# Text in brackets doesn't matter for a title's meaning. But `(123)` stays, because Canvas adds it to the titles of
# assignments, which must not look like a known title.
_IN_BRACKETS = re.compile(r"\((?!\d+\))[^()]*\)|\[[^\[\]]*\]")
_FORMULA = re.compile(r'^="([^"]*)"$')  # exports write `="0042"`, so that Excel keeps the zeros
_WORD = re.compile(r"[^\W_]+")
_KNOWN_TITLES = (
    "Use titles such as: name,email,login,team. These titles work too: full name, first name and surname, "
    "student, identifier, e-mail address, username, github_username, group."
)
_SAVE_AS_CSV = 'Open the file in your spreadsheet program, and save it as "CSV UTF-8". Then use the CSV file.'
# Files that users mistake for CSV: their first bytes, the name of the format, and advice.
_OTHER_FILES = (
    (b"PK\x03\x04", "a workbook (.xlsx, .ods or another zip file)", _SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0", "an old workbook (.xls)", _SAVE_AS_CSV),
    (b"%PDF-", "a PDF", "Export the participants as CSV from your learning platform. Then use the CSV file."),
)
_WEB_PAGE = re.compile(r"\s*<[a-z!?]", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:\{\s*\"|\[\s*[\[{\"])")


@dataclass(frozen=True)
class RosterRow:
    """A line of a roster. `cells` are its texts by known column.

    `other` is the first text in its other columns. `row["email"]` is the cell in the column `email`, or "".
    """

    line: int
    cells: dict[str, str]
    other: str = ""

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class RosterTable:
    """The rows of a roster below its title line.

    `columns` maps known columns (such as `email`) to their titles in the file. `unused` are the titles of other
    columns. `above` has the number and text of each line above the title line.
    """

    rows: tuple[RosterRow, ...]
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    above: tuple[tuple[int, str], ...] = ()


def read_table(data: bytes, file: str) -> RosterTable:
    """Return the non-empty rows of a CSV file. Raises `FileError` with the line number."""
    text = _text(data, file)
    above, first, header_line, begin = _head(text)
    delimiter = max(_DELIMITERS, key=lambda character: _known(header_line, character))
    reader = csv.reader(io.StringIO(text[begin:], newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    line = first
    try:
        for cells in reader:
            here, line = line, first + reader.line_num  # a row may have several lines, and errors name its first line
            if any(cell.strip() for cell in cells):
                if rows:
                    _check_row(cells, len(rows[0][1]), file, here)
                else:
                    _columns(cells, file, here, ())
                rows.append((here, [_FORMULA.sub(r"\1", cell.strip()) for cell in cells]))
    except csv.Error as error:
        raise FileError(
            file, line, f"this line isn't valid CSV: {error}", "Fix this line, or export the roster again."
        ) from error
    return _table(rows, above, file) if rows else RosterTable((), {}, ())


def _table(rows: list[tuple[int, list[str]]], above: list[tuple[int, str]], file: str) -> RosterTable:
    (header_line, titles), *rows = rows
    rows = [(line, [*cells[: len(titles)], *[""] * (len(titles) - len(cells))]) for line, cells in rows]
    filled = [any(cells[index] for _, cells in rows) for index in range(len(titles))]
    columns = {name: titles[index] for name, index in _columns(titles, file, header_line, filled).items()}
    # Several columns may have the same title. For each row, the first one with text is used.
    indexes = {name: [index for index, other in enumerate(titles) if other == title] for name, title in columns.items()}
    others = [index for index, title in enumerate(titles) if title not in columns.values()]
    unused = (titles[index] or f"column {index + 1}" for index in others if titles[index] or filled[index])

    def row(line: int, cells: list[str]) -> RosterRow:
        def first_text(where: list[int]) -> str:
            return next((cells[index] for index in where if cells[index]), "")

        return RosterRow(line, {name: first_text(where) for name, where in indexes.items()}, first_text(others))

    return RosterTable(tuple(row(line, cells) for line, cells in rows), columns, tuple(unused), tuple(above))


def _text(data: bytes, file: str) -> str:
    for begin, kind, fix in _OTHER_FILES:
        if data.startswith(begin):
            raise FileError(file, None, f"this file is {kind}, not CSV", fix)
    if len(data) > _LARGEST:
        raise FileError(
            file,
            None,
            f"this file is too large for a roster ({len(data):,} bytes)",
            "Use the CSV file with the participants.",
        )
    text = _decoded(data, file)
    if _WEB_PAGE.match(text):
        fix = "Sign in to your learning platform in the browser. Export the list as CSV, and use that file."
        raise FileError(file, None, "this file is a web page (HTML or XML), not CSV", fix)
    if _JSON.match(text):
        raise FileError(
            file,
            None,
            "this file is JSON, not CSV",
            "Write a CSV file. Its first line is for example: name,email,login",
        )
    return text


def _decoded(data: bytes, file: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")  # Excel calls this format "Unicode text"
    if [byte == 0 for byte in data[:4]] == [False, True, False, True]:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileError(
            file, line, "this file isn't UTF-8 text", 'In your spreadsheet program, save the file as "CSV UTF-8".'
        ) from error


def _head(text: str) -> tuple[list[tuple[int, str]], int, str, int]:
    """Return the lines above the title line, and the data of the title line.

    The data is its number, its text and its position in the file. The title line is the first line that isn't empty or
    `sep=;`. If it has no known column, a later line with two known columns is used instead.
    """
    begin, above = 0, list[tuple[int, str, int]]()
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if line.strip() and not line.lstrip('"').lower().startswith("sep="):
            known = max(_known(line, delimiter)[0] for delimiter in _DELIMITERS)
            if known >= (2 if above else 1):
                return [(at, other.strip(' ;,\t\r\n"')) for at, other, _ in above], number, line, begin
            above.append((number, line, begin))
        begin += len(line)
        if len(above) >= _MOST_ABOVE:
            break
    return ([], *(above[0] if above else (1, "", 0)))


def _known(line: str, delimiter: str) -> tuple[int, int]:
    """Return the number of known columns in a line, and the number of its cells."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return len({meaning[1] for cell in cells if (meaning := _meaning(cell))}), len(cells)


def _bare(title: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", title.casefold())))


# Maps each known title (lowercase letters and digits only) to its rank and its column.
_COLUMNS = {_bare(title): (rank, column) for column, text in _NAMES.items() for rank, title in enumerate(text.split())}
_FILLERS = frozenset(map(_bare, _FILLER_WORDS.split()))


def _meaning(title: str) -> tuple[int, str] | None:
    """Return the rank (lower is better) and the known column of a title, or None.

    Filler words in the question of a form ("What is your name?") are ignored.
    """
    if exact := _COLUMNS.get(_bare(title)):
        return exact
    parts = map(_bare, _WORD.findall(unicodedata.normalize("NFC", _IN_BRACKETS.sub(" ", title))))
    rank, column = _COLUMNS.get("".join(part for part in parts if part not in _FILLERS), (0, ""))
    return (rank + _FUZZY, column) if column else None


def _columns(titles: list[str], file: str, line: int, filled: Sequence[bool]) -> dict[str, int]:
    best: dict[str, tuple[bool, int, int]] = {}
    for index, title in enumerate(titles):
        if meaning := _meaning(title):
            rank, column = meaning
            candidate = (not any(filled[index : index + 1]), rank, index)
            best[column] = min(best.get(column, candidate), candidate)
    if not best.keys() & _PEOPLE:
        titled = ", ".join(f'"{title[:40]}"' for title in titles[:12] if title)
        message = f"no column has names, e-mails or logins: {titled}"
        raise FileError(file, line, message, _KNOWN_TITLES)
    columns = {column: index for column, (_, _, index) in best.items()}
    if "first" in columns and "last" not in columns and "name" in columns:  # with "first name", "name" is the surname
        columns["last"] = columns.pop("name")
    return columns


def _check_row(cells: list[str], width: int, file: str, line: int) -> None:
    if any("\n" in cell.strip() or "\r" in cell.strip() for cell in cells):
        fix = 'Close the quotation mark. Inside a cell, write "" for a quotation mark.'
        raise FileError(file, line, "a cell in quotation marks contains a line break", fix)
    if any(cell.strip() for cell in cells[width:]):
        message = f"this line has {len(cells)} cells, but the first line has {width}"
        raise FileError(file, line, message, "If a cell contains the separator, put quotation marks around the cell.")
