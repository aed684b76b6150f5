"""`workshop similar`: finds pairs of people whose own code is similar. Code that comes from the path isn't compared.

The package copydetect compares code by winnowing (Schleimer, Wilkerson and Aiken, 2003). It replaces names and texts,
removes comments, cuts the code into overlapping pieces, and keeps some of their hashes.
"""

from __future__ import annotations

import io
import logging
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from pathlib import PurePosixPath
from statistics import median
from typing import Any
from zlib import crc32

from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.git.bare import BareRepository
from starterkit.git.objects import LINK, SUBMODULE, Entry, ObjectReader
from starterkit.progress import Progress
from starterkit.project.learning_path import LearningPath
from starterkit.template.model import BASE, Template
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.submissions import files_of, latest_in

_SUFFIXES = frozenset((".py", ".js", ".mjs", ".cjs", ".ts", ".html", ".jinja", ".css", ".sql"))
_LARGEST_FILE, _LARGEST_PERSON = 300_000, 3_000_000
_PIECE = 25  # characters per piece (copydetect's default)
_WINDOW = 10  # keep one hash out of this many neighboring pieces
_FEWEST = 12  # fewer shared pieces can be a coincidence
_MOST_RANGES = 3


@dataclass(frozen=True)
class CodeRange:
    """Shared code in two files, and where it is.

    `pieces` counts the shared pieces. `lines` has the first and last line in each file.
    """

    files: tuple[str, str]
    lines: tuple[tuple[int, int], tuple[int, int]]
    pieces: int


@dataclass(frozen=True)
class SimilarPair:
    """Two people with similar code, and the places of this code.

    `share` (0 to 1) is the part of the code that both have, measured at the person with less code. `pieces` counts the
    shared pieces of code.
    """

    people: tuple[Person, Person]
    share: float
    pieces: int
    places: tuple[CodeRange, ...]


@dataclass(frozen=True)
class SimilarityResult:
    """The result of `workshop similar`: the pairs with similar code, most similar first.

    `people` counts the people who were compared. `usual` is the median share of all pairs. `passed` are the people who
    couldn't be compared, each with the reason.
    """

    pairs: tuple[SimilarPair, ...]
    people: int
    usual: float
    passed: tuple[tuple[Person, str], ...] = ()


@dataclass
class _OwnCode:
    """The code that a person added to the learning path.

    `files` has copydetect's fingerprints by file, and `pieces` has all hashes.
    """

    person: Person
    files: dict[str, Any] = field(default_factory=dict)
    pieces: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _PathCode:
    """The learning path's code: the blob ids of its files, and the hashes of all their pieces.

    `fingerprint` is copydetect's class for the hashes of a file.
    """

    fingerprint: Callable[..., Any]
    template: Template
    files: frozenset[str]
    pieces: array[int]


def compare(workshop: Workshop, people: Sequence[Person], at_least: float, say: Progress) -> SimilarityResult:
    """Compare all pairs of people. Return those whose share of common code is at least `at_least` (0 to 1).

    Raises `EnvironmentProblem` if copydetect isn't installed.
    """
    fingerprint = _load_copydetect()
    say("Reading the code of the learning path")
    of_path = _path_code(workshop, fingerprint)
    codes: list[_OwnCode] = []
    passed: list[tuple[Person, str]] = []
    for number, person in enumerate(people, 1):
        if number % 10 == 1:
            say(f"Reading everybody's code: {number} of {len(people)}")
        try:
            code = _own_code(workshop, person, of_path)
        except StarterkitError as error:
            passed.append((person, error.message))
            continue
        if code is not None and code.pieces:
            codes.append(code)
        else:
            passed.append((person, "no work yet" if code is None else "no own code yet"))
    say("Comparing")
    shares = [(left, right, _share(left, right)) for left, right in combinations(codes, 2)]
    pairs = [
        SimilarPair((left.person, right.person), share, len(left.pieces & right.pieces), _ranges(left, right))
        for left, right, share in shares
        if share >= at_least
    ]
    pairs.sort(key=lambda pair: (-pair.share, -pair.pieces, pair.people[0].folder, pair.people[1].folder))
    usual = median(share for _, _, share in shares) if shares else 0.0
    return SimilarityResult(tuple(pairs), len(codes), usual, tuple(passed))


def _load_copydetect() -> Callable[..., Any]:
    try:
        import copydetect  # noqa: PLC0415 - slow and optional, and only this command needs it
    except ImportError as error:
        raise EnvironmentProblem(
            "`starterkit workshop similar` needs the package `copydetect`, which isn't installed.",
            "Install the package in the same environment as starterkit: `pip install copydetect`.",
        ) from error
    # Hide copydetect's warning about files in unknown languages, because it compares them as plain text anyway.
    logging.getLogger().addFilter(lambda record: "not tokenize" not in record.getMessage())
    # Python's string hashes differ between processes. With them, two runs would select different pieces.
    vars(copydetect.utils)["hash"] = lambda piece: crc32(piece.encode("utf-8", "surrogatepass"))
    return partial(copydetect.CodeFingerprint, k=_PIECE)


def _path_code(workshop: Workshop, fingerprint: Callable[..., Any]) -> _PathCode:
    pieces: set[int] = set()
    with BareRepository(workshop.path_repository) as repository:
        path = LearningPath(repository, workshop.path, workshop.texts)
        layers = [path.layer(BASE, solved=True)]
        layers += [path.layer(step, solved=solved) for step in path.template.step_names for solved in (False, True)]
        files = {entry.id: name for layer in layers for name, entry in layer.items() if _is_code(name, entry)}
        for id, name in files.items():
            text = repository.reader.blob(id).decode("utf-8", "replace")
            pieces.update(map(int, fingerprint(name, win_size=1, fp=io.StringIO(text)).hashes))
        return _PathCode(fingerprint, path.template, frozenset(files), array("q", pieces))


def _own_code(workshop: Workshop, person: Person, of_path: _PathCode) -> _OwnCode | None:
    with BareRepository(workshop.repository(person)) as repository:
        submission = latest_in(repository, person)
        if submission is None:
            return None
        code = _OwnCode(person)
        for name, text in _code_files(repository.reader, files_of(repository, submission.commit), of_path.files):
            if of_path.template.owns(name):
                continue
            made = of_path.fingerprint(name, win_size=_WINDOW, boilerplate=of_path.pieces, fp=io.StringIO(text))
            if len(made.hashes):
                code.files[name] = made
                code.pieces.update(map(int, made.hashes))
    return code


def _code_files(reader: ObjectReader, tree: Mapping[str, Entry], without: frozenset[str]) -> Iterator[tuple[str, str]]:
    left = _LARGEST_PERSON
    for name, entry in tree.items():
        about = reader.about(entry.id) if entry.id not in without and _is_code(name, entry) else None
        if about is None or about[2] > min(_LARGEST_FILE, left):
            continue
        data = reader.blob(about[0])
        if b"\0" not in data:
            left -= len(data)
            yield name, data.decode("utf-8", "replace")


def _is_code(name: str, entry: Entry) -> bool:
    return entry.mode not in (LINK, SUBMODULE) and PurePosixPath(name).suffix.lower() in _SUFFIXES


def _share(left: _OwnCode, right: _OwnCode) -> float:
    common = len(left.pieces & right.pieces)
    return common / min(len(left.pieces), len(right.pieces)) if common >= _FEWEST else 0.0


def _ranges(left: _OwnCode, right: _OwnCode) -> tuple[CodeRange, ...]:
    ranges = []
    for left_name, left_file in left.files.items():
        for right_name, right_file in right.files.items():
            common = set(map(int, left_file.hashes)) & set(map(int, right_file.hashes))
            if common:
                lines = (_lines(left_file, common), _lines(right_file, common))
                ranges.append(CodeRange((left_name, right_name), lines, len(common)))
    return tuple(sorted(ranges, key=lambda shared: (-shared.pieces, shared.files))[:_MOST_RANGES])


def _lines(made: Any, pieces: set[int]) -> tuple[int, int]:
    starts = sorted(int(start) for piece in pieces for start in made.hash_idx.get(piece, ()))
    if not starts:
        return 1, 1
    places = [starts[0], starts[-1] + _PIECE]
    if len(made.offsets):  # each row has a position in the shortened code, and how many characters were removed before
        positions = [int(position) for position, _ in made.offsets]
        rows = (max(0, bisect_right(positions, position) - 1) for position in places)
        places = [position + int(made.offsets[row][1]) for position, row in zip(places, rows, strict=True)]
    first, last = (made.raw_code.count("\n", 0, max(0, position)) + 1 for position in places)
    return first, last
