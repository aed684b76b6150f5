"""Migrations are the learner's history: what a solution brings follows the learner's own, whatever their names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from starterkit.git.objects import FILE, Entry, blob_id
from starterkit.project.carry import take_all
from starterkit.project.migrations import has_diverged, in_folders_of_path, rebased_migrations
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


def test_it_follows_a_migration_that_only_the_learner_has(template: Template) -> None:
    theirs = {FIRST: b"1", TAGS: b"2", OF_TAGS: b"t", "articles/migrations/0003_more.py": b"y"}

    found = Files().adopted(template, theirs)

    assert found == {AUTHOR: NEW.replace(b"0002_article_tags", b"0003_more")}


def rebased(
    template: Template, before: dict[str, str], new: dict[str, str], mine: dict[str, str]
) -> dict[str, str] | None:
    """What becomes of new migrations in the folder `versions`; all are names and texts."""
    files = Files()
    trees = [
        {f"versions/{name}": text.encode() for name, text in tree.items()} for tree in (before, before | new, mine)
    ]
    history = replace(template, own_history=("versions/*",))
    found = rebased_migrations(
        history, (files.of(trees[0]), files.of(trees[1]), files.of(trees[2])), files.bytes.__getitem__, files.add
    )
    if found is None:
        return None
    return {path.removeprefix("versions/"): files.bytes[entry.id].decode() for path, entry in found.items()}


@pytest.mark.parametrize(
    ("mine", "names"),
    [
        (["1_all.js"], ["2_tags.js", "3_users.js"]),
        (["001_first.js", "002_second.js"], ["003_tags.js", "004_users.js"]),
        (["20270101080000_all.js"], ["20270101080001_tags.js", "20270101080002_users.js"]),
        (["20250101080000_all.js"], ["20260102000000_tags.js", "20260103000000_users.js"]),
        (["999_all.js"], None),
        (["all.js"], None),
        ([], None),
    ],
    ids=str,
)
def test_files_that_run_by_name_come_after_the_learners_last(
    template: Template, mine: list[str], names: list[str] | None
) -> None:
    before = {"20260101000000_all.js": "up"}
    new = {"20260102000000_tags.js": "tags", "20260103000000_users.js": "users"}

    found = rebased(template, before, new, dict.fromkeys(mine, "mine"))

    assert found == (None if names is None else dict(zip(names, ["tags", "users"], strict=True)))


def revision(id: str, *follows: str) -> str:
    after = repr(follows) if len(follows) > 1 else repr(follows[0]) if follows else None
    docstring = f'"""A migration.\n\nRevision ID: {id}\nRevises: {", ".join(follows)}\n"""\n'
    return f'{docstring}revision: str = "{id}"\ndown_revision: str | None = {after}\n# not {follows}\n'


@pytest.mark.parametrize(
    ("mine", "head"),
    [
        ({"a.py": revision("mine")}, "mine"),
        ({"z.py": revision("x1"), "a.py": revision("x2", "x1")}, "x2"),
        (
            {
                "a.py": revision("x1"),
                "b.py": revision("x2", "x1"),
                "c.py": revision("x3", "x1"),
                "d.py": revision("x4", "x2", "x3"),
            },
            "x4",
        ),
        ({"a.py": revision("p1"), "b.py": revision("x2", "p1")}, "x2"),
        ({"a.py": revision("x1"), "b.py": revision("x2")}, None),
        ({"a.py": revision("p2", "p1"), "b.py": revision("p1")}, None),
        ({"a.py": "nothing"}, None),
    ],
    ids=["one", "in another order", "merged branches", "more than the path", "two heads", "the same id", "no revision"],
)
def test_a_revision_of_alembic_follows_the_learners_head(
    template: Template, mine: dict[str, str], head: str | None
) -> None:
    found = rebased(template, {"p1.py": revision("p1")}, {"p2.py": revision("p2", "p1")}, mine)

    expected = revision("p2", head).replace(f"# not {(head,)}", "# not ('p1',)") if head else ""
    assert found == ({"p2.py": expected} if head else None)


def test_a_first_migration_does_not_fit_where_the_learner_wrote_one(template: Template) -> None:
    files = Files()
    given, mine = files.of({"a.py": b"a"}), files.of({"a.py": b"a", "articles/migrations/0001_own.py": b"1"})
    solution = files.of({"a.py": b"b", FIRST: b"1"})

    assert has_diverged(template, given, solution, mine)
    assert rebased_migrations(template, (given, solution, mine), files.bytes.__getitem__, files.add) is None
    assert not has_diverged(template, given, solution, given)
    assert not has_diverged(template, given, solution, solution)
