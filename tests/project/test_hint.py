"""A hint is found for each failure: for the test that is named, the first one, or another one with the same cause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from starterkit.errors import UsageError
from starterkit.progress import no_progress
from starterkit.project.hint import HintShown, next_hint
from starterkit.project.project import open_project
from tests.support.learners import Learner, copied

pytestmark = pytest.mark.slow
HOME, BY_NAME = "test_the_home_page_shows_the_title", "test_a_visitor_is_greeted_by_name"
# The home page, which has no hint, fails like two new tests. The other new tests pass.
ONE_CAUSE = """
def fails(query):
    raise RuntimeError("no greeting")


def hello(query):
    name = query.get("name", "guest")
    if len(name) > 20:
        return "404 Not Found", ""
    return fails(query) if "name" in query else ("200 OK", "Hello, guest.")


def add_features(site):
    site.pages.update({"/": fails, "/hello": hello})
"""
NOTHING_ALIKE = """
def add_features(site):
    site.pages["/"] = lambda query: ("200 OK", "Another title")
"""


@pytest.fixture
def begun(generated: Callable[[str], Path], tmp_path: Path) -> Learner:
    """A learner in the first step of the sound path."""
    learner = Learner(copied(generated("sound"), tmp_path / "site"))
    learner.next()
    return learner


def hint(learner: Learner, name: str = "") -> HintShown:
    with open_project(learner.folder) as project:
        shown = next_hint(project, no_progress, name)
    assert shown is not None
    return shown


@pytest.mark.parametrize(("code", "is_same_cause"), [(ONE_CAUSE, True), (NOTHING_ALIKE, False)])
def test_a_test_without_hints_borrows_one(begun: Learner, code: str, is_same_cause: bool) -> None:
    begun.writes({"conduit/features.py": code})
    shown = hint(begun)
    assert shown.instead_of == "The first page shows what the site is called."
    assert shown.is_same_cause == is_same_cause
    assert shown.test != HOME
    assert (shown.number, shown.total > 0) == (1, True)


def test_a_test_can_be_named_by_its_id_or_its_sentence(begun: Learner) -> None:
    first = hint(begun, BY_NAME)
    assert (first.test, first.number, first.instead_of) == (BY_NAME, 1, "")
    assert hint(begun, first.sentence).number == 2


@pytest.mark.parametrize(("name", "says"), [("test_nothing", "have no test"), (HOME, "passes")])
def test_only_failing_tests_of_the_path_can_be_named(begun: Learner, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        hint(begun, name)
