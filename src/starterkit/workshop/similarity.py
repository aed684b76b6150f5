"""`workshop similar`: pairs of submissions that share more than the path explains, as help for a talk.

copydetect finds it, by winnowing (Schleimer, Wilkerson and Aiken, 2003): code without names, texts and comments is cut
into overlapping pieces, and some of their hashes are kept. What stands in the path, given or reference, does not count.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
from starterkit.template.model import Template
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.submissions import files_of, latest_in

SUFFIXES = frozenset((".py", ".js", ".mjs", ".cjs", ".ts", ".html", ".jinja", ".css", ".sql"))
LARGEST_FILE = 300_000
_LARGEST_PERSON = 3_000_000
_PIECE = 25  # signs in a piece: copydetect's own default
_WINDOW = 10  # of so many pieces in a row, one is kept
_FEWEST = 12  # shared pieces below this are an accident: some lines that anybody writes so


_Fingerprint = Callable[[str, str, int, Any], Any]


@dataclass(frozen=True)
class CodeRange:
    """Two files in which a pair shares most; `lines` of each, counted from 1."""

    files: tuple[str, str]
    lines: tuple[tuple[int, int], tuple[int, int]]
    pieces: int


@dataclass(frozen=True)
class SimilarPair:
    """Two people whose code is alike: the share of the smaller one's own code that the other has, too."""

    people: tuple[Person, Person]
    share: float
    pieces: int
    places: tuple[CodeRange, ...]


@dataclass(frozen=True)
class SimilarityResult:
    """The pairs above the threshold, the most alike first; `usual` is the median share over all pairs.

    `people` have code of their own. Who has none is not compared, and counts in no median.
    """

    pairs: tuple[SimilarPair, ...]
    people: int
    usual: float
    passed: tuple[tuple[Person, str], ...] = ()


@dataclass
class _Own:
    """What somebody wrote beyond the path: the fingerprints of their files."""

    person: Person
    files: dict[str, Any] = field(default_factory=dict)
    pieces: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Explained:
    """What the path explains: its files, and the pieces in them as the fingerprints of others take them."""

    template: Template
    files: frozenset[str]
    pieces: Any


def compare(workshop: Workshop, people: Sequence[Person], at_least: float, say: Progress) -> SimilarityResult:
    """Compare everybody's latest work, pair by pair; shares of `at_least` (0 to 1) and more are returned.

    Raises `EnvironmentProblem` where copydetect is not installed.
    """
    fingerprint = _fingerprints()
    say("Reading what the path explains")
    explained = _of_the_path(workshop, fingerprint)
    found: list[_Own] = []
    passed: list[tuple[Person, str]] = []
    for number, person in enumerate(people, 1):
        if number % 10 == 1:
            say(f"Reading everybody's code: {number} of {len(people)}")
        try:
            own = _own(workshop, person, explained, fingerprint)
        except StarterkitError as wrong:
            passed.append((person, wrong.message))
            continue
        if own is None:
            passed.append((person, "there is no work of theirs yet"))
        elif not own.pieces:
            passed.append((person, "no code of their own yet"))
        else:
            found.append(own)
    say("Comparing")
    shares = [(one, other, _share(one, other)) for one, other in combinations(found, 2)]
    pairs = [
        SimilarPair((one.person, other.person), share, len(one.pieces & other.pieces), _places(one, other))
        for one, other, share in shares
        if share >= at_least
    ]
    pairs.sort(key=lambda pair: (-pair.share, -pair.pieces, pair.people[0].folder, pair.people[1].folder))
    usual = median(share for _, _, share in shares) if shares else 0.0
    return SimilarityResult(tuple(pairs), len(found), usual, tuple(passed))


def _fingerprints() -> _Fingerprint:
    """Return what makes the fingerprint of a file, from its path, its text, a window, and pieces that do not count."""
    try:
        import copydetect.utils
        from copydetect import CodeFingerprint
    except ImportError as missing:
        raise EnvironmentProblem(
            "`workshop similar` needs the package copydetect, which is not installed.",
            "Install it where starterkit is installed: `pip install copydetect`.",
        ) from missing
    logging.getLogger().addFilter(_quiet)
    # Python's own hash of a text is another one in each process, and with it which pieces are looked at.
    vars(copydetect.utils)["hash"] = _hash

    def made(path: str, text: str, window: int, without: Any) -> Any:
        return CodeFingerprint(path, _PIECE, window, without, fp=io.StringIO(text))

    return made


def _hash(piece: str) -> int:
    return crc32(piece.encode("utf-8", "surrogatepass"))


def _quiet(record: logging.LogRecord) -> bool:
    """copydetect warns of files that it knows no language for; such a file is compared as plain text."""
    return "not tokenize" not in record.getMessage()


def _of_the_path(workshop: Workshop, fingerprint: _Fingerprint) -> _Explained:
    """Return the files of the path, and all pieces that stand in any layer of it."""
    import numpy

    found: set[int] = set()
    with BareRepository(workshop.path_repository) as repository:
        path = LearningPath(repository, workshop.path, workshop.texts)
        layers = [path.layer("base", solved=True)]
        for step in path.template.step_names:
            layers += [path.layer(step, solved=False), path.layer(step, solved=True)]
        files = {entry.id: name for layer in layers for name, entry in layer.items() if _counts(name, entry)}
        for id, name in files.items():
            text = repository.reader.blob(id).decode("utf-8", "replace")
            found.update(map(int, fingerprint(name, text, 1, ()).hashes))
        return _Explained(path.template, frozenset(files), numpy.fromiter(found, dtype=numpy.int64))


def _own(workshop: Workshop, person: Person, explained: _Explained, fingerprint: _Fingerprint) -> _Own | None:
    with BareRepository(workshop.repository(person)) as repository:
        submission = latest_in(repository, person)
        if submission is None:
            return None
        own = _Own(person)
        for name, text in _texts(repository.reader, files_of(repository, submission.commit), explained.files):
            if explained.template.owns(name):
                continue
            made = fingerprint(name, text, _WINDOW, explained.pieces)
            if len(made.hashes):
                own.files[name] = made
                own.pieces.update(map(int, made.hashes))
    return own


def _texts(reader: ObjectReader, tree: Mapping[str, Entry], without: frozenset[str]) -> Iterable[tuple[str, str]]:
    left = _LARGEST_PERSON
    for name, entry in tree.items():
        if entry.id in without or not _counts(name, entry):
            continue
        about = reader.about(entry.id)
        if about is None or about[2] > min(LARGEST_FILE, left):
            continue
        data = reader.blob(about[0])
        if b"\0" in data:
            continue
        left -= len(data)
        yield name, data.decode("utf-8", "replace")


def _counts(name: str, entry: Entry) -> bool:
    return entry.mode not in (LINK, SUBMODULE) and PurePosixPath(name).suffix.lower() in SUFFIXES


def _share(one: _Own, other: _Own) -> float:
    """Return which share of the smaller one's own pieces the other has, too."""
    smaller = min(len(one.pieces), len(other.pieces))
    common = len(one.pieces & other.pieces)
    return common / smaller if smaller and common >= _FEWEST else 0.0


def _places(one: _Own, other: _Own, most: int = 3) -> tuple[CodeRange, ...]:
    """Return the pairs of files in which two people share most, with the lines."""
    found = []
    for left, mine in one.files.items():
        for right, theirs in other.files.items():
            common = set(map(int, mine.hashes)) & set(map(int, theirs.hashes))
            if common:
                found.append(CodeRange((left, right), (_lines(mine, common), _lines(theirs, common)), len(common)))
    return tuple(sorted(found, key=lambda place: (-place.pieces, place.files))[:most])


def _lines(made: Any, pieces: set[int]) -> tuple[int, int]:
    """Return the first and last line of a file in which shared pieces stand."""
    import numpy

    starts = sorted(int(start) for piece in pieces for start in made.hash_idx.get(piece, ()))
    if not starts:
        return 1, 1
    places = [starts[0], starts[-1] + _PIECE]
    if len(made.offsets):
        before = numpy.searchsorted(made.offsets[:, 0], places, side="right") - 1
        places = [place + int(made.offsets[max(0, index), 1]) for place, index in zip(places, before, strict=True)]
    first, last = (made.raw_code.count("\n", 0, max(0, place)) + 1 for place in places)
    return first, last
