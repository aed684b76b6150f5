"""The authors' commands as programs: what they show, ask and answer with."""

from __future__ import annotations

from pathlib import Path

import pytest

from starterkit.authoring.open import open_template
from tests.support.authors import Author, tiny_template
from tests.support.commands import on_terminal, starterkit

pytestmark = pytest.mark.slow


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return tiny_template(tmp_path / "tiny")


def test_a_template_is_begun_extended_opened_and_saved(tmp_path: Path) -> None:
    begun = starterkit("template", "new", "my-path", "--title", "My path", cwd=tmp_path).out
    added = starterkit("template", "add-step", "my-path", "tags", "--after", "base", cwd=tmp_path).out
    opened = starterkit("template", "open", "my-path", "commits", cwd=tmp_path).out
    saved = starterkit("template", "save", cwd=tmp_path / "commits").out

    assert "ok  Created the template my-path in my-path" in begun
    assert begun.rstrip().endswith("template validate my-path")
    assert "ok  Created the step 01-tags in my-path." in added
    assert "01-greeting → 02-greeting" in added
    assert "ok  Wrote the learning path to commits. The repository has 5 commits:" in opened
    assert "Nothing to save" in saved


def test_the_commands_work_inside_the_folders_that_they_write(tmp_path: Path) -> None:
    """A shell stays in a folder that exists, because no command swaps the folder for another."""
    inside, commits = tmp_path / "My path", tmp_path / "commits"
    inside.mkdir()
    commits.mkdir()
    before = [inside.stat().st_ino, commits.stat().st_ino]

    begun = starterkit("template", "new", ".", cwd=inside).out
    added = starterkit("template", "add-step", ".", "tags", "--after", "base", cwd=inside).out
    added_below = starterkit("template", "add-step", "../..", "likes", cwd=inside / "steps/01-tags").out
    opened = starterkit("template", "open", "../My path", ".", cwd=commits).out
    author = Author(commits)
    author.write("project/webapp/new.py", "NAME = 2\n")
    author.fix("solution 03-likes")
    saved = starterkit("template", "save", "../commits", "--to", ".", cwd=inside).out
    validated = starterkit(
        "template", "validate", "--only", "hints", "--step", "01", cwd=inside / "steps/01-tags/given"
    ).out

    assert "ok  Created the template my-path in this folder" in begun
    assert "ok  Created the step 01-tags in this folder." in added
    assert "ok  Created the step 03-likes in ../.." in added_below
    assert "ok  Wrote the learning path to this folder. The repository has 7 commits:" in opened
    assert "ok  Saved your changes in this folder. Files: 1 new." in saved
    assert validated.startswith("my-path\n  01-tags ")
    assert (inside / "steps/03-likes/solution/webapp/new.py").is_file()
    assert [inside.stat().st_ino, commits.stat().st_ino] == before


def test_a_new_template_takes_its_name_from_its_folder(tmp_path: Path) -> None:
    named = starterkit("template", "new", "here/Our Path", "--json", cwd=tmp_path).json
    (tmp_path / "日本").mkdir()
    without = starterkit("template", "new", ".", cwd=tmp_path / "日本", code=2)

    assert (named["name"], named["template"]) == ("our-path", str(tmp_path / "here/Our Path"))
    assert "has no letter or digit" in " ".join(without.err.split())
    assert "starterkit template new my-path ." in without.err


def test_the_answers_as_json(template: Path, tmp_path: Path) -> None:
    begun = starterkit("template", "new", "a", "b", "--json", cwd=tmp_path).json
    added = starterkit("template", "add-step", "tiny", "new", "--json", cwd=tmp_path).json
    opened = starterkit("template", "open", "tiny", "c", "--json", cwd=tmp_path).json
    saved = starterkit("template", "save", "c", "--json", cwd=tmp_path).json

    assert (begun["command"], begun["template"], begun["name"]) == ("template new", str(tmp_path / "b"), "a")
    assert (added["step"], added["renumbered"], added["mentions"]) == ("03-new", {}, [])
    assert opened["commits"][0] == "base"
    assert (saved["added"], saved["changed"], saved["removed"]) == ([], [], [])


def test_what_was_saved_is_listed(template: Path, tmp_path: Path) -> None:
    open_template(template, tmp_path / "path")
    author = Author(tmp_path / "path")
    author.write("project/conduit/two.py", "NAME = 2\n")
    author.fix("solution 02-two")

    shown = starterkit("-C", "path", "template", "save", cwd=tmp_path).out

    assert "ok  Saved your changes in tiny. Files: 1 changed." in shown
    assert "changed  steps/02-two/solution/conduit/two.py" in shown


def test_a_path_that_cannot_be_saved_ends_with_a_code_for_scripts(template: Path, tmp_path: Path) -> None:
    open_template(template, tmp_path / "path")
    (tmp_path / "path/project/new.txt").write_text("")
    dirty = starterkit("template", "save", "path", cwd=tmp_path, code=3)
    author = Author(tmp_path / "path")
    author.commit("Something")
    wrong = starterkit("template", "save", "path", cwd=tmp_path, code=2)

    assert dirty.err.startswith("Stopped: These files have changes that aren't committed: project/new.txt.")
    assert '"Something" has a subject that' in wrong.err


def test_a_name_is_asked_for_on_a_terminal_alone(tmp_path: Path) -> None:
    without = starterkit("template", "new", cwd=tmp_path, code=2)
    shown = on_terminal(
        "template", "new", cwd=tmp_path, answers=[("name of the template?", "mine\n"), ("title of the template?", "\n")]
    )

    assert "NAME" in without.err
    assert "Created the template mine in mine" in shown


def test_a_site_from_a_strangers_template_asks_before_it_runs_anything(template: Path, tmp_path: Path) -> None:
    flags = ("--template", "./tiny", "--defaults")
    without = starterkit("new", "a", *flags, cwd=tmp_path, code=2)
    shown = on_terminal("new", "b", *flags, cwd=tmp_path, answers=[("Do you trust this template?", "no\n")])
    plain = starterkit("new", "c", *flags, "--no-install", "--json", cwd=tmp_path).json

    assert "--trust" in without.err
    assert not (tmp_path / "a").exists()
    assert "The packages of your site aren't installed yet" in shown
    assert (tmp_path / "b/.starterkit.yml").is_file()
    assert plain["template"] == "folder:tiny"
    assert "can't be combined" in starterkit("new", "d", "-f", "flask", *flags, cwd=tmp_path, code=2).err


def test_the_schemas_are_printed_for_editors(tmp_path: Path) -> None:
    assert starterkit("template", "schema", "step", cwd=tmp_path).json["required"][0] == "title"
    assert 'Did you mean "path"?' in starterkit("template", "schema", "paths", cwd=tmp_path, code=2).err


def test_a_template_that_is_not_there_or_elsewhere_is_said_to_be_so(tmp_path: Path) -> None:
    missing = starterkit("template", "open", "flsk", "x", cwd=tmp_path, code=2)
    elsewhere = starterkit("template", "add-step", "https://example.org/a.git@v1", "x", cwd=tmp_path, code=2)

    assert 'Did you mean "flask"?' in missing.err
    assert "Clone the repository with `git clone`" in elsewhere.err


def test_save_outside_an_opened_template_says_so(tmp_path: Path) -> None:
    ran = starterkit("template", "save", cwd=tmp_path, code=2)

    assert "isn't an opened template" in " ".join(ran.err.split()) and "git init" not in ran.err
