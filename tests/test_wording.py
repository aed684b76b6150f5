"""Every text that a person reads is in plain English (`python -m tests.support.wording` lists the problems)."""

from __future__ import annotations

import pytest

from tests.support.strings import KINDS
from tests.support.wording import problems

pytestmark = pytest.mark.slow

# The first editions of learning paths are still to be rewritten. These numbers may only become smaller.
OPEN = {"path": 62, "lessons": 436, "hints": 245, "titles": 376}
# Texts that the rules misjudge, each with the reason.
ALLOWED: dict[str, str] = {}


@pytest.mark.parametrize("kind", KINDS)
def test_texts_are_in_plain_english(kind: str) -> None:
    listed = [f"{text.file}:{text.line}: {problem}" for text, problem in problems(kind) if text.text not in ALLOWED]

    assert len(listed) <= OPEN.get(kind, 0), "\n".join(listed[:40])
    assert len(listed) >= OPEN.get(kind, 0), f"fewer problems than before: write {len(listed)} for {kind} into OPEN"


def test_only_texts_that_exist_are_allowed() -> None:
    existing = {text.text for kind in KINDS for text, _ in problems(kind)}

    assert set(ALLOWED) <= existing
