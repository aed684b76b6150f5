"""Grading: who is graded at what, what is run again, and what is written. The runs themselves are feigned here."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from starterkit.errors import EnvironmentProblem, StarterkitError, UsageError
from starterkit.git import objects
from starterkit.git.objects import FILE, File
from starterkit.process import start
from starterkit.runtime.causes import NoNetworkError
from starterkit.textfile import parse_python
from starterkit.workshop import status
from starterkit.workshop.events import read
from starterkit.workshop.grading import reference_tests
from starterkit.workshop.grading.batch import GradingRequest
from starterkit.workshop.grading.environments import Assignment, EnvironmentCache, GradingPackages
from starterkit.workshop.grading.export import as_csv, as_json, grade_as_json, known_grades, page, write_grades
from starterkit.workshop.grading.grader import LocalRunner
from starterkit.workshop.grading.model import Grade, TestGrade, Verdict, grade_of
from starterkit.workshop.grading.reference_tests import Layers, ReferenceTests
from starterkit.workshop.model import Member, Person
from starterkit.workshop.sandbox import select
from starterkit.workshop.sandbox.model import RunResult, SandboxJob
from starterkit.workshop.sandbox.select import MECHANISMS, sandbox
from starterkit.workshop.store import workshop_bytes
from starterkit.workshop.submissions import FILLED_IN
from tests.support.commands import starterkit
from tests.support.gradings import ADA, TESTS, WHEN, Feigned, OneShelf, Room, needs_a_sandbox

pytestmark = pytest.mark.slow

GRACE, BO = Person("grace", "Grace"), Person("bo", '=Bo "<b>" \u202e')


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "room", people=(ADA, GRACE, BO))


def test_everybody_is_graded_and_once(room: Room) -> None:
    room.submit()
    room.submit(person=GRACE)
    place = Feigned(red=("test_words_are_counted",))

    ada, bo, grace = room.grades(sandbox=place)

    assert [ada.verdict, bo.verdict, grace.verdict] == [Verdict.RED, Verdict.NOTHING, Verdict.RED]
    assert ada.first_red is not None
    assert ada.first_red.message == "no"
    assert (ada.passed, len(ada.results), ada.kept) == (3, 4, False)
    again = room.grades(sandbox=place)
    assert [one.kept for one in again] == [True, True, True]
    assert len(place.jobs) == 2
    assert [len(read(room.workshop, person)) for person in room.people] == [1, 1, 1]


def test_who_was_graded_stands_in_the_status_though_nothing_was_collected(room: Room) -> None:
    room.submit()
    room.submit(person=GRACE, step="base")
    room.grades(GradingRequest(room.people, step="01-words", jobs=1), sandbox=Feigned())

    ada, grace, bo = status.workshop_status(room.workshop, WHEN + timedelta(minutes=5)).people

    assert (ada.state, ada.known.step, ada.active, ada.known.branch) == ("green", "01-words", WHEN, "main")
    assert (grace.state, grace.known.step, grace.known.graded_step) == ("not graded", "base", "")
    assert (bo.state, bo.active) == ("not begun", None)


def test_a_new_commit_is_graded_and_no_other(room: Room) -> None:
    room.submit()
    room.submit(person=GRACE)
    place = Feigned()
    room.grades(sandbox=place)
    room.submit({"conduit/more.py": "x = 1\n"})

    ada, _, grace = room.grades(sandbox=place)

    assert (ada.kept, grace.kept) == (False, True)
    assert len(read(room.workshop, ADA)) == 2


def test_a_corrected_test_is_run_again_where_it_counts(room: Room, tmp_path: Path) -> None:
    room.submit()
    room.submit(person=GRACE, step="base")
    place = Feigned()
    room.grades(sandbox=place)
    source = tmp_path / "corrected"
    shutil.copytree(room.source, source)
    test = source / "steps/01-words/given/tests/test_01_words.py"
    test.write_text(test.read_text().replace("three", "3"))
    other = Room(tmp_path / "other", source=source, people=room.people)
    room.workshop = replace(room.workshop, path=other.workshop.path, texts=other.workshop.texts)
    (room.folder / "repos/.path.git").rename(tmp_path / "old.git")
    (other.folder / "repos/.path.git").rename(room.folder / "repos/.path.git")

    ada, _, grace = room.grades(sandbox=place)

    assert (ada.kept, grace.kept) == (False, True)


def test_an_interrupted_grading_goes_on_where_it_was(room: Room) -> None:
    room.submit()
    room.submit(person=GRACE)
    room.grades(GradingRequest([ADA], jobs=1), sandbox=Feigned())
    with pytest.raises(KeyboardInterrupt):
        room.grades(sandbox=Feigned(killed=True))
    place = Feigned()

    ada, _, grace = room.grades(sandbox=place)

    assert (ada.kept, grace.kept, len(place.jobs)) == (True, False, 1)


def test_the_last_commit_before_the_time_counts(room: Room) -> None:
    first = room.submit({"conduit/one.py": "x = 1\n"}, when=WHEN)
    room.submit({"conduit/one.py": "x = 2\n"}, when=WHEN + timedelta(hours=2))
    place = Feigned()
    order = GradingRequest([ADA], due=WHEN + timedelta(hours=1))

    grade = room.grades(order, sandbox=place)[0]

    # The second commit has no parent, so the branch has but one: it is late, and graded as such.
    assert grade.commit != first
    assert grade.late
    early = room.grades(GradingRequest([ADA], due=WHEN + timedelta(hours=3)), sandbox=place)[0]
    assert not early.late


def test_the_path_has_the_last_word_on_its_files(room: Room) -> None:
    cheat = {
        "tests/test_01_words.py": "def test_words_are_counted(): pass\n",
        "tests/support.py": "",
        "tests/mine.py": "",
        "pytest.ini": "[pytest]\naddopts = -p evil\n",
        "lessons/01-words.md": "mine",
        "conduit/__pycache__/pages.cpython-311.pyc": b"x",
    }
    room.submit(cheat)
    place = Feigned()

    grade = room.grades(GradingRequest([ADA]), sandbox=place)[0]

    files, solved = place.files(), room.layers["solution 01-words"].files
    for name in ("tests/test_01_words.py", "tests/support.py", "pytest.ini", "tests/conftest.py"):
        assert files[name] == solved[name].data
    assert not {"tests/mine.py", "lessons/01-words.md", "conduit/__pycache__/pages.cpython-311.pyc"} & set(files)
    assert grade.notes == ()
    assert "test_01_words" not in json.dumps(dict(place.jobs[-1].variables))


def test_the_step_is_what_the_submission_says_or_what_is_asked(room: Room) -> None:
    room.submit(step="base")
    assert room.grades(GradingRequest([ADA]), sandbox=Feigned())[0].step == "base"
    asked = room.grades(GradingRequest([ADA], step="01-words"), sandbox=Feigned())[0]
    assert (asked.step, len(asked.results)) == ("01-words", 4)
    room.submit({".starterkit.yml": "format: 1\n"})
    damaged = room.grades(GradingRequest([ADA]), sandbox=Feigned())[0]
    assert damaged.step == "base"
    assert damaged.notes == ("its .starterkit.yml is damaged: graded at base, where everybody began",)


def test_what_is_not_reported_is_not_green(room: Room) -> None:
    room.submit()
    for lines in range(2, 11):
        grade = room.grades(GradingRequest([ADA], again=True), sandbox=Feigned(lines=lines))[0]
        assert grade.verdict is (Verdict.GREEN if lines == 11 else Verdict.RED), lines
    assert room.grades(GradingRequest([ADA], again=True), sandbox=Feigned())[0].verdict is Verdict.GREEN


def test_where_the_tests_cannot_be_started_nobody_is_graded(room: Room) -> None:
    room.submit()

    room.submit(person=GRACE)
    grading = room.grading(GradingRequest([ADA, GRACE]), sandbox=Feigned(lines=0))

    assert grading.run() == []

    assert sorted(grading.failed) == ["ada", "grace"]
    assert "can't start the tests in the sandbox" in grading.failed["ada"].message
    assert read(room.workshop, ADA) == []


def test_a_program_that_ends_before_the_tests_is_red_and_keeps_no_older_grade(room: Room) -> None:
    room.prove = True
    room.submit()
    assert room.grade(sandbox=Feigned()).verdict is Verdict.GREEN
    room.submit({"conduit/more.py": "x = 1\n"})

    grade = room.grade(sandbox=Feigned(ends_early=True))

    assert (grade.verdict, grade.why) == (Verdict.RED, "the run ended before the first test with exit code 0")
    assert [one.verdict for one in known_grades(room.workshop)][:1] == [Verdict.RED]


def test_packages_that_end_the_program_are_passed_over(room: Room) -> None:
    """A package may run code wherever Python starts, and so before anything is watched."""

    class Theirs(EnvironmentCache):
        def for_submission(self, pristine: ReferenceTests, theirs: File | None) -> Assignment:
            return Assignment(replace(self.of_the_path(pristine), fingerprint="theirs"), is_own=True)

        def _packages(self, pristine: ReferenceTests, pins: bytes) -> GradingPackages:
            return OneShelf(self.folder)._packages(pristine, pins)

    class Silent(Feigned):
        def run(self, job: SandboxJob) -> RunResult:
            return super().run(replace(job, on_report=lambda _: None) if not self.jobs else job)

    room.submit()
    grading = room.grading(sandbox=Silent())
    (grade,) = replace(grading, runner=LocalRunner(Theirs(room.folder), Silent())).run()[:1]

    assert grade.verdict is Verdict.GREEN
    assert "the program ended before the tests began" in grade.notes[0]


def test_what_is_written_can_be_shown_everywhere(room: Room) -> None:
    room.submit({"conduit/\u202e.py": "x"})
    room.submit(person=BO)
    grades = room.grades(sandbox=Feigned(red=("test_home_greets",)))

    write_grades(room.workshop, grades)

    results = room.folder / "results"
    told = json.loads((results / "grades.json").read_bytes())
    assert [one["verdict"] for one in told["grades"]] == ["red", "nothing", "red"]
    assert told["format"] == 1
    rows = list(csv.DictReader(io.StringIO((results / "grades.csv").read_text())))
    assert [row["verdict"] for row in rows] == ["red", "nothing", "red"]
    assert rows[2]["name"].startswith("'=Bo")
    assert not (results / "grades.xml").exists()
    page = (results / "pages" / "ada.html").read_text()
    bo = (results / "pages" / "bo.html").read_text()
    assert "The home page greets." in page
    assert "\u202e" not in page + bo
    assert "\\x202e" in page
    assert "<b>&quot;" not in bo and "&lt;b&gt;" in bo
    assert "http:" not in page and "https:" not in page
    assert "\x1b" not in page


def test_who_tampered_has_earned_nothing() -> None:
    results = tuple(TestGrade(f"test_{step}", "", step, "passed") for step in ("base", "01-words"))
    honest = Grade(ADA, "", Verdict.GREEN, step="01-words", results=results)
    tampered = replace(honest, verdict=Verdict.TAMPERED, why="a canary passed")

    assert [(one["done"], one["green"]) for one in map(grade_as_json, (honest, tampered))] == [
        (["01-words"], 2),
        ([], 0),
    ]
    assert "tests pass" in page(honest) and "tests pass" not in page(tampered)
    assert grade_of(ADA, tampered.event()) == replace(tampered, kept=True)


@pytest.mark.parametrize("words", ["=1+1", "@x", "x;=1+1", 'x; "=1+1', "x;-1"])
def test_no_cell_of_the_table_is_computed(words: str) -> None:
    cells = as_csv([Grade(ADA, "", Verdict.RED, why=words)])

    assert re.search(r"""(^|[,;])["\s]*[=+@-]""", cells.partition("\n")[2]) is None


def test_each_member_of_a_team_has_a_line_for_the_grade_book() -> None:
    team = Person("eniac", "ENIAC", members=(Member("Jean", "jean", "jean@x.org"), Member("Kay", "kay")))
    grades = [Grade(one, "2026-11-23T10:00:00+00:00", Verdict.GREEN) for one in (team, ADA)]

    rows = list(csv.DictReader(io.StringIO(as_csv(grades))))

    about = [[row[name] for name in ("folder", "team", "name", "login", "email", "verdict")] for row in rows]
    assert about == [
        ["eniac", "ENIAC", "Jean", "jean", "jean@x.org", "green"],
        ["eniac", "ENIAC", "Kay", "kay", "", "green"],
        ["ada", "", "Ada", "", "", "green"],
    ]
    assert json.loads(as_json(grades))["grades"][0]["members"][1] == {"name": "Kay", "login": "kay", "email": ""}


def test_the_pages_of_others_stay_in_the_tables(room: Room) -> None:
    room.submit()
    room.submit(person=GRACE)
    write_grades(room.workshop, room.grades(sandbox=Feigned()))

    write_grades(room.workshop, room.grades(GradingRequest([GRACE], again=True), sandbox=Feigned(red=TESTS)))

    told = json.loads((room.folder / "results" / "grades.json").read_bytes())
    assert {one["folder"]: one["verdict"] for one in told["grades"]} == {
        "ada": "green",
        "grace": "red",
        "bo": "nothing",
    }


def test_nobody_is_graded_where_the_path_itself_is_red(room: Room) -> None:
    room.submit()
    room.submit(person=GRACE)
    room.prove = True
    grading = room.grading(GradingRequest([ADA]), sandbox=Feigned(red=("test_words_are_counted",)))

    assert grading.run() == []

    assert "the solution of the learning path fails here: red" in grading.failed["ada"].message
    place = Feigned()
    room.grades(sandbox=place)
    assert len(place.jobs) == 3
    room.grades(GradingRequest(room.people, again=True), sandbox=place)
    assert len(place.jobs) == 5


def test_shards_are_everybody_once(room: Room) -> None:
    parts = [GradingRequest(room.people, shard=(number, 2)).chosen for number in (1, 2)]

    assert sorted(one.folder for part in parts for one in part) == ["ada", "bo", "grace"]


def test_other_packages_are_told(room: Room) -> None:
    class Choosing(EnvironmentCache):
        def _packages(self, pristine: object, pins: bytes) -> object:  # type: ignore[override]
            return pins

    room.submit()
    pristine = Layers(room.workshop)["base"]
    shelf = Choosing(room.folder)

    lent = shelf.for_submission(pristine, File(FILE, b"-e .\n"))

    reason = "graded with the packages of the path, because the submission's packages can't be used: "
    reason += "requirements.txt:1 isn't a package with an exact version"
    assert lent.told.startswith(reason)
    assert not lent.could_differ
    assert shelf.for_submission(pristine, File(FILE, pristine.pins)).told == ""


@pytest.mark.parametrize(("failure", "times"), [(NoNetworkError("No network."), 2), (UsageError("No such."), 1)])
def test_packages_that_could_not_be_fetched_are_asked_for_again(
    room: Room, monkeypatch: pytest.MonkeyPatch, failure: StarterkitError, times: int
) -> None:
    asked: list[bytes] = []
    ours = OneShelf._packages

    def packages(shelf: OneShelf, pristine: ReferenceTests, pins: bytes) -> GradingPackages:
        if pins == pristine.pins:
            return ours(shelf, pristine, pins)
        asked.append(pins)
        raise failure

    monkeypatch.setattr(OneShelf, "_packages", packages)
    names = Layers(room.workshop)["base"].pins.split()
    theirs = b"".join(b"%s \\\n    --hash=sha256:%s\n" % (name, b"0" * 64) for name in names)
    room.submit({"requirements.txt": theirs})

    grades = [room.grade(sandbox=Feigned()) for _ in range(2)]

    assert [one.verdict for one in grades] == [Verdict.GREEN] * 2
    assert [one.kept for one in grades] == [False, times == 1]
    assert len(asked) == times


def test_without_a_sandbox_only_trusted_work_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select, "why_not", lambda name: f"no {name} on this machine.")

    with pytest.raises(EnvironmentProblem, match="No sandbox works") as refused:
        sandbox()
    assert all(f"{name}: no {name} on this machine." in refused.value.message for name in MECHANISMS)
    assert "--trust-submissions" in refused.value.fix
    trusted = sandbox(trusted=True).describe()
    assert "the network" in trusted.does_not_stop


@pytest.mark.skipif(sys.platform == "win32", reason="limits alone are for systems with processes in groups")
def test_trusted_work_runs_with_limits_alone(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    from starterkit.workshop.sandbox.select import LimitsAlone

    room.submit()

    grade = room.grades(GradingRequest([ADA]), sandbox=LimitsAlone())[0]  # type: ignore[arg-type]

    assert grade.verdict is Verdict.GREEN, grade


def test_the_line_that_ends_the_program_is_named_and_none_that_only_speaks_of_it(room: Room) -> None:
    files = {"conduit/a.py": "# as process.exit() does\n", "conduit/b.py": "import os\nos._exit(0)\n"}
    room.submit(files)

    grade = room.grade(sandbox=Feigned(lines=3))

    assert grade.first_red is not None
    assert grade.first_red.message.endswith("The cause may be conduit/b.py:2.")


def test_what_to_look_at_is_the_first_note_and_not_on_the_page(room: Room) -> None:
    room.submit({"conftest.py": ""}, message=f"Solve {room.template.step('01-words').label}")

    grade = room.grade(sandbox=Feigned(note="tests.support.expect was replaced while the tests ran"))

    assert grade.verdict is Verdict.GREEN
    assert grade.passed == len(grade.results)
    assert grade.notes[0] == "look at this: tests.support.expect was replaced while the tests ran"
    assert len(grade.notes) == 3
    assert "look at this: tests.support.expect" in as_csv([grade])
    assert grade.notes[0] in grade_as_json(grade)["notes"]
    assert "tests.support" not in page(grade) and "conftest.py" in page(grade)


def test_a_step_that_was_solved_with_the_reference_is_told(room: Room) -> None:
    message = f"Solve {room.template.step('01-words').label}"
    room.submit(message=message)
    (note,) = room.grade(sandbox=Feigned()).notes
    assert note == "solved with `starterkit solve`, according to the git history: 01-words"

    for other in (f"I did not {message}", f"{message}\n\n{FILLED_IN}"):
        room.submit(message=other)
        assert room.grade(sandbox=Feigned()).notes == ()


def test_git_is_started_once_for_each_person(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(objects, "start", lambda words, **more: asked.append(str(more)) or start(words, **more))
    for person in room.people:
        room.submit(person=person)

    room.grades(GradingRequest(room.people, jobs=1, due=WHEN + timedelta(days=1)), sandbox=Feigned())

    for person in room.people:
        assert sum(f"{person.folder}.git" in words for words in asked) == 1


def test_the_tests_of_a_step_are_read_once_for_all(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(reference_tests, "parse_python", lambda source: read.append(source) or parse_python(source))
    for person in room.people:
        room.submit(person=person)

    room.grades(sandbox=Feigned())

    assert len(room.people) > 1 and len(read) == len(set(read))


@needs_a_sandbox
def test_the_command_shows_a_table_and_ends_with_0(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    (room.folder / "workshop.yml").write_bytes(workshop_bytes(room.workshop))

    ran = starterkit("workshop", "grade", cwd=room.folder)

    assert ran.out.startswith("3 people: no commits yet.")
    assert "docs/workshop.md#" in " ".join(ran.out.split())
    answer = starterkit("workshop", "grade", "ada", "--json", cwd=room.folder).json
    assert answer["sandbox"]["name"] == sandbox().describe().name
    assert answer["grades"][0]["verdict"] == "nothing"
    assert answer["grades"][0]["kept"] is True
    assert (room.folder / "results/pages/bo.html").is_file()
    starterkit("workshop", "grade", "--step", "nowhere", cwd=room.folder, code=2)
    starterkit("workshop", "grade", "--shard", "3/2", cwd=room.folder, code=2)


@pytest.mark.skipif(sys.platform != "linux", reason="the advice names Linux packages")
def test_without_bubblewrap_and_containers_grade_names_what_to_install(room: Room, tmp_path: Path) -> None:
    (room.folder / "workshop.yml").write_bytes(workshop_bytes(room.workshop))
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("git", "sh", "tar", "prlimit", "setpriv"):
        (programs / name).symlink_to(str(shutil.which(name)))

    ran = starterkit("workshop", "grade", cwd=room.folder, code=4, env={"PATH": str(programs)})

    assert "No sandbox works on this machine." in ran.err
    assert "bubblewrap: bwrap is not installed." in ran.err
    assert "sudo apt install bubblewrap" in ran.err and "--trust-submissions" in ran.err
    trusted = starterkit("workshop", "grade", "--trust-submissions", cwd=room.folder, env={"PATH": str(programs)})
    assert "Sandbox: none, only limits" in trusted.out


class InPairs(Feigned):
    """A sandbox whose first two runs wait for each other."""

    def __init__(self) -> None:
        super().__init__()
        self.pair = threading.Barrier(2)

    def run(self, job: SandboxJob) -> RunResult:
        if len(self.jobs) < 2:
            self.jobs.append(job)
            self.pair.wait(timeout=10)
        return super().run(job)


def test_the_answers_to_two_steps_are_proven_side_by_side_and_each_once(room: Room) -> None:
    room.prove = True
    room.submit(step="base")
    room.submit(person=GRACE)
    place = InPairs()

    room.grades(GradingRequest(room.people, jobs=2), sandbox=place)

    assert not place.pair.broken
    assert len(place.jobs) == 6  # two answers and two submissions, and the first two are noted twice
    room.grades(GradingRequest(room.people, jobs=2, again=True), sandbox=place)
    assert len(place.jobs) == 8
