"""new: what it makes, what it asks for, and how it says what is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from starterkit.template.bundled import bundled_names
from tests.support.commands import PROGRAM, starterkit
from tests.support.sites import Counts

pytestmark = pytest.mark.slow

HOSTILE = """It's "{{ 7*7 }}" 🎈 {% raw %} \\n مرحبا <b>"""


def test_new_says_where_the_site_is_and_what_to_type(tmp_path: Path) -> None:
    shown = starterkit("new", "my site", "--framework", "flask", "--defaults", "--no-install", cwd=tmp_path).out

    lines = shown.rstrip().splitlines()
    assert lines[0] == "ok  Your Flask site is in my site."
    assert lines[-2] == "  cd 'my site'"
    assert lines[-1].endswith(" run --open")
    assert (tmp_path / "my site" / ".starterkit.yml").is_file()


def test_new_as_json(tmp_path: Path) -> None:
    answer = starterkit("new", "a/b", "-f", "flask", "--defaults", "--no-install", "--json", cwd=tmp_path).json

    assert answer["folder"] == str(tmp_path / "a" / "b")
    assert (answer["step"], answer["solved"], answer["check"], answer["next"]) == ("base", True, None, "run")


def test_a_generated_site_was_checked_and_is_green(generated_site: Path, counts: Counts) -> None:
    status = starterkit("status", "--json", cwd=generated_site).json

    assert status["last_check"] == {**status["last_check"], "fresh": True, "red": [], "green": counts.base}


@pytest.mark.parametrize(("flags", "step", "solved"), [(["--at", "3"], "03-tags", False), (["--complete"], None, True)])
def test_new_begins_where_it_is_told(tmp_path: Path, flags: list[str], step: str | None, solved: bool) -> None:
    answer = starterkit("new", "x", "-f", "flask", "--defaults", "--no-install", "--json", *flags, cwd=tmp_path).json
    steps = starterkit("status", "--json", cwd=tmp_path / "x").json["steps"]

    assert (answer["step"], answer["solved"]) == (step or steps[-1]["name"], solved)


def test_any_answer_appears_as_it_was_typed(tmp_path: Path) -> None:
    data = ["--data", f"site_title={HOSTILE}", "--data", "author=Ada = one"]

    starterkit("new", "x", "-f", "flask", *data, "--no-install", cwd=tmp_path)

    answers = (tmp_path / "x" / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "{{ 7*7 }}" in answers
    assert "author: Ada = one" in answers


def test_dash_c_says_where_the_destination_is(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()

    shown = starterkit("-C", "here", "new", "x", "-f", "flask", "--defaults", "--no-install", cwd=tmp_path).out

    assert (tmp_path / "here" / "x" / "README.md").is_file()
    assert "  cd here/x\n" in shown
    assert "-C" not in shown


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(["x", "-f", "flsk", "--defaults"], 'Did you mean "flask"?', id="framework"),
        pytest.param(
            ["x", "-f", "flask", "--defaults", "--data", "titel=a"],
            'This template has no question "titel".',
            id="question",
        ),
        pytest.param(["x", "-f", "flask", "--defaults", "--data", "titel"], 'Invalid --data "titel"', id="data"),
        pytest.param(["x", "-f", "flask", "--defaults", "--data", "site_title= "], "Enter a title.", id="empty"),
        pytest.param(["x", "-f", "flask", "--defaults", "--data", "site_title=a\nb"], "Don't use line", id="newline"),
        pytest.param(["x", "-f", "flask", "--defaults", "--data", "author=a\x1b[1m"], "control char", id="control"),
        pytest.param(["x", "-f", "flask", "--defaults", "--data", f"author={'a' * 101}"], "Use at most 100", id="long"),
        pytest.param(["x", "-f", "flask", "--defaults", "--at", "02-comment"], 'Did you mean "02-comments"', id="step"),
        pytest.param(["x", "-f", "flask", "--at", "2", "--complete"], "can't be combined", id="both"),
        pytest.param(["file", "-f", "flask", "--defaults"], "file is a file", id="file"),
        pytest.param(["full", "-f", "flask", "--defaults"], "not empty", id="full"),
        pytest.param(["repository/x", "-f", "flask", "--defaults"], "inside the git repository", id="repository"),
    ],
)
def test_bad_input_is_one_clear_message_and_changes_nothing(tmp_path: Path, args: list[str], says: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    subprocess.run(["git", "init", "-q", "repository"], cwd=tmp_path, check=True)
    before = sorted(tmp_path.iterdir())

    ran = starterkit("new", *args, "--no-install", cwd=tmp_path, code=2)

    assert says in " ".join(ran.err.split())
    assert ran.err.startswith(("Error: ", "Creating the Flask project"))
    assert ran.out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_where_a_site_is_already_one_is_led_back_to_it(site: Path) -> None:
    ran = starterkit("new", site.name, "-f", "flask", "--defaults", cwd=site.parent, code=2)

    assert f"-C {site.name} run" in " ".join(ran.err.split())


def test_without_a_terminal_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    ran = starterkit("new", cwd=tmp_path, code=2)

    said = " ".join(ran.err.split())
    assert "DEST (the folder to create), --framework NAME, --defaults or --data KEY=VALUE" in said
    assert f"new my-site --framework {bundled_names()[0]} --defaults" in said


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["x", "--framework", "rails"], f'Unknown framework "rails". Valid values: {", ".join(bundled_names())}.'),
        (["-f", "flask", "--at", "foo"], 'Unknown step "foo"'),
        (["-f", "flask", "--data", "titel=a"], 'This template has no question "titel".'),
        (["--bundle", "nowhere"], 'The folder "nowhere" doesn'),
    ],
)
def test_given_values_are_checked_before_missing_ones(tmp_path: Path, args: list[str], says: str) -> None:
    assert says in " ".join(starterkit("new", *args, cwd=tmp_path, code=2).err.split())


def test_without_a_terminal_an_unanswered_question_names_its_flag(tmp_path: Path) -> None:
    ran = starterkit("new", "x", "-f", "flask", "--data", "author=Ada", cwd=tmp_path, code=2)

    assert "--data site_title=" in ran.err
    assert not (tmp_path / "x").exists()


def test_an_interrupted_new_leaves_nothing_behind(tmp_path: Path) -> None:
    import signal
    import time

    process = subprocess.Popen(
        [*PROGRAM, "new", "x", "-f", "flask", "--defaults", "--no-install"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "Creating the Flask project" in process.stderr.readline()
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)

    assert process.returncode == 130
    assert told.strip().splitlines()[-1] == "Interrupted. Your work is safe."
    assert list(tmp_path.iterdir()) == []
