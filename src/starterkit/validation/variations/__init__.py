"""Other ways to have written the same code: what a learner's editor, formatter and taste make of a solution.

A variation is a name and functions from a file's bytes to other bytes of the same meaning, keyed by the file's suffix
and by nothing else, so that another language joins by adding its functions here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from starterkit.validation.variations import javascript, python, text

Change = Callable[[bytes], bytes]
MarkupSuffixes = (".html", ".htm", ".css", ".sql", ".svg")


@dataclass(frozen=True)
class Variation:
    """One way to vary a project: functions by suffix, and files that come on top."""

    name: str
    by_suffix: Mapping[str, Change]
    extra: Mapping[str, bytes] = field(default_factory=dict)

    def of(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the files that this variation changes or adds."""
        changed = {}
        for path, data in files.items():
            change = self.by_suffix.get(PurePosixPath(path).suffix)
            after = change(data) if change and data.strip() else data
            if after != data:
                changed[path] = after
        return {**changed, **{path: data for path, data in self.extra.items() if path not in files}} if changed else {}


VARIATIONS = (
    Variation(
        "reformatted",
        {".py": python.reformatted, ".js": text.indented_twice, **dict.fromkeys(MarkupSuffixes, text.indented_twice)},
    ),
    Variation("reordered imports", {".py": python.reordered_imports, ".js": javascript.reordered_imports}),
    Variation("renamed locals", {".py": python.renamed_locals}),
    Variation(
        "extra routes and files",
        {
            ".py": python.with_own_code,
            ".js": javascript.with_own_code,
            ".html": text.with_own_markup,
            ".css": text.with_own_style,
        },
        {"my_notes.md": b"What I want to build next.\n", "scratch/ideas.txt": b"A page about me.\n"},
    ),
)
