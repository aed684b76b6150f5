"""Rosters: whatever a platform exports and whatever stands in a name, everybody gets a folder, and keeps it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from starterkit.errors import FileError, UsageError
from starterkit.workshop.model import Member, Person, Workshop
from starterkit.workshop.names import folder_name, is_safe, key_of
from starterkit.workshop.roster import check_remote_template, match, parse_roster, with_remotes
from starterkit.workshop.store import read_workshop, workshop_bytes
from tests.support.workshops import TINY

DEVICES = ("CON", "prn", "Aux", "NUL", "COM1", "lpt9", "com¹", "CONIN$")
# From the public list of naughty strings, a few of each kind.
NAUGHTY = (
    *("undefined", "null", "NaN", "-1", "1/0", "0x0", "1E+02", "true", "\\", "~", "`ls`", "$HOME", "%s%s%n", "{0}"),
    *("../../../etc/passwd", "..", ".git", "a/b", "a\\b", "C:\\x", "x.git", ".hidden", "-rf", "--help", "a:b", "a*?b"),
    *("Robert'); DROP TABLE Students;--", "<script>alert(1)</script>", "' OR 1=1 -- 1", "$(touch x)", "a|b", "a&b"),
    *(
        "田中さん",
        "社會科學院",
        "부스트",
        "表ポあA鷗ŒéＢ逍",
        "Ω≈ç√",
        "👩🏽‍💻 dev",
        "ﷺ",
        "الكل",
        "ثم نفس",
        "בְּרֵאשִׁית",
        "مُنَاقَشَة",
    ),
    *("\u202etest", "\u2066a\u2069", "a\u200fb", "x\u0000y", "a\tb", "Z̮̞̠͙͔ͅa̯l̡g̷o", "ﬃ", "ᚠᛇᚻ", "Ⅷ x", "x" * 300, "é" * 300),
    *("ÅÍÎÏ˝ÓÔ", "ⒶⒹⒶ", "İstanbul", "ß", "ǅ", "i̇", "con.txt", "aux.c", "LPT1:", "O'Neil", "Anne-Marie", "J. R. R."),
)


def people(names: Sequence[str]) -> str:
    quoted = (name.replace('"', '""') for name in names)
    return "name,login\n" + "".join(f'"{name}",p{number}\n' for number, name in enumerate(quoted))


def folders(text: str | bytes, known: Sequence[Person] = ()) -> list[str]:
    return [person.folder for person in new_people(text, known)]


def new_people(text: str | bytes, known: Sequence[Person] = ()) -> list[Person]:
    data = text if isinstance(text, bytes) else text.encode()
    return [person for _, person in match(parse_roster(data, "roster.csv"), known).new]


def matched(text: str, known: Sequence[Person]) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """The folders of those lines that are known, and of those that are new."""
    found = match(parse_roster(text.encode(), "roster.csv"), known)
    known_lines = {entry.line: person.folder for entry, person in found.known}
    return known_lines, [(entry.line, person.folder) for entry, person in found.new]


ADA = Person("ada-lovelace", "Ada Lovelace", "ada", "ada@example.org")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("name,email,login\nAda Lovelace,ada@example.org,ada\n", id="plain"),
        pytest.param(
            "\ufeffname;e-mail;username\r\n\r\nAda Lovelace;ada@example.org;ada\r\n\r\n", id="BOM, semicolons"
        ),
        pytest.param("Full Name\tMail\tGitHub Username\nAda Lovelace\tada@example.org\t@ada\n", id="tabs"),
        pytest.param(
            "First name,Last name,Email address,Groups,Username\nAda,Lovelace,ada@example.org,,ada\n", id="Moodle"
        ),
        pytest.param(
            "Vorname;Nachname;E-Mail-Adresse;Anmeldename\nAda;Lovelace;ada@example.org;ada\n", id="Moodle, de"
        ),
        pytest.param("Prénom,Nom,Adresse de courriel,Login\nAda,Lovelace,ada@example.org,ada\n", id="Moodle, fr"),
        pytest.param(
            "Student,ID,SIS Login ID,Email,Section,Task 1\n    Points Possible,,,,,10\n"
            "Ada Lovelace,7,ada,ada@example.org,S,9\n"
            '"Student, Test",9,,,S,\n',
            id="Canvas",
        ),
        pytest.param("Last Name,First Name,Email Address,Login\nLovelace,Ada,ada@example.org,ada\n", id="Classroom"),
        pytest.param(
            '"identifier","github_username","github_id","name"\n"ada@example.org","ada","1","Ada Lovelace"\n',
            id="GitHub Classroom",
        ),
        pytest.param(
            "Student,ID,SIS Login ID,Email,Section,Task 1 (9)\n,,,,,Manual Posting\n    Points Possible,,,,,10\n"
            "Ada Lovelace,7,ada,ada@example.org,S,9\n",
            id="Canvas, manual posting",
        ),
        pytest.param(
            "LastName,FirstName,ID,SIS Login ID,Email,Team (12)\nPoints Possible,,,,,10\n"
            "Lovelace,Ada,7,ada,ada@example.org,9\nStudent,Test,8,,,\n",
            id="Canvas, two columns of names",
        ),
        pytest.param(
            "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n"
            "#0042,#ada,Lovelace,Ada,ada@example.org,#\n",
            id="Brightspace",
        ),
        pytest.param(
            "Timestamp,Email Address,What is your full name?,What is your GitHub username? (not your e-mail)\n"
            "2026/09/01,ada@example.org,Ada Lovelace,ada\n",
            id="Google Forms",
        ),
        pytest.param(
            '"Matrikelnummer";"Familienname";"Vorname";"E-Mail";"Kennung";"Studium"\n'
            '"01234567";"Lovelace";"Ada";"ada@example.org";"ada";"BSc"\n',
            id="TUMonline",
        ),
        pytest.param("Last Name\tFirst Name\tE-mail\tUsername\nLovelace\tAda\tada@example.org\tada\n", id="Blackboard"),
        pytest.param("Name,Surname,Email,Username\nAda,Lovelace,ada@example.org,ada\n", id="name and surname"),
        pytest.param("sep=;\nname;mail;login\nAda Lovelace;ada@example.org;https://github.com/ada\n", id="Excel"),
        pytest.param('"sep=|"\nName|E-mail|Login\nAda Lovelace|ada@example.org|git.example.org/ada\n', id="bars"),
        pytest.param('name, email, login\n"Ada Lovelace", "ada@example.org", "ada"\n', id="spaces before quotes"),
        pytest.param('name,email,login\n="Ada Lovelace",="ada@example.org",="ada"\n', id="formulas"),
        pytest.param(
            "Teacher email,Student first name,Student last name,Student email,GitLab handle\n"
            "x@example.org,Ada,Lovelace,ada@example.org,ada\n",
            id="titles with student",
        ),
        pytest.param("Email,Name,login,Email,Your name\n,,ada,ada@example.org,Ada Lovelace\n", id="empty columns"),
        pytest.param("name,email,login\nAda Lovelace,ada@example.org,ada\nname,email,login\n", id="titles again"),
        pytest.param("البريد الإلكتروني,الاسم,login\nada@example.org,Ada Lovelace,ada\n", id="Arabic"),
        pytest.param('דוא"ל,שם,login\nada@example.org,Ada Lovelace,ada\n', id="Hebrew"),
        pytest.param("name,email,login\nPoints,,\nAda Lovelace,ada@example.org,ada\nTotal,,\n", id="lines of points"),
    ],
)
def test_each_platform_says_who_takes_part_in_its_own_words(text: str) -> None:
    assert [replace(person, identifier="") for person in new_people(text)] == [ADA]


@pytest.mark.parametrize("titles", ["Fornavn;Efternavn;E-mail", "Voornaam;Achternaam;E-mailadres"])
def test_first_and_last_names_are_found_in_two_languages(titles: str) -> None:
    assert [(one.name, one.email) for one in new_people(f"{titles}\nAda;Lovelace;a@x\n")] == [("Ada Lovelace", "a@x")]


@pytest.mark.parametrize(
    "titles",
    [
        *("Имя;Фамилия", "Prénom;Nom", "Nombre;Apellidos", "Nome;Cognome", "Imię;Nazwisko", "Förnamn;Efternamn"),
        *("Etunimi;Sukunimi", "Jméno;Příjmení", "Ad;Soyad", "Vorname;Familienname", "Nome;Apelido"),
    ],
)
def test_name_titles_in_other_languages_are_known(titles: str) -> None:
    decomposed = unicodedata.normalize("NFD", titles)

    assert [one.name for text in (titles, decomposed) for one in new_people(f"{text}\nAda;Lovelace\n")] == [
        *("Ada Lovelace", "Ada Lovelace")
    ]


def test_a_roster_names_the_columns_it_used_and_the_others() -> None:
    roster = parse_roster(b"Student,SIS Login ID,User,Section,,Note\nAda,ada,7,S,x,\n", "roster.csv")

    assert roster.columns == {"name": "Student", "login": "SIS Login ID"}
    assert roster.unused == ("User", "Section", "column 5", "Note")


def test_anonymous_answers_of_a_form_are_different_people() -> None:
    assert folders("Email;Name\nanonymous;Ada\nanonymous;Grace\n") == ["ada", "grace"]


def test_a_line_with_texts_in_unused_columns_only_is_left_out() -> None:
    roster = parse_roster(b"name,x\n,Manual Posting\nAda,1\n", "roster.csv")

    assert [entry.name for entry in roster.entries] == ["Ada"]
    assert roster.left_out == ((2, "Manual Posting"),)


def test_lines_above_the_titles_are_left_out_and_named() -> None:
    text = b'"Databases, winter term";;\n\nMatrikelnummer;Nachname;Vorname\n0123;Lovelace;Ada\n'
    roster = parse_roster(text, "roster.csv")

    assert [(entry.line, entry.name, entry.identifier) for entry in roster.entries] == [(4, "Ada Lovelace", "0123")]
    assert roster.left_out == ((1, "Databases, winter term"),)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_unicode_text_of_a_spreadsheet_is_read(encoding: str) -> None:
    assert folders("name\temail\nŽofie Nováková\tz@x\n".encode(encoding)) == ["zofie-novakova"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"PK\x03\x04rest", "this file is a workbook (.xlsx, .ods or another zip file)", id="xlsx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "this file is an old workbook (.xls)", id="xls"),
        pytest.param(b"%PDF-1.7\n%\xe2", "this file is a PDF", id="PDF"),
        pytest.param(b"\n<!DOCTYPE html><html><body>", "this file is a web page", id="HTML"),
        pytest.param("<html><table>".encode("utf-16"), "this file is a web page", id="HTML in UTF-16"),
        pytest.param(b'<?xml version="1.0"?><Workbook>', "this file is a web page (HTML or XML)", id="XML"),
        pytest.param(b"<p>Please sign in</p>", "this file is a web page (HTML or XML)", id="part of a page"),
        pytest.param(b'[\n {"name": "Ada"}]', "this file is JSON", id="JSON"),
    ],
)
def test_a_file_that_is_not_csv_is_named_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(FileError) as wrong:
        folders(data)

    assert says in str(wrong.value)
    assert "CSV" in wrong.value.fix


def test_names_stay_in_their_script_and_lose_only_what_is_in_the_way() -> None:
    names = ["José Núñez", "Łukasz Ørsted", "Иван Йовков", "田中 太郎", "محمد علي", "O'Brien", "Ada  Lovelace "]

    assert folders(people(names)) == [
        *("jose-nunez", "lukasz-orsted", "иван-йовков", "田中-太郎", "محمد-علي", "o-brien", "ada-lovelace"),
    ]


def test_the_same_name_twice_is_two_people() -> None:
    assert folders("name,email\nAda,a@x\nADA,b@x\nada,c@x\n") == ["ada", "ada-2", "ada-3"]


def test_rows_of_one_team_make_one_repository_with_members() -> None:
    found = new_people("name,team,login,email\nAda,The Compilers,ada,\nGrace,,,\nJean,the compilers,,jean@x.org\n")

    assert found == [
        Person("the-compilers", "The Compilers", members=(Member("Ada", "ada"), Member("Jean", email="jean@x.org"))),
        Person("grace", "Grace"),
    ]


@pytest.mark.parametrize("name", [*DEVICES, *NAUGHTY])
def test_every_hostile_name_makes_a_safe_folder(name: str) -> None:
    found = new_people(people([name]))

    assert is_safe(found[0].folder), found
    assert len(found[0].folder.encode()) <= 64
    assert key_of(found[0].folder).partition(".")[0] not in {key_of(device) for device in DEVICES}
    assert not any(sign in found[0].name for sign in "\0\x1b\u202e\u2066\n")


def test_hostile_names_are_all_different_and_all_come_back_from_workshop_yml() -> None:
    found = new_people(people([*DEVICES, *NAUGHTY]))

    assert len({key_of(person.folder) for person in found}) == len(found) == len(DEVICES) + len(NAUGHTY)
    workshop = Workshop(TINY, "starterkit:x", "1", {"a": "b"}, "base", True, "0" * 40, "1" * 40, people=tuple(found))
    assert read_workshop(workshop_bytes(workshop), TINY).people == tuple(found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=8))
def test_any_text_is_a_safe_folder_or_a_line_that_is_named(names: list[str]) -> None:
    try:
        found = new_people(people(names).encode("utf-8", "replace"))
    except FileError as wrong:
        found = []
        is_named = wrong.line is not None
    else:
        is_named = True
    assert is_named
    assert all(is_safe(person.folder) for person in found)
    assert len({key_of(person.folder) for person in found}) == len(found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("name\nAda\n???\n", 'roster.csv:3: "???" can\'t become the name of a folder', id="no letter"),
        pytest.param("name,email\n\nAda,\n,\n ,x\nZoe,,,more\n", "roster.csv:6: this line has 4 cells", id="too many"),
        pytest.param("name,team\nAda,1\n\n,2\n", "roster.csv:4: this line doesn't name a participant", id="nobody"),
        pytest.param('name,login\n"Ada,ada\nZoe,zoe\n', "roster.csv:2: this line isn't valid CSV", id="quote"),
        pytest.param(
            'name,login\n"Ada\nL",ada\n', "roster.csv:2: a cell in quotation marks contains a line break", id="line end"
        ),
        pytest.param(
            "name,login\nAda,a\nZoe,A\n", 'roster.csv:3: Zoe has the same login as Ada in line 2: "A"', id="login"
        ),
        pytest.param("name,email\nAda,a@x\nAda,a@x\n", "roster.csv:3: Ada has the same e-mail address", id="e-mail"),
        pytest.param("one,two\n1,2\n", "roster.csv:1: no column has names", id="columns"),
        pytest.param("From: a@x\n\nHi, all\n", "roster.csv:1: no column has names", id="message"),
        pytest.param("name\n", "roster.csv: this roster has no participants", id="nobody at all"),
        pytest.param(
            "name\nA\n" + "x" * 501 + "\n",
            "roster.csv:3: the name in this line is too long (501 characters)",
            id="too long",
        ),
        pytest.param(b"name\nAda\n\xff\n", "roster.csv:3: this file isn't UTF-8", id="Latin-1"),
        pytest.param("", "this roster has no participants", id="empty"),
    ],
)
def test_what_is_wrong_in_a_roster_is_named_with_its_line(text: str | bytes, says: str) -> None:
    with pytest.raises(FileError) as wrong:
        folders(text)

    assert says in str(wrong.value)
    assert wrong.value.line is None or f":{wrong.value.line}:" in says


def test_a_longer_roster_in_another_order_renames_nobody() -> None:
    before = new_people("name,email\nAda,a@x\nAda,b@x\nGrace,\nZoe,z@x\n")
    longer = "email,name,login\n,Grace,grace\n0@x,Ada,\nb@x,Ada,\na@x,Ada King,\nz@x,Zoe,\n,Zoe,\n"
    found = match(parse_roster(longer.encode(), "roster.csv"), before)

    kept = {entry.line: person.folder for entry, person in found.known}
    assert kept == {2: "grace", 4: "ada-2", 5: "ada", 6: "zoe"}
    assert [(entry.line, person.folder) for entry, person in found.new] == [(3, "ada-3"), (7, "zoe-2")]


def test_a_student_number_tells_people_of_one_name_apart() -> None:
    before = new_people("id,name\n1,Anna Schmidt\n")

    assert matched("id,name\n3,Anna Schmidt\n1,Anna Schmidt\n", before) == (
        {3: "anna-schmidt"},
        [(2, "anna-schmidt-2")],
    )
    assert matched("id,name\n3,Anna Schmidt\n", before) == ({}, [(2, "anna-schmidt-2")])
    assert matched("name\nAnna Schmidt\n", before) == ({2: "anna-schmidt"}, [])
    assert matched("id,name\n1,Bo Berg\n", before) == ({}, [(2, "bo-berg")])  # numbers of another kind


def test_who_had_a_student_number_alone_is_known_when_the_name_comes() -> None:
    before = new_people("identifier,name\ns1234567,\n")

    assert matched("identifier,name\ns7,Anna\ns1234567,Grace Hopper\n", before) == ({3: "s1234567"}, [(2, "anna")])


def test_numbers_that_count_the_lines_are_nobodys() -> None:
    before = new_people("number,name\n1,Ada\n2,Bo\n3,Cy\n")

    longer = "number,name\n1,Zoe\n2,Ada\n3,Bo\n4,Cy\n"
    assert matched(longer, before) == ({3: "ada", 4: "bo", 5: "cy"}, [(2, "zoe")])


def test_who_is_known_by_login_or_e_mail_is_nobody_elses_wherever_the_lines_stand() -> None:
    before = [Person("ada", "Ada", login="ada")]

    assert matched("name,login,email\nAda,,a@x\nAda,ada,\n", before) == ({3: "ada"}, [(2, "ada-2")])


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n3,Anna\n1,Anna\n",
        "name,email\nAnna,a@x\nAnna,b@x\n",
        "name,email\nAnna,a@x\nAnna,\n",
        "name\nAnna\nAnna\n",
    ],
)
def test_where_two_lines_may_be_one_who_is_there_both_are_named(text: str) -> None:
    with pytest.raises(FileError) as wrong:
        matched(text, [Person("anna", "Anna")])

    assert "roster.csv:3: lines 2 and 3 may both mean Anna (folder anna)" in str(wrong.value)
    assert "workshop.yml" in wrong.value.fix


def test_lines_that_say_the_same_are_as_many_people_also_when_they_are_read_again() -> None:
    text = "name\nAnna\nAnna\nBo\n"

    assert matched(text, new_people(text)) == ({2: "anna", 3: "anna-2", 4: "bo"}, [])


def test_a_name_that_lies_in_the_workshop_already_is_nobody_elses() -> None:
    found = match(parse_roster(b"name\nAda\n", "roster.csv"), (), taken=["ada"])

    assert [person.folder for _, person in found.new] == ["ada-2"]


def test_ten_thousand_people_are_taken_and_no_more() -> None:
    names = [f"Person {number % 5000}" for number in range(10_000)]

    assert len({key_of(name) for name in folders(people(names))}) == 10_000
    with pytest.raises(FileError, match="more than 10,000 participants"):
        folders(people([*names, "One More"]))


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("git@host:course/site.git", "would have the same URL"),
        ("git@host:course/{name}.git", "{name} isn't a valid placeholder"),
        ("ext::sh -c {login}", "isn't a URL or a folder"),
        ("--upload-pack={login}", "isn't a URL or a folder"),
    ],
)
def test_a_remote_template_must_be_an_address_of_each_persons_own(template: str, says: str) -> None:
    with pytest.raises(UsageError) as wrong:
        check_remote_template(template)

    assert says in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,login\nAda,ada\nZoe,\n", "roster.csv:3: Zoe: no login"),
        ("name,login\nAda,../x\n", 'roster.csv:2: Ada: the login "../x"'),
        ("name,login\nAda,-x y\n", 'roster.csv:2: Ada: the login "-x y"'),
        ("name,team\nAda,T\n", "roster.csv:2: the team T has no login"),
    ],
)
def test_a_login_that_cannot_stand_in_an_address_is_named(text: str, says: str) -> None:
    found = match(parse_roster(text.encode(), "roster.csv"), ())

    with pytest.raises(FileError) as wrong:
        with_remotes(found.new, "git@host:{login}.git", "roster.csv")
    assert says in str(wrong.value)


def test_a_folders_name_has_nothing_that_a_shell_or_a_disk_would_take_for_something_else() -> None:
    assert folder_name("a;b|c&d$(e)`f`'g\"h<i>j*k?l[m]n{o}p!q#r%s^t=u+v,w@x:y~z.") == "-".join(
        "abcdefghijklmnopqrstuvwxyz"
    )
