"""What is wrong in a template is said with file and line, what is wrong and what is right; never with a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from starterkit.authoring.files import read_files
from starterkit.authoring.open import open_template
from starterkit.errors import FileError, UsageError
from starterkit.project.layers import path_layers, read_folder
from starterkit.render import render
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource
from tests.support.authors import TINY, tiny_template
from tests.support.projects import write_tree

Break = Callable[[Path], object]


def replaced(name: str, old: str, new: str) -> Break:
    """A break that changes words of a file."""

    def apply(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return apply


def added(name: str, more: str) -> Break:
    """A break that adds lines to the end of a file."""
    return lambda folder: write_tree(folder, {name: (folder / name).read_bytes() + more.encode()})


def written(name: str, data: bytes | str) -> Break:
    return lambda folder: write_tree(folder, {name: data})


def moved(old: str, new: str) -> Break:
    return lambda folder: (folder / old).rename(folder / new)


def linked(name: str, target: str) -> Break:
    def apply(folder: Path) -> None:
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return apply


LINKED = "can't contain links"
ONE, TWO = "steps/01-one/step.yml", "steps/02-two/step.yml"
CASES: dict[str, tuple[Break, str, str]] = {
    # path.yml
    "path.yml: missing": (lambda folder: (folder / "path.yml").unlink(), "path.yml", "this file is missing"),
    "path.yml: missing key": (replaced("path.yml", "title: Tiny\n", ""), "path.yml:2", 'the key "title" is missing'),
    "path.yml: wrong type": (
        replaced("path.yml", "traits: {}", "traits: []"),
        "path.yml:8",
        "traits: expected a mapping",
    ),
    "path.yml: unknown key": (replaced("path.yml", "title:", "titel:"), "path.yml:4", 'unknown key "titel"'),
    "path.yml: key twice": (replaced("path.yml", "title:", "name:"), "path.yml:4", '"name" is here twice'),
    "path.yml: text for a number": (replaced("path.yml", "format: 1", "format: one"), "path.yml:2", "a whole number"),
    "path.yml: other format": (replaced("path.yml", "format: 1", "format: 2"), "path.yml:2", "reads format 1"),
    "path.yml: odd number": (replaced("path.yml", "format: 1", "format: 1:30"), "path.yml:2", "plain digits"),
    "path.yml: unknown kind": (replaced("path.yml", "kind: python", "kind: pyton"), "path.yml:11", '"pyton"'),
    "path.yml: unknown placeholder": (replaced("path.yml", "{report}", "{raport}"), "path.yml:13", '"{raport}"'),
    "path.yml: name": (replaced("path.yml", "name: tiny", "name: Tiny One"), "path.yml:3", "invalid name"),
    "path.yml: pins above": (replaced("path.yml", "requirements.txt", "../r.txt"), "path.yml:11", "inside the project"),
    "path.yml: not YAML": (replaced("path.yml", "traits: {}", "traits: {"), "path.yml:", "not valid YAML"),
    "path.yml: tab": (replaced("path.yml", "traits: {}", "traits:\n\ta: b"), "path.yml:9", "not valid YAML"),
    "path.yml: empty": (written("path.yml", ""), "path.yml", "this file is empty"),
    "path.yml: a list": (written("path.yml", "- a\n"), "path.yml:1", "expected a mapping"),
    "path.yml: a key that is a list": (written("path.yml", "? [a]\n: b\n"), "path.yml:1", "expected a word as the key"),
    "path.yml: not UTF-8": (written("path.yml", b"# a\nname: \xff\n"), "path.yml:2", "not UTF-8"),
    "path.yml: too large": (written("path.yml", b"#" * 1_000_001), "path.yml", "larger than 1,000,000 bytes"),
    "path.yml: nested too deeply": (written("path.yml", "[" * 100_000), "path.yml:1", "nested more than 100 levels"),
    "path.yml: lists in lists": (written("path.yml", "- " * 100_000), "path.yml:1", "nested more than 100 levels"),
    "path.yml: itself inside itself": (written("path.yml", "&a [*a]\n"), "path.yml", ""),
    "path.yml: conflict": (replaced("path.yml", "name", "<<<<<<< a\nname"), "path.yml:3", "conflict markers"),
    "path.yml: a link": (linked("path.yml", "/etc/hostname"), "path.yml", LINKED),
    # step.yml
    "step.yml: missing": (lambda folder: (folder / ONE).unlink(), ONE, "this file is missing"),
    "step.yml: missing key": (replaced(ONE, "goal: One thing.\n", ""), f"{ONE}:1", 'the key "goal" is missing'),
    "step.yml: wrong type": (replaced(ONE, "minutes: 10", "minutes: [10]"), f"{ONE}:3", "minutes: expected a whole"),
    "step.yml: too short": (replaced(ONE, "minutes: 10", "minutes: 1"), f"{ONE}:3", "from 5 to 240"),
    "step.yml: unknown key": (replaced(ONE, "goal:", "gaol:"), f"{ONE}:4", 'unknown key "gaol"'),
    "step.yml: hints see nothing": (
        replaced(ONE, "  test_one:\n", "  test_b: {see: test_on}\n  test_one:\n"),
        f"{ONE}:8",
        'unknown test "test_on"',
    ),
    "step.yml: removes an absolute path": (replaced(TWO, "conduit/old.py", "/etc/passwd"), f"{TWO}:13", "inside"),
    "step.yml: removes from above": (
        replaced(TWO, "conduit/old.py", "../../old.py"),
        f"{TWO}:13",
        "inside the project",
    ),
    "step.yml: removes with a backslash": (
        replaced(TWO, "conduit/old", "conduit\\old"),
        f"{TWO}:13",
        "forward slashes",
    ),
    "step.yml: removes git": (replaced(TWO, "conduit/old.py", ".git/config"), f"{TWO}:13", "git's own folder"),
    "step.yml: removes what is not there": (replaced(TWO, "old.py", "gone.py"), TWO, "but this file does not exist"),
    "step.yml: an unknown stretch test": (added(ONE, "stretch: [test_on]\n"), f"{ONE}:11", 'unknown test "test_on"'),
    "step.yml: a stretch test twice": (added(ONE, "stretch: [test_one, test_one]\n"), f"{ONE}:11", "is here twice"),
    "step.yml: behavior of an unknown test": (
        added(ONE, "behavior:\n  test_on: a.b\n"),
        f"{ONE}:12",
        'unknown test "test_on"',
    ),
    "step.yml: a behavior without a dot": (
        added(ONE, "behavior: {test_one: shown}\n"),
        f"{ONE}:11",
        'invalid id "shown"',
    ),
    "step.yml: an unknown system": (added(ONE, "platforms: {test_one: [plan9]}\n"), f"{ONE}:11", '"plan9"'),
    "step.yml: no system": (added(ONE, "platforms: {test_one: []}\n"), f"{ONE}:11", "found an empty list"),
    "step.yml: in_process without a reason": (
        added(ONE, 'in_process: {test_one: ""}\n'),
        f"{ONE}:11",
        "expected text, found nothing",
    ),
    "path.yml: behavior of a step's test": (
        added("path.yml", "behavior: {test_one: a.b}\n"),
        "path.yml:",
        'unknown test "test_one"',
    ),
    "step.yml: a review note that is empty": (
        added(ONE, 'review: [""]\n'),
        f"{ONE}:11",
        "expected text, found nothing",
    ),
    "step.yml: a review note without a text": (
        added(ONE, "review: [{file: a.py}]\n"),
        f"{ONE}:11",
        '"text" is missing',
    ),
    "step.yml: a review note about a file above": (
        added(ONE, "review:\n  - {text: Sort., file: ../a.py}\n"),
        f"{ONE}:12",
        "inside the project",
    ),
    "step.yml: review isn't a list": (added(ONE, "review: Sort.\n"), f"{ONE}:11", "review: expected a list"),
    "step.yml: a link": (linked(ONE, "../02-two/step.yml"), ONE, LINKED),
    # steps
    "steps: number twice": (
        moved("steps/02-two", "steps/01-two"),
        "steps/01-two",
        "another step already has this number: 01-one",
    ),
    "steps: gap": (moved("steps/02-two", "steps/03-two"), "steps/03-two", "the step 02 is missing before this step"),
    "steps: name": (moved("steps/02-two", "steps/2-Two"), "steps/2-Two", "NN-name"),
    "steps: misspelt folder": (
        moved("steps/02-two/solution", "steps/02-two/solutoin"),
        "02-two/solutoin",
        "can't contain a file or folder with this name",
    ),
    "steps: a file": (written("steps/notes.txt", "x"), "steps/notes.txt", "can only contain the folders of steps"),
    "steps: a file for a folder": (written("steps/01-one/lesson.md/x", "x"), "", ""),
    "steps: linked": (linked("steps/02-two", "01-one"), "steps/02-two", LINKED),
    "lesson: missing": (lambda folder: (folder / "steps/01-one/lesson.md").unlink(), "lesson.md", "is missing"),
    "lesson: not UTF-8": (written("steps/01-one/lesson.md", b"# 01\n\n\xe4\n"), "lesson.md:3", "not UTF-8"),
    "given: a link out of the template": (linked("steps/01-one/given", "/etc"), "steps/01-one/given", LINKED),
    "solution: a linked file": (linked("steps/01-one/solution/conduit/one.py", "/etc/hostname"), "one.py", LINKED),
    "solution: a linked folder": (linked("steps/01-one/solution/conduit", "/etc"), "solution/conduit", LINKED),
    "solution: too large": (
        written("steps/01-one/solution/big", b"x" * 5_000_001),
        "solution/big",
        "larger than 5,000,000",
    ),
    # project and copier.yml
    "project: missing": (moved("project", "projct"), "project", "this folder is missing"),
    "project: a link": (linked("project", "/etc"), "project", LINKED),
    "copier.yml: missing": (lambda folder: (folder / "copier.yml").unlink(), "copier.yml", "this file is missing"),
    "copier.yml: missing key": (
        replaced("copier.yml", "_subdirectory: project\n", ""),
        "copier.yml:1",
        "_subdirectory",
    ),
    "copier.yml: wrong folder": (replaced("copier.yml", "y: project", "y: src"), "copier.yml:1", 'expected "project"'),
    "copier.yml: unknown setting": (replaced("copier.yml", "_templ", "_tmpl"), "copier.yml:2", '"_tmplates_suffix"'),
    "copier.yml: unknown key": (replaced("copier.yml", "default:", "defalt:"), "copier.yml:3", 'unknown key "defalt"'),
    "copier.yml: unknown type": (replaced("copier.yml", "type: str", "type: int"), "copier.yml:3", '"int"'),
    "copier.yml: a list": (
        replaced("copier.yml", "site_title: {", "a: [1]\nsite_title: {"),
        "copier.yml:3",
        "a question",
    ),
    "copier.yml: not UTF-8": (written("copier.yml", b"\xff"), "copier.yml:1", "not UTF-8"),
}
# Not every mistake can name what is right: some are settled by what is wrong alone.
NO_MEND = ("a whole number", "expected a", "not valid YAML", "this file is empty", "from 5 to 240", "inside", "slashes")
NO_MEND = (*NO_MEND, "git's own", "is here twice", "does not exist", "plain digits", "the step has no lesson")


def read_everything(folder: Path) -> None:
    """Read a template as `new` does."""
    template = read_template(FolderSource(folder))
    rendered = render(folder, {}, read_folder)
    path_layers(folder, template, rendered.files)


@pytest.mark.parametrize("case", CASES)
def test_a_malformed_template_names_file_and_line(case: str, tmp_path: Path) -> None:
    folder = tiny_template(tmp_path / "tiny")
    how, where, what = CASES[case]
    if case == "steps: a file for a folder":
        (folder / "steps/01-one/lesson.md").unlink()
        where, what = "lesson.md", "is missing"
    how(folder)

    with pytest.raises(FileError) as by_new:
        read_everything(folder)
    with pytest.raises(FileError) as by_author:
        open_template(folder, tmp_path / "path")

    for wrong in (by_new.value, by_author.value):
        assert what in wrong.message
        assert where in wrong.message.split(": ")[0].replace("\\", "/")
        assert wrong.fix or any(words in wrong.message for words in NO_MEND), wrong.message
    assert not (tmp_path / "path").exists()


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    folder = tiny_template(tmp_path / "tiny")
    replaced("path.yml", "trade_off:", "tradeoff:")(folder)

    with pytest.raises(FileError) as wrong:
        read_template(FolderSource(folder))
    assert wrong.value.fix == 'Did you mean "trade_off"?'


def test_what_is_rendered_must_be_text(tmp_path: Path) -> None:
    folder = tiny_template(tmp_path / "tiny")
    (folder / "project/binary.jinja").write_bytes(b"one\n\xff\xfe")

    with pytest.raises(FileError, match=r"project/binary\.jinja:2: the file is not UTF-8"):
        render(folder, {}, read_folder)


def test_an_answer_that_the_validator_rejects_is_named(tmp_path: Path) -> None:
    folder = tiny_template(tmp_path / "tiny")
    validator = """default: Tiny, validator: "{{ 'Too long.' if site_title|length > 9 }}","""
    replaced("copier.yml", "default:", f"{validator} help:")(folder)

    with pytest.raises(UsageError) as wrong:
        render(folder, {"site_title": "A long title"}, read_folder)
    assert "site_title" in wrong.value.message
    assert "Too long." in wrong.value.message


def test_what_tools_leave_behind_is_passed_over(tmp_path: Path) -> None:
    folder = tiny_template(tmp_path / "tiny")
    before = read_files(folder)
    left = ("project/.venv/x", "project/__pycache__/a.pyc", "project/.pytest_cache/x", "steps/01-one/.DS_Store")
    write_tree(folder, dict.fromkeys((*left, "project/a.py~", "steps/.keep"), "x"))

    assert read_files(folder) == before
    assert set(TINY) >= set(before)
