"""The path's change of the dependency lists reaches the learner's declaration; all else there stays as it is."""

from __future__ import annotations

import string
import tomllib
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starterkit.errors import FileError, UsageError
from starterkit.merge_dependencies import merge_declaration

FILE = "pyproject.toml"


def text(words: str) -> bytes:
    return dedent(words).lstrip("\n").encode()


def listed(*dependencies: str, dev: tuple[str, ...] = ()) -> bytes:
    groups = f"\n[dependency-groups]\ndev = {list(dev)}\n" if dev else ""
    return f'[project]\nname = "x"\ndependencies = {list(dependencies)}\n{groups}'.encode()


def merge(base: bytes, theirs: bytes, ours: bytes) -> bytes:
    return merge_declaration("python", base, theirs, ours, FILE)


OURS = text(
    """
    # my site
    [project]
    name = "mine"   # keep
    dependencies = [
        "flask>=3.1",  # the framework
        "nh3>=0.3",
        # mine:
        "requests",
    ]

    [tool.ruff]
    line-length = 100
    """
)


def test_an_added_package_lands_beside_its_neighbour() -> None:
    merged = merge(listed("flask>=3.1", "nh3>=0.3"), listed("flask>=3.1", "flask-migrate>=4", "nh3>=0.3"), OURS)

    assert merged == OURS.replace(b'    "nh3>=0.3",', b'    "flask-migrate>=4",\n    "nh3>=0.3",')


def test_a_package_added_at_the_end_of_the_paths_list_stays_above_the_learners() -> None:
    merged = merge(listed("flask>=3.1", "nh3>=0.3"), listed("flask>=3.1", "nh3>=0.3", "pillow"), OURS)

    assert merged == OURS.replace(b'    "nh3>=0.3",\n', b'    "nh3>=0.3",\n    "pillow",\n')


def test_a_changed_package_changes_in_its_place() -> None:
    merged = merge(listed("flask>=3.1", "nh3>=0.3"), listed("flask>=3.2", "nh3>=0.3"), OURS)

    assert merged == OURS.replace(b"flask>=3.1", b"flask>=3.2")


def test_a_removed_package_goes_with_its_line() -> None:
    merged = merge(listed("flask>=3.1", "nh3>=0.3"), listed("nh3>=0.3"), OURS)

    assert merged == OURS.replace(b'    "flask>=3.1",  # the framework\n', b"")


def test_nothing_to_carry_gives_the_same_bytes() -> None:
    ours = b'\xef\xbb\xbf[project]\r\nname="x"\ndependencies = ["a" ]\r\n'

    assert merge(listed("flask"), listed("flask"), ours) is ours


def test_a_package_that_the_learner_has_already_stays_theirs_or_takes_the_paths_version() -> None:
    base, theirs = listed("flask"), listed("flask", "Requests >= 2")

    assert merge(base, theirs, listed("flask", "requests>=2")) == listed("flask", "requests>=2")
    assert merge(base, theirs, listed("flask", "requests>=1")) == listed("flask", "requests>=1").replace(
        b"requests>=1", b"Requests >= 2"
    )


def test_a_package_that_the_learner_changed_is_not_taken_away() -> None:
    assert merge(listed("a", "b>=1"), listed("a"), listed("a", "b>=2")) == listed("a", "b>=2")


def test_a_group_that_the_learner_lacks_is_made() -> None:
    merged = merge(listed("a"), listed("a", dev=("pytest>=9",)), listed("a", "mine"))

    assert tomllib.loads(merged.decode())["dependency-groups"] == {"dev": ["pytest>=9"]}
    assert merged.startswith(listed("a", "mine"))


def test_a_list_in_an_existing_table_is_made() -> None:
    ours = b'[project]\nname = "x"\n\n[dependency-groups]\nmine = ["x"]\n\n[tool.x]\ny = 1\n'

    merged = tomllib.loads(merge(listed(), listed("a", dev=("b",)), ours).decode())

    assert merged == {
        "project": {"name": "x", "dependencies": ["a"]},
        "dependency-groups": {"mine": ["x"], "dev": ["b"]},
        "tool": {"x": {"y": 1}},
    }


def test_windows_line_ends_stay() -> None:
    ours = OURS.replace(b"\n", b"\r\n")

    merged = merge(listed("flask>=3.1", "nh3>=0.3"), listed("flask>=3.1", "nh3>=0.3", "pillow", dev=("x",)), ours)

    assert merged.count(b"\n") == merged.count(b"\r\n")
    assert b'    "nh3>=0.3",\r\n    "pillow",\r\n' in merged


@pytest.mark.parametrize(
    ("ours", "wanted"),
    [
        ("dependencies = []", 'dependencies = ["new"]'),
        ('dependencies = ["a"]', 'dependencies = ["a", "new"]'),
        ('dependencies = ["a",]', 'dependencies = ["a", "new",]'),
        ("dependencies = ['a']", "dependencies = ['a', 'new']"),
        ('dependencies = [\n  "a"\n]', 'dependencies = [\n  "a",\n  "new"\n]'),
        ('dependencies = [\n  "a" # note\n]', 'dependencies = [\n  "a", # note\n  "new"\n]'),
        ('dependencies = [\n  "a", "b",\n]', 'dependencies = [\n  "a", "new", "b",\n]'),
        ('dependencies = ["a",\n  "b"]', 'dependencies = ["a",\n  "new",\n  "b"]'),
        ("dependencies = [\n]", 'dependencies = [\n    "new",\n]'),
        ("dependencies = [\n  # none yet\n]", 'dependencies = [\n  "new",\n  # none yet\n]'),
        ('dependencies = ["b[x]", \'a; python_version<"4"\']', None),
    ],
)
def test_a_package_fits_into_any_layout(ours: str, wanted: str | None) -> None:
    start = '# top ]\n[project]\nname = "x"\n'

    merged = merge(listed("a"), listed("a", "new"), f"{start}{ours}\n\n[tool]\n".encode()).decode()

    if wanted:
        assert merged == f"{start}{wanted}\n\n[tool]\n"
    assert "new" in tomllib.loads(merged)["project"]["dependencies"]


def test_a_declaration_that_is_not_valid_is_named_with_its_line() -> None:
    with pytest.raises(FileError, match=r"pyproject\.toml:3: the file is not valid TOML") as raised:
        merge(listed("a"), listed("b"), b'[project]\nname = "x"\ndependencies = [,]\n')

    assert raised.value.line == 3


def test_conflict_markers_are_named_with_their_line() -> None:
    with pytest.raises(FileError, match=r"pyproject\.toml:2: the file has conflict markers"):
        merge(listed("a"), listed("b"), b"[project]\n<<<<<<< mine\n")


@pytest.mark.parametrize(
    "ours", [b'[project]\ndependencies = "flask"\n', b"project = 3\n", b"dependency-groups = []\n"]
)
def test_a_list_that_is_none_is_named(ours: bytes) -> None:
    with pytest.raises(FileError, match="must be a"):
        merge(listed("a"), listed("b", dev=("c",)), ours)


def test_a_kind_without_a_merger_is_said() -> None:
    with pytest.raises(UsageError, match="cobol"):
        merge_declaration("cobol", b"", b"", b"", "x")


NAMES = st.sampled_from(string.ascii_lowercase[:8])
ENTRIES = st.builds(lambda name, rest: name + rest, NAMES, st.sampled_from(["", ">=1", "[x]>=2", '; os_name=="nt"']))
LISTS = st.lists(ENTRIES, max_size=6, unique_by=lambda entry: entry[0])
LAYOUTS = st.sampled_from(
    [
        ("[{}]", "{}, ", "{}"),
        ("[ {} ]", "{} , ", "{},"),
        ("[\n{}]", "    {},\n", "    {}\n"),
        ("[\n{}]", "\t{}, # ] note, 'quoted\"\n", "\t{}, # last ]\n"),
        ("[{}\n]", "{},\n  ", "{} # end"),
        ("[\n# first\n{}# last\n]", "  {}\n  ,\n", "  {},\n"),
    ]
)


def laid_out(entries: list[str], layout: tuple[str, str, str]) -> str:
    frame, each, last = layout
    literals = [f"'{entry}'" for entry in entries]
    body = "".join(each.format(literal) for literal in literals[:-1]) + "".join(
        last.format(literal) for literal in literals[-1:]
    )
    return frame.format(body)


@given(base=LISTS, theirs=LISTS, ours=LISTS, layout=LAYOUTS, dotted=st.booleans())
def test_every_package_is_carried_on_its_own(
    base: list[str], theirs: list[str], ours: list[str], layout: tuple[str, str, str], dotted: bool
) -> None:
    start, end = ("project.dependencies = " if dotted else "[project]\ndependencies = "), '\n\n[tool.x]\ny = "]"\n'
    document = f"{start}{laid_out(ours, layout)}{end}"

    merged = merge(listed(*base), listed(*theirs), document.encode()).decode()

    got = {entry[0]: entry for entry in tomllib.loads(merged)["project"]["dependencies"]}
    was, path, own = ({entry[0]: entry for entry in entries} for entries in (base, theirs, ours))
    for name in {*was, *path, *own}:
        if was.get(name) == path.get(name):
            assert got.get(name) == own.get(name)
        elif name in path:
            assert got[name] == path[name]
        else:
            assert got.get(name) == (None if own.get(name) == was[name] else own.get(name))
    assert merged.startswith(start)
    assert merged.endswith(end)
    for line in document.splitlines():
        if line.startswith("#"):
            assert line in merged
