"""Ten people, and what an experienced mentor would tell them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from starterkit.choosing import phrases
from starterkit.choosing.advice import Advice
from starterkit.choosing.contradictions import contradictions
from tests.support.candidates import reckoning

PEOPLE = yaml.safe_load((Path(__file__).parent / "people.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["name"].split(",")[0])
def test_the_advice_is_what_a_mentor_would_say(person: dict[str, Any]) -> None:
    found = Advice(reckoning(), person["answers"])

    said = {found.start.name, *(one.name for one in found.equals)}
    assert said <= set(person["start"])
    assert person.get("warned", "") in " ".join(phrases.price(found, found.start))
    assert bool(contradictions(found)) == person.get("contradicts", False)
    if len(person["start"]) > 1:
        assert found.runner_up and {found.start.name, found.runner_up.name} == set(person["start"])
