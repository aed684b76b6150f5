"""How a carry must end: each row of the design's table, and every way in which a learner's files can be odd."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from starterkit.errors import ConflictError, ExitCode, StarterkitError
from starterkit.git.merge import Resolution
from starterkit.project.project import open_project
from tests.support.learners import Learner, as_nobody
from tests.support.trees import Content, Leaf, Tree, assert_tree, changes, link, program, read_tree

OWN_LINE = "    # Your own lines go below this one.\n"
STATE = ".starterkit.yml"


def brought(learner: Learner, step: str, *, solved: bool = False) -> Tree:
    """What the path itself changes in coming to a step's given or solution; removed files are absent."""
    steps = ["base", "01-one", "02-two", "03-three"]
    below = (step, False) if solved else (steps[steps.index(step) - 1], True)
    found = changes(learner.layer(below[0], solved=below[1]), learner.layer(step, solved=solved))
    return {path: content for path, content in found.items() if content is not None}


def without_state(tree: Tree) -> Tree:
    return {path: content for path, content in tree.items() if path != STATE}


def assert_next(learner: Learner, *, expected: dict[str, Content | None] | None = None, step: str = "01-one") -> None:
    """`next` ends clean: the learner's files as they were, the given's files new, and the exceptions named."""
    before = without_state(learner.tree())
    given = brought(learner, step)

    advanced = learner.next()

    assert advanced.step is not None and advanced.step.name == step
    assert_tree(without_state(learner.tree()), {**before, **given, **(expected or {})})
    assert learner.git("status", "--porcelain") == ""
    learner.fsck()


# -- clean ------------------------------------------------------------------------------------------------------------


def test_work_of_their_own_stays_beside_new_files(tiny: Learner) -> None:
    tiny.writes({"conduit/shop.py": "PRICE = 3\n", "notes/plan.txt": "buy milk", "empty.txt": ""})
    tiny.changes("conduit/app.py", '"Hello"', '"Hi"')

    assert_next(tiny)

    assert tiny.log(3) == ["Start 01 · One", "Save the starter project", "Begin with the Tiny starter project"]


def test_nothing_to_save_makes_no_commit_of_it(tiny: Learner) -> None:
    assert_next(tiny)

    assert tiny.log(2) == ["Start 01 · One", "Begin with the Tiny starter project"]


def test_lines_below_the_fixed_line_merge_with_the_solution(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    tiny.changes("conduit/features.py", OWN_LINE, OWN_LINE + '    "shop",\n')

    tiny.solve()

    assert tiny.read("conduit/features.py").decode().endswith('"one",\n' + OWN_LINE + '    "shop",\n]\n')
    assert tiny.read("conduit/one.py") == tiny.layer("01-one", solved=True)["conduit/one.py"].data
    assert tiny.log(3)[:2] == ["Solve 01 · One", "Save 01 · One"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_whoever_wrote_an_earlier_step_below_the_fixed_line_gets_the_next_solution_above_it(
    tiny: Learner, ends: str
) -> None:
    tiny.comes_to("01-one", solved=True)
    mine = (
        tiny.read("conduit/features.py").decode().replace('    "one",\n' + OWN_LINE, OWN_LINE + '    "one",  # mine\n')
    )
    tiny.writes({"conduit/features.py": mine.replace("\n", ends)})
    tiny.next()

    tiny.solve()

    wanted = mine.replace(OWN_LINE, '    "two",\n' + OWN_LINE)
    assert tiny.read("conduit/features.py").decode() == wanted.replace("\n", ends)


def test_a_line_above_the_fixed_line_is_no_matter_to_next_and_asked_about_by_solve(tiny: Learner) -> None:
    tiny.changes("conduit/features.py", OWN_LINE, '    "shop",\n' + OWN_LINE)
    assert_next(tiny)
    before = tiny.standing()

    with pytest.raises(ConflictError, match=r"conduit/features\.py"):
        tiny.solve()

    assert tiny.standing() == before


def test_a_renamed_file_takes_the_solution_in_under_its_new_name(tiny: Learner) -> None:
    tiny.comes_to("01-one")
    tiny.git("mv", "conduit/app.py", "conduit/pages.py")
    tiny.changes("conduit/__init__.py", "conduit.app", "conduit.pages")
    assert_next(tiny, step="02-two", expected={"tests/support.py": tiny_support(tiny)})

    tiny.solve()

    assert b"reference-only two" in tiny.read("conduit/pages.py")
    assert "conduit/app.py" not in tiny.tree()


def tiny_support(learner: Learner) -> Leaf:
    return learner.layer("02-two", solved=False)["tests/support.py"]


@pytest.mark.parametrize("autocrlf", ["false", "true", "input"])
def test_a_file_saved_with_crlf_keeps_its_line_ends(tiny: Learner, autocrlf: str) -> None:
    tiny.git("config", "core.autocrlf", autocrlf)
    for path in ("conduit/features.py", "conduit/app.py"):
        tiny.writes({path: tiny.read(path).replace(b"\n", b"\r\n")})
    tiny.changes("conduit/features.py", OWN_LINE[:-1] + "\r\n", OWN_LINE[:-1] + '\r\n    "shop",\r\n')
    assert_next(tiny)
    app = tiny.read("conduit/app.py")

    tiny.solve()

    features = tiny.read("conduit/features.py")
    assert b'"one",\r\n' in features and b'"shop",\r\n' in features
    assert features.count(b"\r\n") == features.count(b"\n")
    assert tiny.read("conduit/app.py") == app
    assert tiny.git("status", "--porcelain") == ""


def test_delivered_files_saved_with_crlf_are_not_called_edited(tiny: Learner) -> None:
    tiny.comes_to("01-one")
    tiny.writes({"tests/support.py": tiny.read("tests/support.py").replace(b"\n", b"\r\n")})

    advanced = tiny.next()

    assert advanced.written is not None and advanced.written.kept == ()
    assert tiny.tree()["tests/support.py"] == tiny_support(tiny)


def test_a_file_that_was_indented_anew_takes_the_solution_in(tiny: Learner) -> None:
    tiny.comes_to("02-two", solved=False)
    tiny.writes({"conduit/app.py": tiny.read("conduit/app.py").replace(b"    ", b"\t")})

    before = tiny.tree()

    tiny.solve()

    assert b"reference-only two" in tiny.read("conduit/app.py")
    assert tiny.kept("02-two-1") == {"conduit/app.py": before["conduit/app.py"]}


def test_a_function_moved_to_another_file_stays_there(tiny: Learner) -> None:
    tiny.comes_to("01-one")
    footer = '\n\ndef footer():\n    """Return the last line of a page."""\n    return "made by hand"\n'
    tiny.changes("conduit/app.py", footer, "")
    tiny.writes({"conduit/footer.py": footer.lstrip()})

    assert_next(tiny, step="02-two", expected={"tests/support.py": tiny_support(tiny)})
    tiny.solve()

    assert "footer" not in tiny.read("conduit/app.py").decode()
    assert tiny.read("conduit/footer.py").decode() == footer.lstrip()


def test_executable_files_stay_executable(tiny: Learner) -> None:
    tiny.writes({"deploy.sh": program("#!/bin/sh\n"), "conduit/one-off": program("")})
    tiny.comes_to("02-two", solved=False)

    assert tiny.tree()["tool.sh"].kind == "program"
    tiny.solve()

    assert tiny.tree()["manage.sh"] == program("#!/bin/sh\necho solution two\n")
    assert tiny.tree()["deploy.sh"] == program("#!/bin/sh\n")
    assert "100755" in tiny.git("ls-tree", "HEAD", "tool.sh")


def test_a_mode_that_the_learner_took_away_stays_away(tiny: Learner) -> None:
    tiny.comes_to("02-two", solved=False)
    (tiny.folder / "manage.sh").chmod(0o640)

    tiny.solve()

    assert tiny.tree()["manage.sh"] == Leaf(b"#!/bin/sh\necho solution two\n")
    assert (tiny.folder / "manage.sh").stat().st_mode & 0o777 == 0o640


# -- theirs is kept ---------------------------------------------------------------------------------------------------


def test_their_own_file_with_the_name_of_a_givens_file_stays(tiny: Learner) -> None:
    mine = "def one():\n    return 3 - 2\n"
    tiny.writes({"conduit/one.py": mine})

    advanced = tiny.next()

    assert advanced.carried is not None and advanced.carried.kept_yours == ("conduit/one.py",)
    assert tiny.read("conduit/one.py").decode() == mine
    assert "tests/test_01_one.py" in tiny.tree()


def test_a_file_that_git_ignores_stays_where_a_given_brings_one(tiny: Learner) -> None:
    tiny.writes({".git/info/exclude": "one.py\n", "conduit/one.py": "# ignored\n"})

    advanced = tiny.next()

    assert advanced.carried is not None and advanced.carried.kept_yours == ("conduit/one.py",)
    assert tiny.read("conduit/one.py") == b"# ignored\n"


def test_a_folder_where_a_given_brings_a_file_stays(tiny: Learner) -> None:
    tiny.writes({"conduit/one.py/notes.txt": "mine"})

    advanced = tiny.next()

    assert advanced.carried is not None and advanced.carried.kept_yours == ("conduit/one.py",)
    assert tiny.read("conduit/one.py/notes.txt") == b"mine"
    tiny.undo()
    assert tiny.read("conduit/one.py/notes.txt") == b"mine"


def test_a_folder_of_ignored_files_where_a_given_brings_a_file_stops_next(tiny: Learner) -> None:
    tiny.writes({"conduit/one.py/notes.txt": "mine", ".git/info/exclude": "notes.txt\n"})
    before = tiny.standing()

    with pytest.raises(ConflictError, match=r"conduit/one\.py/notes\.txt"):
        tiny.next()

    assert tiny.standing() == before


@pytest.mark.parametrize("ignored", [False, True])
def test_a_file_where_a_given_needs_a_folder(tiny: Learner, ignored: bool) -> None:
    """The lessons are path-owned: what stands in their way is kept aside, unless git ignores it."""
    tiny.writes({"lessons": "my notes on lessons"})
    if ignored:
        tiny.writes({".git/info/exclude": "lessons\n"})
        before = tiny.standing()
        with pytest.raises(ConflictError, match="lessons"):
            tiny.next()
        assert tiny.standing() == before
    else:
        tiny.next()
        assert tiny.read("lessons/01-one.md").startswith(b"# 01")
        assert tiny.kept("01-one-1") == {"lessons": Leaf(b"my notes on lessons")}
        tiny.undo()
        assert tiny.read("lessons") == b"my notes on lessons"


def test_an_edited_delivered_test_is_put_back_and_kept_aside(tiny: Learner) -> None:
    tiny.writes({"tests/test_00_base.py": "def test_greets():\n    pass\n", "tests/test_mine.py": "# mine\n"})

    advanced = tiny.next()

    assert advanced.written is not None
    assert advanced.written.kept == (("tests/test_00_base.py", ".starterkit/kept/01-one-1/tests/test_00_base.py"),)
    assert tiny.tree()["tests/test_00_base.py"] == tiny.layer("base", solved=True)["tests/test_00_base.py"]
    assert tiny.kept("01-one-1") == {"tests/test_00_base.py": Leaf(b"def test_greets():\n    pass\n")}
    assert tiny.read("tests/test_mine.py") == b"# mine\n"
    assert tiny.git("status", "--porcelain") == ""


def test_each_command_keeps_aside_under_a_number_of_its_own(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    for text in ("first", "second"):
        tiny.writes({"tests/support.py": text})
        tiny.solve("conduit/one.py")

    assert tiny.kept("01-one-1")["tests/support.py"].data == b"first"
    assert tiny.kept("01-one-2")["tests/support.py"].data == b"second"


def test_a_deleted_delivered_test_and_lesson_are_put_back(tiny: Learner) -> None:
    tiny.comes_to("01-one")
    tiny.writes({"tests/test_01_one.py": None, "lessons/01-one.md": None, "pytest.ini": None})

    advanced = tiny.next()

    assert advanced.carried is not None
    assert advanced.carried.restored == ("lessons/01-one.md", "pytest.ini", "tests/test_01_one.py")
    given = tiny.layer("02-two", solved=False)
    assert {path: tiny.tree()[path] for path in advanced.carried.restored} == {
        path: given[path] for path in advanced.carried.restored
    }


# -- conflicts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def in_conflict(tiny: Learner) -> Learner:
    """The learner changed the very line that the solution of step 02 changes, and deleted and rewrote other files."""
    tiny.comes_to("02-two", solved=False)
    tiny.changes("conduit/app.py", 'words = ["Hello"]', 'words = ["Howdy"]')
    tiny.changes("conduit/app.py", '"made by hand"', '"made by me"')
    tiny.writes({"manage.sh": None})
    tiny.changes("conduit/legacy.py", "Good day", "Good night")
    return tiny


CONFLICTS = ("conduit/app.py", "conduit/legacy.py", "manage.sh")


def test_solve_asks_and_changes_nothing(in_conflict: Learner) -> None:
    before = in_conflict.standing()

    with pytest.raises(ConflictError) as stopped:
        in_conflict.solve()

    assert all(path in stopped.value.message for path in CONFLICTS)
    assert in_conflict.standing() == before


def test_keep_mine(in_conflict: Learner) -> None:
    legacy = in_conflict.tree()["conduit/legacy.py"]

    in_conflict.solve(settle=Resolution.MINE)

    app = in_conflict.read("conduit/app.py").decode()
    assert '["Howdy"]\n' in app and '"made by me"' in app
    assert "manage.sh" not in in_conflict.tree()
    assert in_conflict.tree()["conduit/legacy.py"] == legacy
    assert "conduit/two.py" in in_conflict.tree()
    assert in_conflict.state().solved


def test_take_theirs(in_conflict: Learner) -> None:
    before = in_conflict.tree()

    solved = in_conflict.solve(settle=Resolution.THEIRS)

    app = in_conflict.read("conduit/app.py").decode()
    assert "reference-only two" in app and '"made by me"' in app  # hunk by hunk
    assert in_conflict.tree()["manage.sh"] == program("#!/bin/sh\necho solution two\n")
    assert "conduit/legacy.py" not in in_conflict.tree()
    assert in_conflict.kept("02-two-1") == {path: before[path] for path in ("conduit/app.py", "conduit/legacy.py")}
    assert solved.written is not None and len(solved.written.kept) == 2


def test_markers(in_conflict: Learner) -> None:
    legacy, commit = in_conflict.tree()["conduit/legacy.py"], in_conflict.git("rev-parse", "HEAD")

    solved = in_conflict.solve(settle=Resolution.MARKERS)

    app = in_conflict.read("conduit/app.py").decode()
    assert '<<<<<<< your code\n    words = ["Howdy"]\n=======\n' in app
    assert ">>>>>>> The solution of 02 · Two\n" in app and "|||||||" not in app
    assert in_conflict.tree()["conduit/legacy.py"] == legacy
    assert "manage.sh" in in_conflict.tree()
    assert solved.in_conflict == CONFLICTS
    assert not in_conflict.state().solved
    assert in_conflict.log(1) == ["Save 02 · Two"]
    assert in_conflict.git("rev-parse", "HEAD~1") == commit
    assert " M conduit/app.py" in in_conflict.git("status", "--porcelain")


def test_markers_in_a_crlf_file_end_in_crlf(in_conflict: Learner) -> None:
    in_conflict.writes({"conduit/app.py": in_conflict.read("conduit/app.py").replace(b"\n", b"\r\n")})

    in_conflict.solve(settle=Resolution.MARKERS)

    app = in_conflict.read("conduit/app.py")
    assert b"<<<<<<< your code\r\n" in app and app.count(b"\n") == app.count(b"\r\n")


@pytest.mark.parametrize("settle", list(Resolution))
def test_a_binary_file_that_both_changed(tiny: Learner, settle: Resolution) -> None:
    tiny.comes_to("03-three", solved=False)
    tiny.writes({"conduit/logo.bin": b"\0my own logo"})
    before = tiny.standing()
    with pytest.raises(ConflictError, match=r"logo\.bin"):
        tiny.solve()
    assert tiny.standing() == before

    tiny.solve(settle=settle)

    theirs = settle is Resolution.THEIRS
    assert tiny.read("conduit/logo.bin") == (b"\0\1\2logo of the solution\n" if theirs else b"\0my own logo")
    if theirs:
        assert tiny.kept("03-three-1") == {"conduit/logo.bin": Leaf(b"\0my own logo")}


@pytest.mark.parametrize("settle", list(Resolution))
def test_a_link_where_the_solution_changes_a_file(tiny: Learner, settle: Resolution, tmp_path: Path) -> None:
    tiny.comes_to("02-two", solved=False)
    (tmp_path / "elsewhere.py").write_text("mine, elsewhere\n")
    tiny.writes({"conduit/app.py": link("../../elsewhere.py")})
    before = tiny.standing()
    with pytest.raises(ConflictError) as stopped:
        tiny.solve()
    assert "conduit/app.py" in stopped.value.message and "~" not in stopped.value.message
    assert tiny.standing() == before

    tiny.solve(settle=settle)

    assert (tmp_path / "elsewhere.py").read_text() == "mine, elsewhere\n"
    assert not [path for path in tiny.everything() if "~" in path]
    solution = tiny.layer("02-two", solved=True)["conduit/app.py"]
    assert tiny.tree()["conduit/app.py"] == (solution if settle is Resolution.THEIRS else link("../../elsewhere.py"))


# -- solve, more certainly --------------------------------------------------------------------------------------------


def test_named_files_are_taken_whole_and_the_step_stays_open(in_conflict: Learner) -> None:
    before = in_conflict.tree()

    in_conflict.solve("conduit/app.py", "conduit/two.py")

    solution = in_conflict.layer("02-two", solved=True)
    expected = {**before, "conduit/app.py": solution["conduit/app.py"], "conduit/two.py": solution["conduit/two.py"]}
    assert_tree(in_conflict.tree(), expected)
    assert in_conflict.kept("02-two-1") == {"conduit/app.py": before["conduit/app.py"]}
    assert not in_conflict.state().solved
    assert in_conflict.log(1) == ["Take files of 02 · Two"]


def test_replace_makes_every_file_of_the_path_the_solutions(in_conflict: Learner) -> None:
    in_conflict.writes({"conduit/features.py": None})
    in_conflict.writes(
        {
            "conduit/two/__init__.py": "# hides two.py\n",
            "conduit/two/deep/notes.txt": "mine",
            "conduit/features.py/inner.py": "a folder at a file's name",
            "conduit/shop.py": "PRICE = 3\n",
            "tests/test_00_base.py": "# edited\n",
        }
    )
    before = in_conflict.tree()

    in_conflict.solve(replace_all=True)

    solution = in_conflict.layer("02-two", solved=True)
    own = {path: before[path] for path in (".copier-answers.yml", "conduit/shop.py")}
    assert_tree(without_state(in_conflict.tree()), {**solution, **own})
    replaced = ("conduit/app.py", "conduit/legacy.py", "conduit/two/__init__.py", "conduit/two/deep/notes.txt")
    replaced += ("conduit/features.py/inner.py", "tests/test_00_base.py")
    assert in_conflict.kept("02-two-1") == {path: before[path] for path in replaced}
    assert in_conflict.state().solved
    in_conflict.undo()
    assert_tree(in_conflict.tree(), before)


def test_replace_with_ignored_files_in_the_way_stops_before_anything_is_written(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    tiny.writes({"conduit/features.py": None, ".git/info/exclude": "*.secret\n"})
    tiny.writes({"conduit/features.py/my.secret": "keep me"})
    before = tiny.standing()

    with pytest.raises(ConflictError, match=r"conduit/features\.py"):
        tiny.solve(replace_all=True)

    assert tiny.standing() == before


def test_a_file_saved_already_as_the_solution_has_it_is_no_conflict(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    tiny.writes(dict(brought(tiny, "01-one", solved=True)))

    tiny.solve()

    assert tiny.state().solved and not (tiny.folder / ".starterkit").exists()


# -- odd files --------------------------------------------------------------------------------------------------------

ODD_NAMES = [
    "two\nlines.txt",
    "with \"quotes\" and 'more'.txt",
    os.fsdecode(b"not \xff\xfe utf-8.txt"),
    "-rf",
    "--force",
    ":(glob)**",
    ":!conduit",
    "*.py",
    "back\\slash.txt",
    "tab\there.txt",
    " spaces around ",
    "ends in a dot.",
    "größe-日本-👋.txt",
    "carriage\rreturn",
    "#comment",
    "~tilde",
    "files",
    "snapshot.json",
    "index",
]


def test_odd_names_are_saved_and_restored(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    names = [*ODD_NAMES, *(f"folder {name}/{name}" for name in ODD_NAMES)]
    tiny.writes({name: f"content of {name!r}" for name in names})
    tiny.git("add", ":(literal)-rf", ":(literal)two\nlines.txt")
    tiny.writes({"-rf": "staged, then changed"})
    before, standing = tiny.tree(), tiny.standing()

    tiny.solve()

    solution = brought(tiny, "01-one", solved=True)
    assert_tree(without_state(tiny.tree()), {**without_state(before), **solution})
    assert set(names) <= set(tiny.git("ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0"))
    tiny.undo()
    assert tiny.standing() == standing


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_can_be_kept_aside_and_hide_behind_a_file(tiny: Learner, name: str) -> None:
    tiny.comes_to("01-one", solved=False)
    tiny.writes({"conduit/features.py": None})
    tiny.writes({f"conduit/features.py/{name}": "mine"})

    tiny.solve(replace_all=True)

    assert tiny.kept("01-one-1") == {f"conduit/features.py/{name}": Leaf(b"mine")}


@pytest.mark.parametrize("content", [b"", b"no end of line", b"\r\n", b"\n\n\n", b"\xff\xfe\0\0", b"mixed\r\nends\n"])
def test_content_stays_byte_for_byte(tiny: Learner, content: bytes) -> None:
    tiny.writes({"conduit/app.py": content, "mine.txt": content, "tests/support.py": content})
    tiny.next()

    assert tiny.read("conduit/app.py") == tiny.read("mine.txt") == content
    assert tiny.kept("01-one-1")["tests/support.py"].data == content
    tiny.undo()
    assert tiny.read("tests/support.py") == content


def test_a_file_without_a_last_line_end_merges(tiny: Learner) -> None:
    tiny.comes_to("03-three", solved=False)
    tiny.writes({"conduit/app.py": tiny.read("conduit/app.py").replace(b"Return a greeting", b"Say hello")})
    tiny.writes({"conduit/features.py": tiny.read("conduit/features.py").rstrip(b"\n")})

    tiny.solve()

    assert b'"three"' in tiny.read("conduit/features.py") and not tiny.read("conduit/features.py").endswith(b"\n")
    assert b"Say hello" in tiny.read("conduit/app.py") and b"three hands" in tiny.read("conduit/app.py")


def test_nothing_is_written_through_a_link_out_of_the_project(tiny: Learner, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tiny.writes({"lessons": link("../outside")})
    before = tiny.standing()

    advanced = tiny.next()

    assert list(outside.iterdir()) == []
    assert advanced.written is not None
    assert tiny.kept("01-one-1") == {"lessons": link("../outside")}
    tiny.undo()
    assert tiny.standing() == before


def test_an_ignored_link_out_of_the_project_stops_what_would_be_written_through_it(
    tiny: Learner, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tiny.writes({"lessons": link("../outside"), ".git/info/exclude": "lessons\n"})
    before = tiny.standing()

    with pytest.raises(ConflictError, match="lessons"):
        tiny.next()

    assert list(outside.iterdir()) == [] and tiny.standing() == before


def test_a_tracked_folder_that_became_a_link_is_saved_as_a_link(tiny: Learner, tmp_path: Path) -> None:
    (tiny.folder / "conduit").rename(tmp_path / "conduit")
    tiny.writes({"conduit": link("../conduit")})
    outside, before = read_tree(tmp_path / "conduit"), tiny.standing()

    advanced = tiny.next()

    assert advanced.carried is not None and advanced.carried.kept_yours == ("conduit/one.py",)
    assert "120000" in tiny.git("ls-tree", "HEAD", "conduit")
    tiny.undo()
    assert tiny.standing() == before
    assert read_tree(tmp_path / "conduit") == outside


def test_links_are_saved_as_links(tiny: Learner) -> None:
    tiny.writes({"dangling": link("nowhere"), "absolute": link("/etc/passwd"), "loop": link("loop")})

    assert_next(tiny)

    assert "120000" in tiny.git("ls-tree", "HEAD", "absolute")


# -- what needs a question --------------------------------------------------------------------------------------------


@pytest.fixture
def with_large_file(tiny: Learner) -> Learner:
    with (tiny.folder / "film.mp4").open("wb") as stream:
        stream.truncate(10_000_001)
    return tiny


@pytest.fixture
def with_nested_repository(tiny: Learner) -> Learner:
    nested = tiny.folder / "library"
    nested.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=nested, check=True)
    (nested / "code.py").write_text("mine\n")
    return tiny


def test_a_large_file_is_asked_about(with_large_file: Learner) -> None:
    learner = with_large_file
    before = learner.standing()

    with pytest.raises(ConflictError, match=r"film\.mp4") as stopped:
        learner.next()

    assert "--save-large" in stopped.value.fix and learner.standing() == before


@pytest.mark.parametrize("choice", ["save_large", "leave_out"])
def test_a_large_file_is_saved_or_left_as_chosen(with_large_file: Learner, choice: str) -> None:
    learner = with_large_file
    before = learner.standing()

    learner.next(**{choice: True})

    assert (learner.folder / "film.mp4").stat().st_size == 10_000_001
    assert ("film.mp4" in learner.git("ls-files")) is (choice == "save_large")
    learner.undo()
    assert learner.standing() == before


def test_a_nested_repository_is_asked_about_and_left_whole(with_nested_repository: Learner) -> None:
    learner = with_nested_repository
    before = learner.standing()
    with pytest.raises(ConflictError, match="library"):
        learner.next()
    assert learner.standing() == before

    learner.next(leave_out=True)

    assert (learner.folder / "library/.git/HEAD").exists() and learner.read("library/code.py") == b"mine\n"
    assert "library" not in learner.git("ls-files")
    learner.undo()
    assert learner.standing() == before


def test_a_nested_repository_with_a_commit_is_asked_about(with_nested_repository: Learner) -> None:
    nested = Learner(with_nested_repository.folder / "library")
    nested.commits()

    with pytest.raises(ConflictError, match="library"):
        with_nested_repository.next()


def test_files_in_conflict_are_named(tiny: Learner) -> None:
    tiny.git("switch", "-q", "-c", "other")
    tiny.changes("conduit/app.py", "Hello", "Hi")
    tiny.git("stash", "-q")
    tiny.changes("conduit/app.py", "Hello", "Hey")
    tiny.commits()
    tiny.git("stash", "pop", code=1)
    before = tiny.standing()

    with pytest.raises(ConflictError, match=r"conduit/app\.py"):
        tiny.next()

    assert tiny.standing() == before


# -- the index --------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_submodule(tiny: Learner, tmp_path: Path) -> Learner:
    library = Learner(tmp_path / "library")
    library.folder.mkdir()
    library.git("init", "-q")
    library.writes({"code.py": "theirs\n"})
    library.commits()
    tiny.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library.folder), "library")
    tiny.commits("Add a library")
    return tiny


def test_a_submodule_stays_as_it_is(with_submodule: Learner) -> None:
    learner = with_submodule
    gitlink = learner.git("ls-files", "-s", "library")

    learner.next()

    assert learner.git("ls-files", "-s", "library") == gitlink != ""
    assert learner.read("library/code.py") == b"theirs\n"
    assert learner.git("status", "--porcelain") == ""


def test_a_submodule_that_was_not_fetched_stays_in_the_project(with_submodule: Learner) -> None:
    learner = with_submodule
    learner.git("submodule", "deinit", "-q", "library")
    gitlink = learner.git("ls-files", "-s", "library")

    learner.next()

    assert learner.git("ls-files", "-s", "library") == gitlink != ""
    assert learner.git("status", "--porcelain") == ""


def test_files_left_out_by_a_sparse_checkout_stay_in_the_project(tiny: Learner) -> None:
    tiny.writes({"docs/manual.txt": "long"})
    tiny.commits()
    tiny.git("sparse-checkout", "set", "--no-cone", "/*", "!/docs/")
    assert not (tiny.folder / "docs").exists()

    tiny.next()

    assert tiny.committed("docs/manual.txt") == b"long"
    assert tiny.git("status", "--porcelain") == ""


def test_a_file_that_git_was_told_not_to_look_at_is_still_merged_by_its_bytes(tiny: Learner) -> None:
    """It stays out of the commits: people hide what must not get into one."""
    tiny.comes_to("02-two", solved=False)
    tiny.git("update-index", "--assume-unchanged", "conduit/app.py")
    tiny.changes("conduit/app.py", "made by hand", "made by me")
    before = tiny.standing()

    tiny.solve()

    assert b"made by me" in tiny.read("conduit/app.py") and b"reference-only two" in tiny.read("conduit/app.py")
    tiny.undo()
    assert tiny.standing() == before


def test_what_is_staged_and_what_lies_there_both_come_back(tiny: Learner) -> None:
    tiny.changes("conduit/app.py", "Hello", "Staged")
    tiny.writes({"new.txt": "staged", "gone.txt": "staged", "later.txt": "not staged at all"})
    tiny.git("add", "conduit/app.py", "new.txt", "gone.txt")
    tiny.git("add", "--intent-to-add", "later.txt")
    tiny.git("rm", "-q", "--cached", "conduit/legacy.py")
    tiny.changes("conduit/app.py", "Staged", "Unstaged")
    tiny.writes({"new.txt": "changed", "gone.txt": None})
    before = tiny.standing()

    tiny.next()
    assert tiny.git("status", "--porcelain") == ""
    tiny.git("reflog", "expire", "--expire=now", "--all")
    tiny.git("gc", "-q", "--prune=now")
    tiny.undo()

    assert tiny.standing() == before
    assert tiny.git("show", ":gone.txt") == tiny.git("show", ":new.txt") == "staged"
    assert "Staged" in tiny.git("show", ":conduit/app.py")
    tiny.git("commit", "-q", "-m", "what was staged")


def test_an_edit_that_git_could_only_see_by_looking_twice_is_saved(tiny: Learner) -> None:
    """Same size, same time stamp as the index: git compares the bytes then, and so must we."""
    tiny.git("config", "core.trustctime", "false")
    file, index = tiny.folder / "racy.txt", tiny.folder / ".git/index"
    stamp = 1_700_000_000 * 10**9
    file.write_text("aaaa")
    os.utime(file, ns=(stamp, stamp))
    tiny.git("add", "racy.txt")
    file.write_text("bbbb")
    os.utime(file, ns=(stamp, stamp))
    os.utime(index, ns=(stamp, stamp))

    tiny.next()

    assert tiny.committed("racy.txt") == b"bbbb"


def test_the_file_mode_that_git_does_not_trust_is_not_taken_for_a_change(tiny: Learner) -> None:
    """On file systems without an executable bit all files have it; git knows that from core.fileMode."""
    tiny.git("config", "core.fileMode", "false")
    for path in tiny.tree():
        (tiny.folder / path).chmod(0o777)

    advanced = tiny.next()
    assert advanced.written is not None and advanced.written.kept == ()
    tiny.solve()

    assert "100644" in tiny.git("ls-files", "-s", "conduit/features.py")
    assert "100755" in tiny.git("ls-files", "-s", "manage.sh")


def test_names_that_differ_in_case_alone_are_two_files(tiny: Learner) -> None:
    """core.ignoreCase makes git fold names; two such names must never become one."""
    tiny.writes({"conduit/ONE.py": "mine\n"})
    tiny.git("config", "core.ignoreCase", "true")

    tiny.next()

    assert tiny.read("conduit/ONE.py") == b"mine\n"
    assert {"conduit/ONE.py", "conduit/one.py"} <= set(tiny.tree())


# -- files that cannot be read or written -----------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_stops_next(tiny: Learner) -> None:
    with as_nobody(tiny.folder) as learner:
        before = learner.standing()
        secret = learner.folder / "conduit/app.py"
        secret.chmod(0)

        with pytest.raises(ConflictError, match=r"conduit/app\.py"):
            learner.next()

        secret.chmod(0o644)
        assert learner.standing() == before


@pytest.mark.parametrize("folder", ["tests", "."])
def test_a_folder_that_cannot_be_written_to_stops_next_before_anything_is_written(tiny: Learner, folder: str) -> None:
    with as_nobody(tiny.folder) as learner:
        before = learner.standing()
        (learner.folder / folder).chmod(0o555)

        with pytest.raises(ConflictError, match="no permission to write"):
            learner.next()

        (learner.folder / folder).chmod(0o755)
        assert learner.standing() == before


@pytest.mark.parametrize("folder", [".git", ".git/objects", ".git/refs/heads", ".git/info"])
def test_a_repository_that_cannot_be_written_to_says_so(tiny: Learner, folder: str) -> None:
    with as_nobody(tiny.folder) as learner:
        learner.writes({"mine.txt": "mine"})
        before = learner.standing()
        closed = [path for path in (learner.folder / folder).rglob(".") if path.is_dir()]
        for path in closed:
            path.chmod(0o555)

        with pytest.raises(StarterkitError) as stopped:
            learner.next()

        assert stopped.value.code is ExitCode.ENVIRONMENT and "writ" in str(stopped.value)
        for path in closed:
            path.chmod(0o755)
        with open_project(learner.folder) as project:
            assert project.recovered is None or project.state.step == "01-one"
        assert learner.standing() == before or learner.state().step == "01-one"
