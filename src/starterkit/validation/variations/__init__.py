"""Other ways to write the same code, as a learner's editor, formatter and taste may make a solution look.

A variation has a name and functions from a file's bytes to other bytes of the same meaning, by the file's suffix. To
support another language, add its functions here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from starterkit.validation.variations import python, web

_MARKUP = (".html", ".htm", ".css", ".sql", ".svg")


@dataclass(frozen=True)
class Variation:
    """One way to vary a project: functions by suffix, and files that are added."""

    name: str
    by_suffix: Mapping[str, Callable[[bytes], bytes]]
    extra: Mapping[str, bytes] = field(default_factory=dict)

    def of(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the files that this variation changes or adds. It adds files only if it changes one."""
        changed = {}
        for path, data in files.items():
            change = self.by_suffix.get(PurePosixPath(path).suffix)
            after = change(data) if change and data.strip() else data
            if after != data:
                changed[path] = after
        added = {path: data for path, data in self.extra.items() if path not in files}
        return {**changed, **added} if changed else {}


VARIATIONS = (
    Variation("reformatted", {".py": python.reformatted, **dict.fromkeys((".js", *_MARKUP), web.indented_twice)}),
    Variation("reordered imports", {".py": python.reordered_imports, ".js": web.reordered_imports}),
    Variation("renamed locals", {".py": python.renamed_locals}),
    Variation(
        "extra routes and files",
        {
            ".py": python.with_own_code,
            ".js": web.with_own_code,
            ".html": web.with_own_markup,
            ".css": web.with_own_style,
        },
        {"my_notes.md": b"What I want to build next.\n", "scratch/ideas.txt": b"A page about me.\n"},
    ),
)
