"""What a shell completes: commands, options, steps, tests and frameworks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import starterkit
from tests.support.workshops import Room

pytestmark = pytest.mark.slow


def completed(words: str, cwd: Path) -> list[str]:
    """What bash would offer for the last of these words."""
    env = {
        "_STARTERKIT_COMPLETE": "complete_bash",
        "COMP_WORDS": f"starterkit {words}",
        "COMP_CWORD": str(len(words.split(" "))),
    }
    return starterkit(cwd=cwd, env=env).out.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("che", ["check"]),
        ("lesson 02", ["02-comments"]),
        ("compare 01", ["01-first-page"]),
        ("check test_home_", ["test_home_lists_articles_newest_first"]),
        ("check test_about_page_has", ["test_about_page_has_a_heading"]),
        ("check test_tags", []),
        ("check 0", ["01-first-page"]),
        ("new --framework fl", ["flask"]),
        ("list dj", ["django"]),
        ("new --framework flask --at 02", ["02-comments"]),
        ("check --pr", ["--pristine"]),
        ("choose --answer sty", ["style=wires", "style=box"]),
    ],
)
def test_a_word_is_completed_by_what_fits(begun_site: Path, words: str, offered: list[str]) -> None:
    assert completed(words, begun_site) == offered


def test_a_project_elsewhere_is_looked_at_for_its_steps(begun_site: Path) -> None:
    assert completed(f"-C {begun_site.name} lesson 02", begun_site.parent) == ["02-comments"]


def test_outside_a_project_there_are_no_steps_and_no_error(tmp_path: Path) -> None:
    assert completed("lesson 0", tmp_path) == []


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("workshop collect ", ["ada-lovelace", "grace-hopper", "eniac"]),
        ("workshop collect gr", ["grace-hopper"]),
        ("workshop collect ada-lovelace e", ["eniac"]),
        ("workshop collect ada-lovelace a", []),
        ("workshop push-fix gra", ["grace-hopper"]),
        ("workshop similar zoe", []),
        ("workshop grade --step 0", ["01-one", "02-two", "03-three"]),
        ("workshop catch-up a", ["ada-lovelace"]),
        ("workshop catch-up 0", []),
        ("workshop catch-up ada 0", ["01-one", "02-two", "03-three"]),
        ("workshop catch-up grace ", ["ada-lovelace", "eniac", "01-one", "02-two", "03-three"]),
    ],
)
def test_the_people_and_steps_of_a_workshop_are_completed(room: Room, words: str, offered: list[str]) -> None:
    assert completed(words, room.folder / "repos") == offered


def test_a_login_is_completed_where_no_folder_fits(room: Room) -> None:
    room.edits('login: "grace"', 'login: "hopper"')

    assert completed("workshop collect hop", room.folder) == ["hopper"]


@pytest.mark.parametrize("words", ["workshop collect a", "workshop grade --step 0", "workshop catch-up ada 0"])
def test_where_no_workshop_can_be_read_nobody_is_offered_and_no_error(room: Room, tmp_path: Path, words: str) -> None:
    (room.folder / "repos/.path.git").rename(tmp_path / "elsewhere.git")
    assert completed(words, room.folder) == (["ada-lovelace"] if words.endswith(" a") else [])
    (room.folder / "workshop.yml").write_text("format: [1\n", encoding="utf-8")
    assert completed(words, room.folder) == []
    assert completed(words, tmp_path) == []


def test_the_script_for_the_shell_is_shown(tmp_path: Path) -> None:
    shown = starterkit(
        "--show-completion", "bash", cwd=tmp_path, env={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    )

    assert "_STARTERKIT_COMPLETE=complete_bash" in shown.out
