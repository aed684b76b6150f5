"""choose on the command line: what it shows, what it writes, and what it says to bad input."""

from __future__ import annotations

import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import starterkit as starterkit_package
from starterkit.template.bundled import bundled_folder, templates_in
from tests.support.candidates import FOUR, STAND_INS, TAKE_PART
from tests.support.commands import Ran, on_terminal, starterkit
from tests.support.projects import write_tree
from tests.support.sites import made_once
from tests.support.workshops import git

ENTER = "\r"
EQUAL = ("know=some", "style=wires", "handle=editors")
ON_TERMINAL = pytest.mark.skipif(os.name == "nt", reason="these tests make their terminal with pty")


def choose(*answers: str, cwd: Path, flags: tuple[str, ...] = (), code: int = 0, **env: str) -> Ran:
    """Run choose with the four frameworks."""
    given = [word for answer in answers for word in ("--answer", answer)]
    return starterkit("choose", *TAKE_PART, *given, *flags, cwd=cwd, code=code, env=env)


def test_the_advice_has_all_that_a_mentor_would_say(tmp_path: Path) -> None:
    shown = choose("language=python", "build=site", "know=new", cwd=tmp_path).out

    for said in (
        "Start with Flask.\nThis result is not very certain. You answered 3 of 8 questions.\n",
        "\nWhy Flask\n  - You are new to programming. A function receives ",
        "  - You want to write Python first. Flask uses Python. ",
        "\nThe downsides of Flask\n",
        "\nThe runner-up: Django\n",
        "the result would be Django",
        "\nStart with one framework, and add others later\n  1  Flask: Learn it now",
        "  2  Django: Learn it when ",
    ):
        assert said in shown, said
    assert "choose --defaults -a know=new -a language=python -a build=site" in " ".join(shown.split())
    assert not re.search(r"\bbest\b", shown, re.IGNORECASE)


def test_it_ends_with_what_to_type(tmp_path: Path) -> None:
    shown = starterkit("choose", "-a", "language=python", "-a", "know=new", "-a", "time=days", cwd=tmp_path).out

    assert shown.rstrip().splitlines()[-1].endswith(" new my-site --framework flask")


def test_the_command_works_inside_a_repository_too(tmp_path: Path) -> None:
    project = tmp_path / "site"
    write_tree(project, {"conduit/.keep": ""})
    git("init", "--quiet", cwd=project)

    answer = starterkit("choose", "-a", "language=python", "--json", cwd=project / "conduit").json
    (tmp_path / "my-site").mkdir()
    later = starterkit("choose", "-a", "language=python", "--json", cwd=project / "conduit").json

    assert answer["next"].startswith("new ../../my-site --framework ")
    assert later["next"].startswith("new ../../my-site-2 --framework ")
    starterkit(*later["next"].split(), "--defaults", "--no-install", cwd=project / "conduit")
    assert (tmp_path / "my-site-2" / "README.md").is_file()


def test_two_that_fit_equally_well_are_both_shown(tmp_path: Path) -> None:
    ran = choose(*EQUAL, cwd=tmp_path)

    assert ran.out.startswith("Flask and Django fit you equally well.")
    for said in (
        "Why Flask",
        "Why Django",
        "The downsides of Django",
        "What would change the result",
        "with one of these frameworks:",
    ):
        assert said in ran.out
    assert "How your answers fit together" in ran.out
    assert len(re.findall(r" new my-site --\w+ ", ran.out)) == 2


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    ran = starterkit("choose", *TAKE_PART, cwd=tmp_path)

    assert ran.out.startswith("You answered none of the 8 questions, so the result is a guess.")
    assert "the result would be Express" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_the_answer_as_json(tmp_path: Path) -> None:
    answer = choose("team=django", "language=javascript", cwd=tmp_path, flags=("--json",)).json

    assert (answer["framework"], answer["equals"]) == ("django", [])
    assert answer["answers"] == [
        {"question": "language", "answer": "javascript"},
        {"question": "team", "answer": "django"},
    ]
    assert answer["reasons"][0]["answers"] == [{"question": "team", "answer": "django"}]
    assert answer["costs"]["warnings"][0].startswith("There is more to learn at the start. ")
    assert answer["costs"]["unmet"][0]["because"] == "You want to write JavaScript first"
    assert answer["tensions"][0].endswith("Your team's framework counts more than the language.")
    assert answer["runner_up"]["framework"] == "express"
    assert answer["runner_up"]["tips"][0] == {"question": "team", "answer": "none"}
    assert answer["path"][0]["framework"] == "django"
    assert (answer["saved"], answer["card"]) == (False, None)


def test_the_reckoning_adds_up(tmp_path: Path) -> None:
    answers = ("know=flask", "language=python", "build=api", "handle=crowds")
    rows = choose(*answers, cwd=tmp_path, flags=("--json",)).json["reckoning"]

    totals = dict.fromkeys(FOUR, 0)
    for row in rows:
        for one in row["points"]:
            totals[one["framework"]] += one["points"]
    shown = choose(*answers, cwd=tmp_path, flags=("--explain",)).out
    lines = shown.splitlines()
    titles = next(line for line in lines if line.split()[:1] == ["FastAPI"]).split()
    in_all = next(line for line in lines if line.startswith("Total")).split()[1:]
    assert [int(one) for one in in_all] == [totals[title.lower()] for title in titles]
    assert {"know=flask", "language=python", "build=api", "handle=crowds", "everybody"} == {
        row["answer"] for row in rows
    }
    for said in (
        "JSON API ×3",
        "this answer counts more",
        "Total",
        "(json_api, strength 0 to 3)",
        "ways to change one answer",
    ):
        assert said in shown


def test_the_reckoning_gives_each_strength_with_its_reason_and_source(tmp_path: Path) -> None:
    shown = " ".join(choose("build=api", cwd=tmp_path, flags=("--explain",)).out.split())

    trait = templates_in(STAND_INS)[2].traits["generated_docs"]
    assert f"FastAPI {trait.strength} {trait.reason} ({trait.source})" in shown


@pytest.mark.parametrize("width", [40, 60, 80])
def test_nothing_is_wider_than_the_terminal(tmp_path: Path, width: int) -> None:
    shown = choose(*EQUAL, "build=api", cwd=tmp_path, flags=("--explain",), COLUMNS=str(width)).out

    lines = [line for line in shown.splitlines() if not re.search(r"\S{30}| new my-site ", line)]
    assert [line for line in lines if len(line) > width] == []


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(["-a", "langauge=python"], 'Unknown question "langauge". Did you mean "language"?', id="question"),
        pytest.param(["-a", "language=pyton"], 'Unknown answer "pyton" to the question language', id="answer"),
        pytest.param(["-a", "language=pyton"], 'Did you mean "python"?', id="nearest"),
        pytest.param(["-a", "build=zzz"], "Valid values: site, api, app, small.", id="none near"),
        pytest.param(["-a", "build"], 'Invalid answer "build". Use KEY=VALUE', id="no value"),
        pytest.param(["-a", "=x"], "Use KEY=VALUE", id="no key"),
        pytest.param(["-a", "build=api", "-a", "build=site"], "has two answers: api and site", id="twice"),
        pytest.param(["--template", "nowhere"], 'Unknown template "nowhere"', id="template"),
        pytest.param(["--html", "folder"], "is a folder", id="html folder"),
        pytest.param(["--html", os.devnull], "not a regular file", id="html device"),
        pytest.param(["--html", "mine.html"], "it isn't a card of starterkit", id="html mine"),
        pytest.param(["--answr", "build=api"], 'Did you mean "--answer"', id="option"),
    ],
)
def test_bad_input_is_one_clear_message_and_changes_nothing(tmp_path: Path, args: list[str], says: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "mine.html").write_text("<p>mine")

    ran = starterkit(
        "choose", *args, "--save", cwd=tmp_path, code=2, env={"XDG_CONFIG_HOME": str(tmp_path / "settings")}
    )

    assert says in " ".join(ran.err.split())
    assert ran.out == ""
    assert (tmp_path / "mine.html").read_text() == "<p>mine"
    assert not (tmp_path / "settings").exists()


def test_an_answer_twice_or_in_capitals_or_skipped_is_fine(tmp_path: Path) -> None:
    answer = choose("Build=API", "build=api", "time=skip", cwd=tmp_path, flags=("--json",)).json

    assert answer["answers"] == [{"question": "build", "answer": "api"}]


# --- templates from elsewhere, and what new takes ---------------------------------------------------------------------


def test_a_template_from_elsewhere_takes_part_and_is_named_in_the_command(tmp_path: Path) -> None:
    template = tmp_path / "my templates" / "pyramid"
    template.mkdir(parents=True)
    text = (STAND_INS.parents[1] / "templates" / "tiny" / "path.yml").read_text("utf-8")
    text = re.sub(r"^name: .*$", "name: pyramid", text, flags=re.MULTILINE)
    text = re.sub(
        r"^traits:.*(?:\n .*)*", 'traits: {admin: {strength: 3, reason: "It is all admin."}}', text, flags=re.M
    )
    (template / "path.yml").write_text(re.sub(r"^language: .*$", "language: Ada", text, flags=re.MULTILINE), "utf-8")

    answer = starterkit("choose", "--template", str(template), "-a", "language=ada", "--json", cwd=tmp_path).json
    shown = starterkit("choose", "--template", "my templates/pyramid", "-a", "know=pyramid", cwd=tmp_path).out

    assert answer["framework"] == "pyramid"
    assert answer["next"] == f"new my-site --template '{template}'"
    assert "Start with Flask." in shown  # what is known already is not where to start


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str | None]:
    return {"XDG_CONFIG_HOME": str(tmp_path / "settings")}


def test_new_takes_what_was_saved_and_says_so(tmp_path: Path, settings: dict[str, str | None]) -> None:
    saved = starterkit("choose", "-a", "know=new", "--save", cwd=tmp_path, env=settings)
    kept = json.loads((tmp_path / "settings" / "starterkit" / "choice.json").read_text("utf-8"))

    ran = starterkit("new", "x", "--defaults", "--no-install", "--json", cwd=tmp_path, env=settings)

    assert "Saved Flask as the default framework of" in " ".join(saved.out.split())
    assert kept == {"format": 1, "framework": "flask", "template": "", "answers": {"know": "new"}}
    assert ran.json["framework"] == "flask"
    assert "Your saved framework is flask." in ran.err


def test_what_is_named_goes_before_what_was_saved(tmp_path: Path, settings: dict[str, str | None]) -> None:
    starterkit("choose", *TAKE_PART, "-a", "team=django", "--save", cwd=tmp_path, env=settings)

    ran = starterkit("new", "x", "-f", "flask", "--defaults", "--no-install", "--json", cwd=tmp_path, env=settings)

    assert ran.json["framework"] == "flask"
    assert "choose" not in ran.err


def test_a_saved_template_from_elsewhere_is_found_from_anywhere(
    tmp_path: Path, settings: dict[str, str | None]
) -> None:
    template = STAND_INS.parents[1] / "templates" / "tiny"
    place = os.path.relpath(template, tmp_path)
    language = re.search(r"^name: (.*)$", (template / "path.yml").read_text("utf-8"), flags=re.MULTILINE)
    assert language
    starterkit("choose", "--template", place, "-a", f"team={language[1]}", "--save", cwd=tmp_path, env=settings)
    (tmp_path / "other").mkdir()

    ran = starterkit("new", "x", "--defaults", "--no-install", "--json", cwd=tmp_path / "other", env=settings)

    assert ran.json["framework"] == language[1]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', '{"format": 1, "framework": 3}', "\xff"])
def test_a_damaged_choice_is_named_with_its_mend(tmp_path: Path, settings: dict[str, str | None], content: str) -> None:
    file = tmp_path / "settings" / "starterkit" / "choice.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(content.encode("latin-1"))

    ran = starterkit("new", "x", "--defaults", "--no-install", cwd=tmp_path, env=settings, code=2)

    assert "choice.json" in ran.err
    assert "choose --save" in ran.err
    assert not (tmp_path / "x").exists()


def test_a_saved_framework_that_is_gone_counts_as_none(tmp_path: Path, settings: dict[str, str | None]) -> None:
    file = tmp_path / "settings" / "starterkit" / "choice.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"format": 1, "framework": "gone", "template": "", "answers": {}}')

    ran = starterkit("new", "x", "--defaults", "--no-install", cwd=tmp_path, env=settings, code=2)

    assert "--framework NAME" in ran.err


def test_where_nothing_can_be_saved_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("a file")

    ran = starterkit("choose", "--save", cwd=tmp_path, env={"XDG_CONFIG_HOME": str(tmp_path / "settings")}, code=4)

    assert "can't save your choice" in ran.err


# --- the card ---------------------------------------------------------------------------------------------------------


class _Card(HTMLParser):
    """Reads a card: its tags in balance, its attributes, its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("answers", [(), EQUAL, ("team=express", "language=python"), ("know=new", "language=python")])
def test_the_card_is_one_whole_file_without_outside_resources(tmp_path: Path, answers: tuple[str, ...]) -> None:
    shown: Any = choose(*answers, cwd=tmp_path, flags=("--html", "cards/mine.html", "--json")).json

    text = (tmp_path / "cards" / "mine.html").read_text("utf-8")
    card = _Card(text)
    assert card.open == []
    assert {name for name, _ in card.attributes}.isdisjoint({"src", "href", "onclick", "action"})
    assert "url(" not in text and "@import" not in text and "http://" not in text and "https://" not in text
    assert 'name="viewport"' in text and "prefers-color-scheme: dark" in text and "@media print" in text
    for said in (shown["sure"]["sentence"], shown["costs"]["trade_off"], shown["reasons"][0]["sentence"]):
        assert said.lower() in card.words.lower()
    assert str(STAND_INS.parent) not in text  # a card is for others: no path of this machine
    assert shown["card"] == "cards/mine.html"


def test_a_card_replaces_an_older_card(tmp_path: Path) -> None:
    choose("know=new", cwd=tmp_path, flags=("--html", "card.html"))
    choose("team=django", cwd=tmp_path, flags=("--html", "card.html"))

    assert "Start with Django." in (tmp_path / "card.html").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_card_goes_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "card.html").symlink_to("shared.html")

    choose("know=new", cwd=tmp_path, flags=("--html", "card.html"))

    assert (tmp_path / "card.html").is_symlink()
    assert (tmp_path / "shared.html").exists()


def test_a_hostile_template_is_shown_literally_on_a_card(tmp_path: Path) -> None:
    template = tmp_path / "hostile"
    template.mkdir()
    text = (STAND_INS / "express" / "path.yml").read_text("utf-8").replace("name: express", "name: hostile")
    text = text.replace("title: Express", "title: '<script>alert(1)</script> {style} {{ 7*7 }}'")
    (template / "path.yml").write_text(text, "utf-8")

    given = ("--template", str(template), "-a", "team=hostile", "--html", "card.html")
    starterkit("choose", *given, cwd=tmp_path)

    card = (tmp_path / "card.html").read_text("utf-8")
    assert "<script" not in card
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {style} {{ 7*7 }}" in card


# --- on a terminal ----------------------------------------------------------------------------------------------------


@ON_TERMINAL
def test_the_questions_are_asked_one_after_the_other_with_back_and_skip(tmp_path: Path) -> None:
    shown = on_terminal(
        "choose",
        *TAKE_PART,
        cwd=tmp_path,
        answers=[
            ("[skip] ", "b" + ENTER),
            ("You can't go back, because this is the first question.", ""),
            ("[skip] ", "9" + ENTER),
            ("Type a number from 1 to 7", ""),
            ("[skip] ", "1" + ENTER),
            ("2 of 8", ""),
            ("[skip] ", "PY" + ENTER),
            ("3 of 8", ""),
            ("[skip] ", "back" + ENTER),
            ("[python] ", ENTER),
            ("[skip] ", "site" + ENTER),
            ("4 of 8", ""),
            ("[skip] ", "b" + ENTER),
            ("[site] ", "skip" + ENTER),
            *[("[skip] ", ENTER)] * 5,
        ],
    )

    assert "-a know=new -a language=python" in " ".join(shown.split())
    assert "Start with Flask." in shown
    assert shown.count("1 of 8") == 1


@ON_TERMINAL
def test_what_is_given_is_not_asked_and_defaults_ask_nothing(tmp_path: Path) -> None:
    given = [
        word
        for name in ("know", "language", "build", "after", "time", "style", "team")
        for word in ("-a", f"{name}=skip")
    ]

    one = on_terminal(
        "choose", *TAKE_PART, *given, cwd=tmp_path, answers=[("One short question", ""), ("[skip] ", "3" + ENTER)]
    )
    none = on_terminal("choose", *TAKE_PART, "--defaults", cwd=tmp_path)

    assert "-a handle=contract" in one
    assert "1 of" not in none


@ON_TERMINAL
@pytest.mark.parametrize("sign", ["\x03", "\x04"], ids=["Ctrl-C", "end of input"])
@pytest.mark.parametrize("question", range(1, 9))
def test_it_can_be_left_at_every_question(
    tmp_path: Path, settings: dict[str, str | None], question: int, sign: str
) -> None:
    before = [(f"{number} of 8", "") for number in range(1, question)]
    answers = [pair for one in before for pair in (one, ("[skip] ", ENTER))]

    shown = on_terminal(
        "choose", *TAKE_PART, "--save", cwd=tmp_path, answers=[*answers, ("[skip] ", sign)], code=130, env=settings
    )

    assert shown.rstrip().endswith("Interrupted. Nothing was saved.")
    assert not (tmp_path / "settings").exists()


@ON_TERMINAL
def test_with_one_framework_nothing_is_asked(tmp_path: Path) -> None:
    from starterkit.template.bundled import bundled_names

    shown = on_terminal(
        "choose", cwd=tmp_path, answers=[("[skip] ", "\x03")] if len(bundled_names()) > 1 else [], code=None
    )

    assert ("Only one framework is available" in shown) == (len(bundled_names()) == 1)


@pytest.fixture(scope="session")
def whole(shared: Path) -> dict[str, str | None]:
    """The environment of an installation that brings all four frameworks."""

    def make(place: Path) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(starterkit_package.__file__).parent, place / "src" / "starterkit", ignore=ignored)
        for folder in (STAND_INS, bundled_folder()):
            shutil.copytree(folder, place / "templates", ignore=ignored, dirs_exist_ok=True)

    return {"PYTHONPATH": str(made_once(shared / "whole", make) / "src")}


@ON_TERMINAL
def test_new_offers_the_questions_to_whoever_is_not_sure(
    tmp_path: Path, whole: dict[str, str | None], settings: dict[str, str | None]
) -> None:
    shown = on_terminal(
        "new",
        "--no-install",
        cwd=tmp_path,
        env={**whole, **settings},
        answers=[
            ("Not sure? Answer a few short questions", ""),
            ("[choose] ", ENTER),
            ("1 of 8", ""),
            ("[skip] ", "new" + ENTER),
            *[("[skip] ", ENTER)] * 7,
            ("Start with Flask.", ""),
            ("[flask] ", ENTER),
            ("[Conduit]", ENTER),
            ("[A learner]", ENTER),
            ("[my-site]", ENTER),
        ],
    )

    assert "ok  Your Flask site is in my-site." in shown
    assert not (tmp_path / "settings").exists()


@ON_TERMINAL
def test_without_templates_from_elsewhere_the_questions_come_at_once(
    tmp_path: Path, whole: dict[str, str | None]
) -> None:
    shown = on_terminal("choose", cwd=tmp_path, env=whole, answers=[("[skip] ", "\x03")], code=130)

    assert shown.startswith("8 short questions.")
