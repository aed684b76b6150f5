"""Other ways to write the same code, because learners use different editors, formatters and styles.

A variation has a name, and for each file suffix a function from bytes to equivalent bytes. To support another language,
add its functions here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from starterkit.validation.variations import python, web

_MARKUP = (".html", ".htm", ".css", ".sql", ".svg")


@dataclass(frozen=True)
class Variation:
    """A way to vary a project: a function for each file suffix, and `extra` files to add."""

    name: str
    by_suffix: Mapping[str, Callable[[bytes], bytes]]
    extra: Mapping[str, bytes] = field(default_factory=dict)

    def of(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the files that this variation changes or adds. Files are only added if another file changes."""
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
