"""`compare`: the learner's changes in a step, next to the solution's, whatever happened to files and history."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from starterkit.errors import UsageError
from starterkit.progress import no_progress
from starterkit.project import new
from starterkit.project.compare import (
    Comparison,
    FileComparison,
    compare,
    has_review,
    hides_solution,
    step_to_compare,
)
from starterkit.project.project import open_project
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource
from starterkit.testing.results import CheckResult, Outcome, TestResult
from tests.support.learners import TEMPLATES, Learner

pytestmark = pytest.mark.slow


def compared(learner: Learner, step: str = "") -> Comparison:
    with open_project(learner.folder) as project:
        return compare(project, step_to_compare(project, step))


def files(learner: Learner, step: str = "") -> dict[str, FileComparison]:
    return {file.path: file for file in compared(learner, step).files}


def checked(learner: Learner, *, failing: str = "") -> CheckResult:
    """The result of a check in which one test fails, or none. The project remembers it."""
    with open_project(learner.folder) as project:
        results = tuple(
            TestResult(test, Outcome.FAILED if test.id == failing else Outcome.PASSED)
            for test in project.expected_tests()
        )
        result = CheckResult(results, 0.1, project.state.step)
        project.remember_check(project.read_work().id, result)
        return result


def lines(patch: str, mark: str) -> list[str]:
    """The added or removed lines of a diff, without git's header."""
    return [line[1:] for line in patch.splitlines() if line.startswith(mark) and not line.startswith(mark * 3)]


def test_the_current_step_has_unsaved_and_untracked_work_but_nothing_of_the_path(tiny: Learner) -> None:
    tiny.next()
    tiny.changes("conduit/features.py", '    "greeting",\n', '    "greeting",\n    "mine",\n')
    tiny.writes({"conduit/mine.py": b"MINE = 1\n", "tests/test_01_one.py": b"# mine\n"})

    found = files(tiny)

    assert lines(found["conduit/features.py"].yours, "+") == ['    "mine",']
    assert lines(found["conduit/features.py"].solution, "+") == ['    "one",']
    assert lines(found["conduit/mine.py"].yours, "+") == ["MINE = 1"]
    assert found["conduit/one.py"].yours == "" and found["conduit/one.py"].solution
    assert list(found) == ["conduit/features.py", "conduit/one.py", "conduit/mine.py"]


def test_comparing_changes_nothing(tiny: Learner) -> None:
    tiny.next()
    tiny.writes({"conduit/mine.py": b"MINE = 1\n"})
    before, objects = tiny.standing(), tiny.git("count-objects", "-v")

    compared(tiny)

    assert (tiny.standing(), tiny.git("count-objects", "-v")) == (before, objects)


def test_an_earlier_step_is_shown_as_it_was_at_its_end(tiny: Learner) -> None:
    tiny.next()
    tiny.writes({"conduit/mine.py": b"FIRST = 1\n"})
    tiny.next()
    tiny.writes({"conduit/mine.py": b"SECOND = 2\n"})

    first, second = compared(tiny, "1"), compared(tiny, "two")

    assert (first.step.name, second.step.name) == ("01-one", "02-two")
    assert first.is_exact and second.is_exact
    assert lines(files(tiny, "1")["conduit/mine.py"].yours, "+") == ["FIRST = 1"]
    assert lines(files(tiny, "2")["conduit/mine.py"].yours, "+") == ["SECOND = 2"]


def test_the_default_is_the_step_before_until_something_is_changed(tiny: Learner) -> None:
    tiny.next()
    assert compared(tiny).step.name == "01-one"
    tiny.writes({"conduit/mine.py": b"MINE = 1\n"})
    tiny.next()
    assert compared(tiny).step.name == "01-one"
    tiny.writes({"conduit/mine.py": b"MINE = 2\n"})
    assert compared(tiny).step.name == "02-two"


def test_a_solved_step_is_the_same_on_both_sides(tiny: Learner) -> None:
    tiny.next()
    tiny.solve()

    assert all(lines(file.yours, "+") == lines(file.solution, "+") for file in compared(tiny).files)


def test_a_renamed_file_is_compared_under_its_old_name(tiny: Learner) -> None:
    tiny.next()
    tiny.git("mv", "conduit/features.py", "conduit/abilities.py")

    found = files(tiny)["conduit/features.py"]

    assert found.new_path == "conduit/abilities.py"
    assert "rename to conduit/abilities.py" in found.yours and found.solution


def test_deleted_binary_linked_and_oddly_named_files(tiny: Learner) -> None:
    odd = 'conduit/"odd"\n\\é.py'
    tiny.next()
    tiny.writes({"conduit/legacy.py": None, "conduit/logo.bin": b"\0\1", odd: b"ODD = 1\n"})
    (tiny.folder / "manage.sh").unlink()
    (tiny.folder / "manage.sh").symlink_to("tool.sh")
    (tiny.folder / "conduit/app.py").chmod(0o755)

    found = files(tiny)

    assert "deleted file mode" in found["conduit/legacy.py"].yours
    assert "Binary files a/conduit/logo.bin and b/conduit/logo.bin differ" in found["conduit/logo.bin"].yours
    assert lines(found[odd].yours, "+") == ["ODD = 1"]
    assert lines(found["manage.sh"].yours, "+") == ["tool.sh"]
    assert found["manage.sh"].yours.count("diff --git ") == 2
    assert os.name == "nt" or "new mode 100755" in found["conduit/app.py"].yours


def test_other_line_endings_are_no_change(tiny: Learner) -> None:
    tiny.next()
    tiny.writes({".gitattributes": b"* -text\n"})
    for path in ("conduit/app.py", "conduit/features.py"):
        tiny.writes({path: tiny.read(path).replace(b"\n", b"\r\n")})
    tiny.changes("conduit/features.py", '"greeting",\r\n', '"greeting",\r\n    "mine",\r\n')

    found = files(tiny)

    assert "conduit/app.py" not in found
    assert lines(found["conduit/features.py"].yours, "+") == ['    "mine",']


def test_the_learners_settings_for_diffs_do_not_count(tiny: Learner) -> None:
    tiny.next()
    tiny.writes({"conduit/one.py": b"ONE = 1\n"})
    before = compared(tiny)
    for name, value in (("noprefix", "true"), ("external", "false"), ("context", "0"), ("mnemonicPrefix", "true")):
        tiny.git("config", f"diff.{name}", value)
    tiny.git("config", "color.ui", "always")

    assert compared(tiny) == before


def test_after_a_squash_only_the_files_of_the_solution_are_compared(tiny: Learner) -> None:
    root = tiny.head()
    tiny.next()
    tiny.writes({"conduit/mine.py": b"MINE = 1\n", "conduit/one.py": b"ONE = 1\n"})
    tiny.commits()
    tiny.git("reset", "-q", "--soft", root)
    tiny.commits("everything")

    comparison = compared(tiny)

    assert not comparison.is_exact
    assert [file.path for file in comparison.files] == ["conduit/features.py", "conduit/one.py"]
    assert lines(comparison.files[1].yours, "+") == ["ONE = 1"]


def test_a_project_that_starts_at_a_step_has_the_start_of_this_step(tmp_path: Path) -> None:
    template = TEMPLATES / "tiny"
    order = new.ProjectSpec(
        tmp_path / "site",
        template,
        read_template(FolderSource(template)),
        {},
        install=False,
        step="02-two",
        solved=False,
    )
    new.create(order, no_progress)
    learner = Learner(tmp_path / "site")
    learner.writes({"conduit/two.py": b"TWO = 2\n"})

    comparison = compared(learner)

    assert comparison.step.name == "02-two" and comparison.is_exact
    assert not compared(learner, "01").is_exact


def test_a_file_in_conflict_is_shown_as_it_is(tiny: Learner) -> None:
    tiny.next()
    tiny.git("switch", "-q", "-c", "other")
    tiny.writes({"conduit/one.py": b"OTHER = 1\n"})
    tiny.commits()
    tiny.git("switch", "-q", "main")
    tiny.writes({"conduit/one.py": b"MINE = 1\n"})
    tiny.commits()
    tiny.git("merge", "other", code=1)

    assert "=======" in lines(files(tiny)["conduit/one.py"].yours, "+")


def test_a_step_that_has_not_started_cannot_be_compared(tiny: Learner) -> None:
    with pytest.raises(UsageError, match="You haven't started a step yet"):
        compared(tiny)
    with pytest.raises(UsageError, match="You have not started 01 · One yet"):
        compared(tiny, "01")
    tiny.next()
    with pytest.raises(UsageError, match="You have not started 02 · Two yet"):
        compared(tiny, "02")


def test_review_notes_belong_to_a_file_or_to_the_step(tiny: Learner) -> None:
    tiny.comes_to("02")
    comparison = compared(tiny)
    two = next(file for file in comparison.files if file.path == "conduit/two.py")

    assert [note.text for note in comparison.notes_for(two)] == ["A name says more than a number."]
    assert [note.text.splitlines()[0] for note in comparison.general_notes] == ["Some people write `two` as a class."]


def test_the_solution_is_hidden_until_the_tests_of_the_step_pass_with_the_present_files(tiny: Learner) -> None:
    def hides(step: str) -> bool:
        with open_project(tiny.folder) as project:
            return hides_solution(project, step)

    tiny.next()
    assert hides("01-one")
    checked(tiny, failing="test_one")
    assert hides("01-one")
    checked(tiny)
    assert not hides("01-one")
    tiny.writes({"conduit/mine.py": b"MINE = 1\n"})
    assert hides("01-one")
    tiny.next()
    assert not hides("01-one") and hides("02-two")
    tiny.solve()
    assert not hides("02-two")


def test_a_review_is_offered_when_all_tests_of_the_step_pass(tiny: Learner) -> None:
    def offers(result: CheckResult) -> bool:
        with open_project(tiny.folder) as project:
            return has_review(project, result)

    assert not offers(checked(tiny))
    tiny.next()
    assert not offers(checked(tiny, failing="test_one"))
    assert not offers(CheckResult(checked(tiny).results[:1], 0.1, "01-one"))
    assert offers(checked(tiny))
