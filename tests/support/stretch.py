"""A project whose steps have stretch tests, made of `tests/templates/correct/stretch-tests`, and solutions to them.

Step 01 has two core tests, three stretch tests (one of them is a guard), and a test for Windows. Step 02 has two core
tests and a stretch test.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.projects import write_tree
from tests.support.validating import Case

TWENTY, SPACES = "A name of twenty letters is greeted.", "Spaces around a name are removed."
BACKSLASH = "A name with a backslash is greeted."
TWENTY_ID, SPACES_ID = "test_a_name_may_have_twenty_letters", "test_spaces_around_a_name_are_removed"
BACKSLASH_ID = "test_a_backslash_is_greeted"
NAME = 'words.get("name", "guest")'
_FEATURES = """\
from typing import Any


def add_features(site: Any) -> None:
    from conduit import counting, greeting

    site.pages["/hello"] = greeting.hello
    site.pages["/count"] = counting.count
    # Your own lines go below this one.
"""
_GREETING = """\
def hello(words):
    name = {name}
    return "200 OK", f"Hello, {{name}}."
"""
_COUNTING = """\
def count(words):
    text = words.get("text", "")
    return "200 OK", str(len(text.split(" ")) if text else 0)
"""


def stretch_template(place: Path) -> Path:
    """Make the template in a new folder `sound` there, and return it."""
    return Case("stretch-tests", "correct").make(place)


def writes(project: Path, name: str = NAME) -> None:
    """Write a learner's solution of both steps. `name` is the expression of the greeted name.

    By default, it passes all core tests, the stretch test with twenty letters, and no other stretch test.
    """
    greeting = _GREETING.format(name=name)
    code = {"features": _FEATURES, "greeting": greeting, "counting": _COUNTING}
    write_tree(project, {f"conduit/{module}.py": text for module, text in code.items()})
