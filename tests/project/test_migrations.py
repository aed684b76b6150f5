"""Migrations are the learner's history: what a solution brings follows the learner's own, whatever their names."""

from __future__ import annotations

import pytest

from starterkit.git.objects import FILE, Entry, blob_id
from starterkit.project.carry import take_all
from starterkit.project.migrations import in_folders_of_path, rebased_migrations
from starterkit.template.bundled import bundled_template
from starterkit.template.model import Template

FIRST = "articles/migrations/0001_initial.py"
TAGS = "articles/migrations/0002_article_tags.py"
AUTHOR = "articles/migrations/0003_article_author.py"
OF_TAGS = "tags/migrations/0001_initial.py"
NEW = b"dependencies = [\n    ('articles', '0002_article_tags'),\n    ('tags',  \"0001_initial\"),\n]\n"


@pytest.fixture(scope="module")
def template() -> Template:
    return bundled_template("django")[1]


class Files:
    """Trees written as literals, and the bytes behind them."""

    def __init__(self) -> None:
        self.bytes: dict[str, bytes] = {}

    def of(self, files: dict[str, bytes]) -> dict[str, Entry]:
        return {path: Entry(FILE, self.add(data)) for path, data in files.items()}

    def add(self, data: bytes) -> str:
        self.bytes[blob_id(data)] = data
        return blob_id(data)

    def adopted(self, template: Template, mine: dict[str, bytes]) -> dict[str, bytes] | None:
        before = {FIRST: b"1", TAGS: b"2", OF_TAGS: b"t"}
        trees = (self.of(before), self.of({**before, AUTHOR: NEW}), self.of(mine))
        found = rebased_migrations(template, trees, self.bytes.__getitem__, self.add)
        return None if found is None else {path: self.bytes[entry.id] for path, entry in found.items()}


def test_what_a_solution_brings_follows_the_learners_last(template: Template) -> None:
    theirs = {FIRST: b"1", "articles/migrations/0002_words.py": b"x", "articles/migrations/0003_more.py": b"y"}
    theirs["tags/migrations/0001_first.py"] = b"z"

    found = Files().adopted(template, theirs)

    assert found == {AUTHOR: b"dependencies = [\n    ('articles', '0003_more'),\n    ('tags',  \"0001_first\"),\n]\n"}


def test_what_has_the_paths_names_stays_as_it_is(template: Template) -> None:
    theirs = {FIRST: b"1", TAGS: b"written by a command, so other bytes", OF_TAGS: b"likewise"}

    assert Files().adopted(template, theirs) == {AUTHOR: NEW}


@pytest.mark.parametrize(
    "theirs",
    [{FIRST: b"1", TAGS: b"2", OF_TAGS: b"t", AUTHOR: b"their own"}, {FIRST: b"1", TAGS: b"2"}],
    ids=["a file of this name", "an app without history"],
)
def test_where_it_cannot_follow_there_is_nothing(template: Template, theirs: dict[str, bytes]) -> None:
    assert Files().adopted(template, theirs) is None


def test_the_migrations_of_a_learners_own_app_are_nobody_elses_business(template: Template) -> None:
    files = Files()
    path = files.of({FIRST: b"1", TAGS: b"2"})
    own = files.of({"search/migrations/0001_initial.py": b"s", "search/models.py": b"m"})
    strange = files.of({"articles/migrations/0002_words.py": b"x"})
    mine = {**files.of({FIRST: b"1"}), **own, **strange}

    assert set(in_folders_of_path(template, mine, path)) == {FIRST, *strange}
    replaced = take_all(files.of({FIRST: b"1"}), path, mine, template)
    assert replaced.tree == {**path, **own}
    assert set(replaced.backups) == set(strange)
