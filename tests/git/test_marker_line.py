"""The fixed line of shared files: what the path adds above it finds its place, whatever the learner wrote below."""

from __future__ import annotations

import pytest

from starterkit.git.marker_line import insert_at_marker

FIXED = "# Your own lines go below this one.\n"
BASE = f"def add(app):\n    use(articles)\n\n    {FIXED}"
ONE = f"def add(app):\n    use(articles)\n\n    use(comments)\n\n    {FIXED}"
TWO = f"def add(app):\n    use(articles)\n\n    use(comments)\n\n    use(tags)\n\n    {FIXED}"


def as_placed(before: str, after: str, mine: str) -> str | None:
    """What the learner's becomes."""
    found = insert_at_marker(before.encode(), after.encode(), mine.encode())
    return found[1].decode() if found else None


@pytest.mark.parametrize(
    "own",
    [
        "",
        "    use(remarks)\n",
        "\n    use(about)\n\n    use(remarks)\n\n    use(comments)\n",
    ],
    ids=["nothing", "a line", "many lines"],
)
def test_what_the_path_adds_goes_directly_above_the_line(own: str) -> None:
    assert as_placed(ONE, TWO, BASE + own) == BASE.replace(f"    {FIXED}", f"    use(tags)\n\n    {FIXED}") + own


def test_before_gets_the_same_lines_so_that_nothing_is_left_to_merge() -> None:
    assert insert_at_marker(ONE.encode(), TWO.encode(), BASE.encode()) == (TWO.encode(), BASE.replace(
        f"    {FIXED}", f"    use(tags)\n\n    {FIXED}"
    ).encode())  # fmt: skip


@pytest.mark.parametrize(
    "mine",
    [
        ONE.replace("    # Your", "    use(remarks)\n\n    # Your"),
        ONE.replace("use(comments)", "use(remarks)"),
        TWO,
        ONE.replace(f"    {FIXED}", ""),
        ONE.replace("    # Your", "  # Your"),
    ],
    ids=["a line above", "another line above", "the same line above", "no fixed line", "another indentation"],
)
def test_where_it_is_not_sure_it_is_left_to_git(mine: str) -> None:
    assert as_placed(ONE, TWO, mine) is None


def test_a_change_elsewhere_is_left_to_git() -> None:
    assert as_placed(ONE, ONE.replace("use(articles)", "use(articles, first=True)"), BASE) is None


def test_each_of_several_fixed_lines_gets_its_own() -> None:
    before = f"class A:\n    a = 1\n    {FIXED}\nclass B:\n    a = 1\n    b = 2\n    {FIXED}\nEND = 1\n"
    after = before.replace(f"b = 2\n    {FIXED}", f"b = 2\n    c = 3\n    {FIXED}").replace(
        f"class A:\n    a = 1\n    {FIXED}", f"class A:\n    a = 1\n    z = 9\n    {FIXED}"
    )
    mine = before.replace("    a = 1\n    b = 2\n", "    a = 1\n").replace("END = 1", "END = 2")

    assert as_placed(before, after, mine) == (
        f"class A:\n    a = 1\n    z = 9\n    {FIXED}\nclass B:\n    a = 1\n    c = 3\n    {FIXED}\nEND = 2\n"
    )
