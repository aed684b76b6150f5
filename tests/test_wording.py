"""Every text that a person reads is in plain English (`python -m tests.support.wording` lists the problems)."""

from __future__ import annotations

import pytest

from tests.support.strings import KINDS
from tests.support.wording import problems

pytestmark = pytest.mark.slow

# Texts that the rules misjudge, each with the reason.
ALLOWED: dict[str, str] = {}


@pytest.mark.parametrize("kind", KINDS)
def test_texts_are_in_plain_english(kind: str) -> None:
    listed = [f"{text.file}:{text.line}: {problem}" for text, problem in problems(kind) if text.text not in ALLOWED]

    assert listed == [], "\n".join(listed[:40])


def test_only_texts_that_exist_are_allowed() -> None:
    existing = {text.text for kind in KINDS for text, _ in problems(kind)}

    assert set(ALLOWED) <= existing
