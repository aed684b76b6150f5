"""Wrong usage: one clear message with the nearest right word, the exit code of the table, nothing changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.commands import starterkit

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(["help"], "To see all commands, type", id="help"),
        pytest.param(["chek"], 'There is no command `chek`. Did you mean "check"', id="command"),
        pytest.param(["check", "--jsn"], 'has no option --jsn. Did you mean "--json"', id="option"),
        pytest.param(["check", "-x"], "has no option -x.", id="short option"),
        pytest.param(["--frobnicate"], "has no option --frobnicate.", id="option before a command"),
        pytest.param(["check", "-C", "."], "before the command: `starterkit -C FOLDER check`", id="late -C"),
        pytest.param(["-C"], "-C", id="no folder"),
        pytest.param(["-C", "nowhere", "check"], "The folder nowhere doesn't exist.", id="folder"),
        pytest.param(["status", "more"], "status` doesn't accept", id="too much"),
        pytest.param(["template", "new", "a", "b", "c", "d"], 'accept the argument "c d"', id="much too much"),
        pytest.param(["template", "add-step"], "template add-step` needs a value for TEMPLATE.", id="too little"),
        pytest.param(["run", "--port", "abc"], 'Invalid port "abc"', id="port"),
        pytest.param(["run", "--port", "70000"], "a number from 1 to 65535", id="port too high"),
        *(
            pytest.param([command], "There is no starterkit project in", id=f"{command} outside")
            for command in ("check", "next", "hint", "solve", "undo", "lesson", "status", "run", "guide")
        ),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_would_be_right(tmp_path: Path, args: list[str], says: str) -> None:
    ran = starterkit(*args, cwd=tmp_path, code=2)

    assert says in " ".join(ran.err.split())
    assert ran.err.startswith("Error: ")
    assert "Traceback" not in ran.err
    assert ran.out == ""
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_test_is_answered_with_the_nearest(site: Path) -> None:
    ran = starterkit("check", "test_home_lists_articles_newest", cwd=site, code=2)

    assert 'Did you mean "test_home_lists_articles_newest_first"' in " ".join(ran.err.split())


def test_an_unknown_step_is_answered_with_the_nearest(site: Path) -> None:
    assert 'Did you mean "tags"' in starterkit("lesson", "tag", cwd=site, code=2).err


def test_an_unknown_step_that_resembles_none_lists_each_step_once(site: Path) -> None:
    said = " ".join(starterkit("lesson", "foo", cwd=site, code=2).err.split())

    assert said.count("first-page") == said.count("comments") == 1


def test_an_option_that_resembles_none_gets_no_suggestion(site: Path) -> None:
    assert "Did you mean" not in starterkit("undo", "--list", cwd=site, code=2).err


def test_an_unknown_file_is_answered_with_the_nearest(begun_site: Path) -> None:
    ran = starterkit("solve", "conduit/abut.py", cwd=begun_site, code=2)

    assert 'Did you mean "conduit/about.py"' in ran.err


def test_with_json_an_error_is_an_object_too(tmp_path: Path) -> None:
    ran = starterkit("status", "--json", cwd=tmp_path, code=2)

    assert ran.json["format"] == 1
    assert ran.json["error"]["exit_code"] == 2
    assert ran.json["error"]["message"].startswith("There is no starterkit project")
    assert ran.json["error"]["fix"]


def test_wrong_usage_with_json_is_an_object_too(tmp_path: Path) -> None:
    ran = starterkit("status", "--jsn", "--json", cwd=tmp_path, code=2)

    assert "no option --jsn" in ran.json["error"]["message"]


def test_a_damaged_state_file_is_named_with_line_and_mend(site: Path) -> None:
    state = site / ".starterkit.yml"
    state.write_text(state.read_text().replace("format: 1", "format: one"))

    ran = starterkit("status", cwd=site, code=2)

    assert ".starterkit.yml:2: " in ran.err
    assert "git checkout HEAD -- .starterkit.yml" in ran.err


def test_commands_are_printed_so_that_they_can_be_typed_from_here(site: Path, tmp_path: Path) -> None:
    place = tmp_path / "my sités"
    shutil.move(site, place)

    shown = starterkit("-C", "my sités", "status", cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}).out

    line = shown.rstrip().splitlines()[-1].strip()
    assert line.endswith(" -C 'my sités' next")
    assert Path(line.split()[0]).is_absolute()
    assert starterkit("-C", "my sités", "status", "--json", cwd=tmp_path).json["folder"] == str(place)


def test_version_is_one_line(tmp_path: Path) -> None:
    from starterkit import __version__

    assert starterkit("--version", cwd=tmp_path).out == f"starterkit {__version__}\n"
