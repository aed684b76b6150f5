"""Each save is followed by verdicts, in order, and none of them is about files that have changed since."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from starterkit.project.project import open_project
from starterkit.project.watch import Done, Event, Running, Saved, Trouble, Verdict, Watch
from tests.support.learners import Learner, copied

E = TypeVar("E", bound=Event)
pytestmark = pytest.mark.slow
FILE = "conduit/features.py"
FIRST = "test_a_visitor_is_greeted_by_name"
GREETING = """
def hello(query):
    name = query.get("name", "guest")
    return ("404 Not Found", "") if len(name) > 20 else ("200 OK", f"Hello, {name}.")


def add_features(site):
    site.pages["/hello"] = hello
"""
NO_GREETING = GREETING.replace("Hello", "Bye")


class Seen:
    """The events of a watch, for waiting and looking back."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._new = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._new:
            self.events.append(event)
            self._new.notify_all()

    def until(self, kind: type[E], matches: Callable[[E], bool] = lambda event: True, *, after: int = 0) -> E:
        """Wait for an event of this kind, and return it."""

        def first() -> E | None:
            return next((e for e in self.events[after:] if isinstance(e, kind) and matches(e)), None)

        with self._new:
            assert self._new.wait_for(first, 90), self.events[after:]
            event = first()
            assert event is not None
            return event

    @property
    def count(self) -> int:
        return len(self.events)


@contextmanager
def watching(learner: Learner, *, poll: bool = False) -> Iterator[Seen]:
    """Watch a project, and wait until the first run is over."""
    seen = Seen()
    with open_project(learner.folder) as project, Watch(project, seen, poll=poll):
        seen.until(Done)
        yield seen


@pytest.fixture
def begun(generated: Callable[[str], Path], tmp_path: Path) -> Learner:
    """A learner in the first step of the sound path, whose tests fail."""
    learner = Learner(copied(generated("sound"), tmp_path / "site"))
    learner.next()
    return learner


def outcomes(done: Done) -> dict[str, str]:
    return {result.test.id: str(result.outcome) for result in done.result.results}


def test_the_first_failing_test_comes_first_and_then_the_step_and_the_rest(begun: Learner) -> None:
    begun.writes({FILE: GREETING.replace("len(name) > 20", "False")})
    with watching(begun) as seen:
        before = seen.count
        begun.writes({FILE: GREETING})
        seen.until(Done, after=before)
        events = seen.events[before:]
        (running,) = [event for event in events if isinstance(event, Running)]
        verdicts = [event for event in events if isinstance(event, Verdict)]
        order = [verdict.result.test.id for verdict in verdicts]
        assert order == [test.id for test in running.tests]
        assert order[0] == "test_an_endless_name_is_not_greeted"
        assert order[1:4] == [
            FIRST,
            "test_a_visitor_without_a_name_is_greeted_too",
            "test_a_name_may_have_twenty_letters",
        ]
        assert {verdict.result.test.step for verdict in verdicts[4:]} == {"base"}
        assert {event.tree for event in verdicts} == {running.tree}


@pytest.mark.parametrize("poll", [False, True])
def test_a_save_runs_the_tests_again(begun: Learner, poll: bool) -> None:
    with watching(begun, poll=poll) as seen:
        before, old = seen.count, seen.until(Done).tree
        begun.writes({FILE: GREETING})
        seen.until(Saved, lambda event: FILE in event.files, after=before)
        done = seen.until(Done, after=before)
        assert done.result.green
        assert done.tree != old


def test_editors_may_write_a_file_by_renaming_another_one(begun: Learner) -> None:
    with watching(begun) as seen:
        before = seen.count
        begun.writes({"conduit/features.py~": GREETING})
        (begun.folder / "conduit/features.py~").replace(begun.folder / FILE)
        seen.until(Saved, lambda event: FILE in event.files, after=before)
        assert seen.until(Done, after=before).result.green


def test_new_and_deleted_files_count_as_saved(begun: Learner) -> None:
    begun.writes({FILE: "from conduit.greeting import add_features\n"})
    with watching(begun) as seen:
        before = seen.count
        begun.writes({"conduit/greeting.py": GREETING})
        assert seen.until(Done, after=before).result.green
        before = seen.count
        (begun.folder / "conduit/greeting.py").unlink()
        assert not seen.until(Done, after=before).result.green


def test_files_that_git_ignores_start_no_run(begun: Learner) -> None:
    with watching(begun) as seen:
        before = seen.count
        begun.writes({".starterkit/notes": "nothing", "conduit/__pycache__/x.pyc": b"nothing"})
        begun.writes({FILE: GREETING})
        seen.until(Done, after=before)
        saved = [event.files for event in seen.events[before:] if isinstance(event, Saved)]
        assert saved == [(FILE,)]


def test_a_save_ends_the_run_in_progress(begun: Learner) -> None:
    begun.writes({FILE: GREETING})
    with watching(begun) as seen:
        before = seen.count
        begun.writes({FILE: f"import time\n\ntime.sleep(60)\n{GREETING}"})
        seen.until(Running, after=before)
        before, start = seen.count, time.monotonic()
        begun.writes({FILE: NO_GREETING})
        done = seen.until(Done, after=before)
        assert time.monotonic() - start < 50
        assert outcomes(done)[FIRST] == "failed"
        verdicts = [event.tree for event in seen.events[before:] if isinstance(event, Verdict)]
        assert set(verdicts) == {done.tree}


def test_a_file_that_is_saved_ten_times_in_a_second_gets_its_last_verdict(begun: Learner) -> None:
    with watching(begun) as seen:
        before = seen.count
        for number in range(10):
            begun.writes({FILE: GREETING if number == 9 else f"{NO_GREETING}# {number}\n"})
            time.sleep(0.1)
        seen.until(Done, lambda done: done.result.green, after=before)


def test_no_verdict_is_about_other_files_than_it_says(begun: Learner) -> None:
    chance, expected = random.Random(20), dict[str, bool]()
    with watching(begun) as seen, open_project(begun.folder) as project:
        for number in range(25):
            passes = chance.random() < 0.5
            begun.writes({FILE: f"{GREETING if passes else NO_GREETING}# {number}\n"})
            expected[project.read_work().id] = passes
            time.sleep(chance.random() * 0.6)
        last = project.read_work().id
        seen.until(Done, lambda done: done.tree == last)
    of_one = [e for e in seen.events if isinstance(e, Verdict) and e.result.test.id == FIRST and e.tree in expected]
    assert of_one
    assert all(verdict.result.is_red != expected[verdict.tree] for verdict in of_one)


def test_a_syntax_error_is_a_verdict_with_its_line(begun: Learner) -> None:
    with watching(begun) as seen:
        before = seen.count
        begun.writes({FILE: "def add_features(site):\n    return (1\n"})
        first = seen.until(Done, after=before).result.first_red
        assert first is not None
        assert str(first.place) == f"{FILE}:2"
        before = seen.count
        begun.writes({FILE: GREETING})
        assert seen.until(Done, after=before).result.green


def test_an_endless_loop_ends_the_run(begun: Learner) -> None:
    with watching(begun) as seen:
        before = seen.count
        begun.writes({FILE: f"while True:\n    pass\n{GREETING}"})
        done = seen.until(Done, after=before)
        assert "endless loop" in done.result.problem
        assert set(outcomes(done).values()) == {"did not run"}


def test_a_deleted_test_file_is_reported_and_so_is_a_deleted_test(begun: Learner) -> None:
    begun.writes({FILE: GREETING})
    with watching(begun) as seen:
        before = seen.count
        (begun.folder / "tests/test_01_greeting.py").unlink()
        first = seen.until(Done, after=before).result.first_red
        assert first is not None
        assert "tests/test_01_greeting.py is missing" in first.message
        before = seen.count
        begun.writes({"tests/test_01_greeting.py": "def test_other():\n    pass\n"})
        first = seen.until(Done, after=before).result.first_red
        assert first is not None
        assert "test_01_greeting.py" in first.message
        assert "missing" in first.message


def test_trouble_is_reported_until_it_is_over(begun: Learner) -> None:
    state = begun.read(".starterkit.yml")
    with watching(begun) as seen:
        before = seen.count
        begun.writes({".starterkit.yml": b"step: [\n"})
        assert ".starterkit.yml" in seen.until(Trouble, after=before).error.message
        before = seen.count
        begun.writes({".starterkit.yml": state})
        seen.until(Done, after=before)


def test_another_branch_brings_its_own_step(begun: Learner) -> None:
    begun.writes({FILE: GREETING})
    begun.commits()
    begun.git("checkout", "-q", "-b", "later")
    begun.next()
    with watching(begun) as seen:
        assert "test_words_are_counted" in outcomes(seen.until(Done))
        before = seen.count
        begun.git("checkout", "-q", "main")
        done = seen.until(Done, lambda done: done.result.step == "01-greeting", after=before)
        assert done.result.green
        assert "test_words_are_counted" not in outcomes(done)


def test_a_failing_result_is_remembered_and_a_passing_one_only_after_a_whole_check(begun: Learner) -> None:
    with watching(begun), open_project(begun.folder) as project:
        remembered = project.remembered_check()
        assert remembered is not None
        assert FIRST in remembered.red
    begun.writes({FILE: GREETING})
    with watching(begun), open_project(begun.folder) as project:
        assert project.remembered_check() is None


def test_two_watches_of_one_project_agree(begun: Learner) -> None:
    with watching(begun) as first, watching(begun) as second:
        counts = first.count, second.count
        begun.writes({FILE: GREETING})
        assert first.until(Done, after=counts[0]).result.green
        assert second.until(Done, after=counts[1]).result.green
