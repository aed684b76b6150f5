"""Other ways to write the same code, because learners use different editors, formatters and styles.

A variation has a name, and for each language a function from bytes to equivalent bytes. To support another language,
add its functions here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starterkit.validation.language import Language, language_of
from starterkit.validation.variations import python, web

_INDENTED = (Language.JAVASCRIPT, Language.PAGE, Language.STYLE, Language.IMAGE, Language.SQL)


@dataclass(frozen=True)
class Variation:
    """A way to vary a project: a function for each language, and `extra` files to add."""

    name: str
    by_language: Mapping[Language, Callable[[bytes], bytes]]
    extra: Mapping[str, bytes] = field(default_factory=dict)

    def of(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the files that this variation changes or adds. Files are only added if another file changes."""
        changed = {}
        for path, data in files.items():
            language = language_of(path, data)
            change = self.by_language.get(language) if language else None
            after = change(data) if change and data.strip() else data
            if after != data:
                changed[path] = after
        added = {path: data for path, data in self.extra.items() if path not in files}
        return {**changed, **added} if changed else {}


VARIATIONS = (
    Variation("reformatted", {Language.PYTHON: python.reformatted, **dict.fromkeys(_INDENTED, web.indented_twice)}),
    Variation(
        "reordered imports",
        {Language.PYTHON: python.reordered_imports, Language.JAVASCRIPT: web.reordered_imports},
    ),
    Variation("renamed locals", {Language.PYTHON: python.renamed_locals}),
    Variation(
        "extra routes and files",
        {
            Language.PYTHON: python.with_own_code,
            Language.JAVASCRIPT: web.with_own_code,
            Language.PAGE: web.with_own_markup,
            Language.STYLE: web.with_own_style,
        },
        {"my_notes.md": b"What I want to build next.\n", "scratch/ideas.txt": b"A page about me.\n"},
    ),
)
