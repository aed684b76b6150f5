"""`template new`, `template add-step`, and the changes to texts that they and `save` make."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from starterkit.authoring.files import read_as_template, read_files, template_folder
from starterkit.authoring.scaffold import KINDS, add_step, new_template
from starterkit.authoring.step_yaml import with_removes
from starterkit.errors import EnvironmentProblem, FileError, UsageError
from starterkit.template.bundled import skeleton_folder
from tests.support.authors import tiny_template, tree_of
from tests.support.projects import write_tree

pytestmark = pytest.mark.slow


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return tiny_template(tmp_path / "tiny")


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_template_has_its_name_and_title_and_all_else_of_the_skeleton(tmp_path: Path, kind: str) -> None:
    begun = new_template("my-path", tmp_path / "here" / "my-path", 'My "path": one', kind)

    ours, skeleton = tree_of(begun.folder), tree_of(skeleton_folder(kind))
    assert {name for name in ours if ours[name] != skeleton.get(name)} == {"path.yml"}
    found = yaml.safe_load(ours["path.yml"][1])
    assert (found["name"], found["title"]) == ("my-path", 'My "path": one')


@pytest.mark.parametrize("name", ["My path", "../up", "", "a--b", "-a", "ä"])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Invalid name"):
        new_template(name, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='Unknown kind "rust"'):
        new_template("my-path", tmp_path / "x", kind="rust")


def test_a_new_template_goes_into_a_new_folder_only(template: Path) -> None:
    with pytest.raises(UsageError, match="exists already"):
        new_template("tiny", template)


def test_a_step_is_added_at_the_end(template: Path) -> None:
    before = tree_of(template)

    added = add_step(template, "more-things")

    assert added.step == "03-more-things"
    assert added.files == tuple(
        f"steps/03-more-things/{name}" for name in ("step.yml", "lesson.md", "given/tests/test_03_more_things.py")
    )
    after = tree_of(template)
    assert {name: file for name, file in after.items() if name not in added.files} == before
    step = read_as_template(read_files(template), "").step("03-more-things")
    assert step.tests == ("test_more_things_works",)
    assert step.title == "More things"
    lesson = (template / added.files[1]).read_text()
    assert [line for line in lesson.splitlines() if line.startswith("#")] == [
        "# 03 · More things",
        *("## Why", "## The idea", "## Your task", "## See it", "## Next"),
    ]


@pytest.mark.parametrize(("after", "position"), [("base", 1), ("01", 2), ("one", 2), ("02-two", 3)])
def test_a_step_is_added_in_the_middle_and_the_later_ones_move(template: Path, after: str, position: int) -> None:
    old = read_as_template(read_files(template), "")

    added = add_step(template, "new", after=after)

    now = read_as_template(read_files(template), "")
    names = [name[3:] for name in old.step_names]
    names.insert(position - 1, "new")
    assert now.step_names == tuple(f"{number:02}-{name}" for number, name in enumerate(names, 1))
    for before in old.steps:
        moved = now.step(added.renumbered.get(before.name, before.name))
        assert (moved.tests, moved.hints, moved.removed_by_solution) == (
            before.tests,
            before.hints,
            before.removed_by_solution,
        )
        number, name = moved.name.split("-")
        assert (template / f"steps/{moved.name}/given/tests/test_{number}_{name}.py").is_file()
        assert now.lesson(moved.name).startswith(f"# {number} · ")


def test_a_delivered_file_that_is_removed_later_is_followed_to_its_new_name(template: Path) -> None:
    step = template / "steps/02-two/step.yml"
    step.write_text(step.read_text() + "    - tests/test_01_one.py\n")

    add_step(template, "new", after="base")

    found = yaml.safe_load((template / "steps/03-two/step.yml").read_text())
    assert found["removes"]["solution"] == ["conduit/old.py", "tests/test_02_one.py"]
    assert "# no longer needed" in (template / "steps/03-two/step.yml").read_text()


def test_lines_that_speak_of_old_numbers_are_named(template: Path) -> None:
    added = add_step(template, "new", after="01")

    assert [(mention.file, mention.text) for mention in added.mentions] == [
        ("steps/01-one/lesson.md", "In 02, more."),
        ("steps/03-two/lesson.md", "In 02, more."),
    ]


@pytest.mark.parametrize(
    ("name", "after", "words"),
    [("two", "", "already has a step"), ("Two!", "", "Invalid name"), ("new", "09", "Unknown step 09")],
)
def test_a_step_that_cannot_be_added_changes_nothing(template: Path, name: str, after: str, words: str) -> None:
    before = tree_of(template)

    with pytest.raises(UsageError, match=words):
        add_step(template, name, after=after)
    assert tree_of(template) == before


@pytest.mark.parametrize("is_module", [True, False])
def test_a_step_of_a_node_template_gets_a_test_of_nodes_runner(template: Path, is_module: bool) -> None:
    path = template / "path.yml"
    text = path.read_text().replace("kind: python", "kind: node").replace("tests/test_*.py", "tests/*.test.js")
    path.write_text(text)
    write_tree(template, {"project/package.json": '{"type": "module"}\n' if is_module else "{}\n"})

    added = add_step(template, "tags", title="Tags & more")

    assert added.files[2] == "steps/03-tags/given/tests/03-tags.test.js"
    test = (template / added.files[2]).read_text()
    assert "test('Tags  more works'" in test
    assert ("import test from 'node:test';" in test) is is_module


BLOCK = {"given": ["a.txt"], "solution": ["b.txt", "c.txt"]}


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("title: x\n", {}, "title: x\n"),
        ("title: x", {"given": ["a.txt"]}, "title: x\nremoves:\n  given:\n    - a.txt\n"),
        ("title: x # why\nremoves: {given: [a.txt]} # gone\nb: 1\n", {}, "title: x # why\nb: 1\n"),
        (
            "removes:\n  # both\n  given:\n  - a.txt  # one\n  - b.txt  # two\n\n# next\nb: 1\n",
            {"given": ["b.txt"], "solution": ["it's: odd"]},
            'removes:\n  # both\n  given:\n  - b.txt  # two\n  solution:\n    - "it\'s: odd"\n\n# next\nb: 1\n',
        ),
        ("removes: {given: [a.txt]}  # x\n", BLOCK, "removes: {given: [a.txt], solution: [b.txt, c.txt]}  # x\n"),
        ("removes:\n  solution: [b.txt]  # y\n  given: [a.txt]\n", BLOCK, None),
        ("removes:\n  given: [x.txt]\n  solution:\n    - b.txt\n", BLOCK, None),
        ("removes:\n  given: [a.txt]\n  solution:\n    - b.txt", BLOCK, None),
        ("removes:\n  solution:\n    - z.txt\n    - b.txt # keep\ntitle: 'x'\n", {"solution": ["b.txt"]}, None),
        ("removes:\ntitle: x\n", BLOCK, None),
        ("removes:\n  given: []\n  solution: []\ntitle: x\n", BLOCK, None),
    ],
)
def test_only_removes_is_changed_in_the_text_of_a_step(
    text: str, wanted: dict[str, list[str]], expected: str | None
) -> None:
    changed = with_removes(text.encode(), wanted, "step.yml").decode()

    if expected is not None:
        assert changed == expected
    found = yaml.safe_load(changed)
    removes = {kind: paths for kind, paths in (found.pop("removes", None) or {}).items() if paths}
    assert removes == {kind: paths for kind, paths in wanted.items() if paths}
    before = yaml.safe_load(text)
    before.pop("removes", None)
    assert found == before
    comments = [line.partition("#")[2] for line in text.splitlines() if "#" in line and "gone" not in line]
    assert all(comment in changed for comment in comments if comment != " one")


def test_a_text_that_says_so_already_keeps_every_byte() -> None:
    data = b'removes: {"given":[ a.txt ]}   # odd\r\n'

    assert with_removes(data, {"given": ["a.txt"]}, "step.yml") is data


def test_a_text_in_one_line_says_what_to_write() -> None:
    with pytest.raises(FileError, match="one key per line") as refused:
        with_removes(b"{title: x}", {"given": ["a.txt"]}, "step.yml")
    assert "- a.txt" in refused.value.fix


RUNNER = """
import os, sys
from pathlib import Path
from starterkit.authoring.scaffold import add_step

last, count = int(sys.argv[1]), 0
writes = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.copyfile", "shutil.rmtree", "os.chmod"}

def watch(event, args):
    global count
    if event in writes or (event == "open" and isinstance(args[1], str) and set("wx") & set(args[1])):
        count += 1
        if count == last:
            os.kill(os.getpid(), 9)

sys.addaudithook(watch)
add_step(Path(sys.argv[2]), "new", after="base")
print(count)
"""


@pytest.mark.nightly
def test_a_killed_command_leaves_the_old_template_or_the_new_one(template: Path, tmp_path: Path) -> None:
    (template / "notes.txt").write_text("the author's own")
    stock = shutil.copytree(template, tmp_path / "stock")
    add_step(shutil.copytree(stock, tmp_path / "other"), "new", after="base")
    old, new = tree_of(stock), tree_of(tmp_path / "other")
    target = tmp_path / "run" / "tiny"
    seen = set()

    def run_until(last: int) -> subprocess.CompletedProcess[str]:
        shutil.rmtree(target.parent, ignore_errors=True)
        shutil.copytree(stock, target)
        command = [sys.executable, "-c", RUNNER, str(last), str(target)]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    whole = run_until(-1)
    assert tree_of(target) == new
    for last in range(1, int(whole.stdout) + 1, 3):
        assert run_until(last).returncode == -9
        template_folder(str(target), tmp_path)  # as each command finds its template
        now = {name: file for name, file in tree_of(target).items() if not name.startswith(".starterkit-draft")}
        assert now in (old, new), f"killed at write {last}, the template is neither the old nor the new one"
        seen.add(now == new)
        add_step(target, "again")
        assert list(target.parent.rglob(".starterkit*")) == []
    assert seen == {True, False}


def test_a_write_that_fails_halfway_is_rolled_back(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree_of(template)
    replace, moves = Path.replace, 0

    def fails_at_the_third(self: Path, target: Path) -> Path:
        nonlocal moves
        if template / "steps" in Path(target).parents:
            moves += 1
            if moves == 3:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails_at_the_third)

    with pytest.raises(EnvironmentProblem, match=r"Nothing was changed\."):
        add_step(template, "new", after="base")
    assert tree_of(template) == before
    assert moves > 3


def test_the_folders_of_a_template_stay_the_same_folders(template: Path) -> None:
    folders = [template, template / "project", template / "steps", template / "steps/01-one"]
    before = [folder.stat().st_ino for folder in folders]

    add_step(template, "new")

    assert [folder.stat().st_ino for folder in folders] == before


def test_caches_in_a_renumbered_step_go_with_it(template: Path) -> None:
    write_tree(template, {"steps/01-one/given/tests/__pycache__/a.pyc": "x", "steps/01-one/.DS_Store": "x"})

    add_step(template, "new", after="base")

    assert sorted(entry.name for entry in (template / "steps").iterdir()) == ["01-new", "02-one", "03-two"]
