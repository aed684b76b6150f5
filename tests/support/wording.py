"""Wording problems of the texts that people read: `python -m tests.support.wording KIND… [--in TEXT]` lists them."""

from __future__ import annotations

import argparse
from collections import Counter

from starterkit.template.validation_settings import Limits
from starterkit.validation.wording import wording_problems
from tests.support.strings import KINDS, ReadText, texts

# In documents and lessons a page may have one semicolon. Everywhere else it may have none.
_PAGES = ("docs", "lessons", "docstrings", "comments")
# An error has two sentences on one line each, and a hint is a paragraph: they have the limit of documents.
_ON_SCREEN = ("help", "screens", "guide", "titles")


def problems(kind: str) -> list[tuple[ReadText, str]]:
    """Return each text of a kind with each of its wording problems."""
    limit = Limits.title_words if kind in _ON_SCREEN else Limits.sentence_words
    pages: Counter[str] = Counter()
    found = []
    for read in texts(kind):
        pages[read.file] += "; " in read.text
        allowed = kind in _PAGES and pages[read.file] < 2
        found += [(read, problem) for problem in wording_problems(read.text, limit=limit, semicolons=allowed)]
    return found


def main() -> None:
    """Print the problems of the named kinds (default: all) and their number."""
    parser = argparse.ArgumentParser(description="List wording problems.")
    parser.add_argument("kinds", nargs="*", default=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--in", dest="where", default="", metavar="TEXT", help="only files whose path holds this text")
    options = parser.parse_args()
    for kind in options.kinds:
        listed = [(read, problem) for read, problem in problems(kind) if options.where in read.file]
        for read, problem in listed:
            print(f"{read.file}:{read.line}: {problem}")
        print(f"{kind}: {len(listed)}")


if __name__ == "__main__":
    main()
