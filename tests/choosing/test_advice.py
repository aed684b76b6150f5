"""choose: what must be true of the advice, over all combinations of answers that there are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from operator import add
from pathlib import Path

import pytest

from starterkit.choosing import contradictions as pulling
from starterkit.choosing import phrases
from starterkit.choosing import questions as asked
from starterkit.choosing.advice import Advice, Sureness
from starterkit.choosing.contradictions import contradictions
from starterkit.choosing.explanation import Reason, reasons, start_warnings, unmet
from starterkit.choosing.questions import EVERYBODY, Decides
from starterkit.choosing.roadmap import path
from starterkit.choosing.scoring import Points, Scores, strength
from starterkit.template.model import Template, Trait
from tests.support.candidates import FOUR, reckoning, the_four

pytestmark = pytest.mark.slow

Answers = dict[str, str]
QUESTIONS = reckoning().questions
CHOICES: dict[str, list[str | None]] = {one.name: [None, *(choice.name for choice in one.choices)] for one in QUESTIONS}
STRIDES: dict[str, int] = {}
for _name in reversed(CHOICES):
    STRIDES[_name] = 1
    for _later in list(STRIDES)[:-1]:
        STRIDES[_name] *= len(CHOICES[_later])
PLACES = {name: {choice: place for place, choice in enumerate(choices)} for name, choices in CHOICES.items()}


def combinations(**fixed: str | None) -> Iterator[tuple[int, Answers]]:
    """All combinations of answers, each with its number; `fixed` are answers that stay."""
    names = list(CHOICES)
    options = [[fixed[name]] if name in fixed else choices for name, choices in CHOICES.items()]
    steps = [[STRIDES[name] * PLACES[name][one] for one in some] for name, some in zip(names, options, strict=True)]
    for places, combination in zip(itertools.product(*steps), itertools.product(*options), strict=True):
        yield sum(places), {name: choice for name, choice in zip(names, combination, strict=True) if choice}


@cache
def sums() -> list[Points]:
    """What each combination adds up to, by its number: made here, question by question."""
    found = [reckoning().everybody]
    for name, choices in CHOICES.items():
        added = [reckoning().added(name, choice) if choice else (0,) * len(FOUR) for choice in choices]
        found = [tuple(map(add, one, other)) for one in found for other in added]
    return found


@cache
def leaders() -> list[frozenset[int]]:
    """Which frameworks are ahead in each combination, by its number."""
    known: dict[tuple[int, ...], frozenset[int]] = {}
    found = []
    for points in sums():
        most = max(points)
        ahead = tuple(number for number, one in enumerate(points) if one == most)
        found.append(known.setdefault(ahead, frozenset(ahead)))
    return found


def advice(**given: str) -> Advice:
    return Advice(reckoning(), given)


def start(**given: str) -> str:
    return advice(**given).start.name


# --- what it must agree with ------------------------------------------------------------------------------------------


def test_a_beginner_who_wants_javascript_first_gets_express() -> None:
    for know, team in itertools.product(("new", "some"), (None, "none")):
        for _, given in combinations(know=know, language="javascript", team=team):
            assert start(**given) == "express", given


def test_a_beginner_who_wants_python_first_and_to_start_quickly_gets_flask() -> None:
    given = {"know": "new", "language": "python", "time": "days"}

    assert start(**given) == "flask"
    assert start_warnings(advice(**given).start) == []
    for build in ("site", "app", "small"):
        assert start(**given, build=build) == "flask", build


@pytest.mark.parametrize("handle", ["crowds", "contract"])
@pytest.mark.parametrize("language", [None, "python"])
def test_api_work_with_async_or_documentation_gets_fastapi_and_a_warning(handle: str, language: str | None) -> None:
    fixed = {"build": "api", "handle": handle, "language": language, "after": None, "style": None}
    for know, time, team in itertools.product((None, "new", "some", "much"), CHOICES["time"], (None, "none")):
        for _, given in combinations(**fixed, know=know, time=time, team=team):
            found = advice(**given)
            assert (found.start.name, found.equals) == ("fastapi", ()), given
            assert any("first steps are harder" in one for one in phrases.price(found, found.start))


@pytest.mark.parametrize("language", [None, "python"])
def test_a_full_stack_site_gets_django_and_a_warning(language: str | None) -> None:
    fixed = {"build": "site", "handle": "editors", "language": language, "after": None}
    for know, time, style in itertools.product((None, "new", "some", "much"), CHOICES["time"], (None, "box")):
        for _, given in combinations(**fixed, know=know, time=time, style=style, team=None):
            found = advice(**given)
            assert (found.start.name, found.equals) == ("django", ()), given
            assert any("more to learn at the start" in one for one in phrases.price(found, found.start))


@pytest.mark.parametrize("team", FOUR)
def test_a_team_that_works_in_one_gets_that_one_with_reasons(team: str) -> None:
    place = [one.name for one in reckoning().templates].index(team)
    for number, _ in combinations(team=team):
        assert leaders()[number] == {place}

    found = advice(team=team, know="new")
    assert reasons(found, found.start)[0].answers == (("team", team),)


@pytest.mark.parametrize("known", FOUR)
def test_who_knows_one_gets_what_to_expand_to(known: str) -> None:
    place = [one.name for one in reckoning().templates].index(known)
    for number, given in combinations(know=known):
        assert place not in leaders()[number] or given.get("team") == known

    found = advice(know=known)
    assert known not in [stage.template.name for stage in path(found)]
    assert ("know", known) in reasons(found, found.start)[0].answers


# --- properties over all combinations ---------------------------------------------------------------------------------


def test_every_framework_can_win_and_none_wins_more_than_its_share() -> None:
    wins = [0.0] * len(FOUR)
    for ahead in leaders():
        for number in ahead:
            wins[number] += 1 / len(ahead)

    shares = {one.name: won / len(leaders()) for one, won in zip(reckoning().templates, wins, strict=True)}
    assert all(0 < share <= 0.45 for share in shares.values()), shares
    assert min(shares.values()) > 0.1, shares


def test_no_framework_goes_without_also_where_nothing_is_named_outright() -> None:
    seen = set()
    for know in (None, "new", "some", "much"):
        for number, _ in combinations(know=know, language=None, team=None):
            if len(leaders()[number]) == 1:
                seen |= leaders()[number]

    assert seen == set(range(len(FOUR)))


def test_the_order_of_answering_and_of_the_templates_changes_nothing() -> None:
    other = Scores(reversed(the_four()))
    assert [one.name for one in other.templates] == [one.name for one in reckoning().templates]

    for number, given in combinations():
        backwards = dict(reversed(given.items()))
        assert other.totals(backwards) == sums()[number]
        if number % 101 == 0:
            one, same = Advice(reckoning(), given), Advice(other, backwards)
            assert said(one) == said(same)


def said(advice: Advice) -> list[object]:
    """All that an advice says."""
    return [
        phrases.headline(advice),
        phrases.how_sure(advice),
        reasons(advice, advice.start),
        phrases.price(advice, advice.start),
        phrases.tipped(advice),
        contradictions(advice),
        [(stage.template.name, stage.trait) for stage in path(advice)],
    ]


@pytest.mark.parametrize("trait", asked.WORDINGS)
def test_a_stronger_wish_for_a_trait_never_makes_the_strongest_in_it_less_likely(trait: str) -> None:
    """Also an answer that is changed for one that wishes for the same and more."""
    strengths = tuple(strength(one, trait) for one in reckoning().templates)
    strongest = {number for number, one in enumerate(strengths) if one == max(strengths)}
    for points, ahead in zip(sums(), leaders(), strict=True):
        if strongest & ahead:
            stronger = tuple(map(add, points, strengths))
            assert strongest & ahead <= {number for number, one in enumerate(stronger) if one == max(stronger)}


def test_no_wish_ever_takes_points_away() -> None:
    for choice in (EVERYBODY, *(choice for question in QUESTIONS for choice in question.choices)):
        for share in reckoning().shares(choice):
            if share.trait:
                assert share.weight > 0
                assert [one >= 0 for one in share.points] == [True] * len(FOUR)


def test_what_is_named_outright_outweighs_all_wishes_together() -> None:
    wishes = Scores([template_with_all(3)])
    most = wishes.everybody[0] + sum(
        max(sum(share.points[0] for share in wishes.shares(choice) if share.trait) for choice in question.choices)
        for question in wishes.questions
    )
    language, known, team = Decides.LANGUAGE.value, Decides.KNOWN.value, Decides.TEAM.value

    assert most < language
    assert most + language < -known
    assert most + language - known < team


def template_with_all(strength: int) -> Template:
    """The Flask template, as strong in all traits, and lacking in the eyes of one who knows it."""
    flask = next(one for one in the_four() if one.name == "flask")
    return replace(flask, traits={name: Trait(name, strength, "So it is.") for name in asked.WORDINGS})


@pytest.mark.nightly
@pytest.mark.parametrize("know", CHOICES["know"])
def test_what_is_stated_is_true(know: str | None) -> None:
    """Each reason, each wish left open, each tip, and how sure it is: for all combinations."""
    numbers = {one.name: number for number, one in enumerate(reckoning().templates)}
    for number, given in combinations(know=know):
        if given.get("team") == "none":
            continue  # the same as an open question: see below
        found = Advice(reckoning(), given)
        ahead = leaders()[number]
        place = numbers[found.start.name]
        assert {place, *(numbers[one.name] for one in found.equals)} == ahead
        check_reasons(found, given)
        assert found.runner_up is not None
        tips = found.tips(found.runner_up)
        assert tips, given
        for tip in tips:
            changed = number_with(number, given, tip.question.name, tip.choice and tip.choice.name)
            assert leaders()[changed] == {numbers[found.runner_up.name]}, (given, tip)


def number_with(number: int, given: Answers, name: str, choice: str | None) -> int:
    """The number of the combination in which one answer is another."""
    places = PLACES[name]
    return number + STRIDES[name] * (places[choice] - places[given.get(name)])


def check_reasons(found: Advice, given: Answers) -> None:
    template = found.start
    speaking, left = reasons(found, template), unmet(found, template)
    assert speaking, given
    for reason in (*speaking, *left):
        assert all(not question or given[question] == choice for question, choice in reason.answers), (given, reason)
    for reason in speaking:
        assert speaks(reason, template.name), reason
    for reason in left:
        assert is_left_open(reason, template.name), reason


@cache
def speaks(reason: Reason, framework: str) -> bool:
    """Whether all answers that a reason rests on wish for what it says, and the framework is strong there."""
    if not reason.trait:
        return all(names(question, choice, framework) for question, choice in reason.answers)
    trait = template_called(framework).traits[reason.trait]
    is_wished = all(wishes_of(question, choice)[reason.trait] > 0 for question, choice in reason.answers)
    return is_wished and trait.strength >= 2 and reason.sentence == trait.reason


@cache
def is_left_open(reason: Reason, framework: str) -> bool:
    """Whether the framework is weak in what all these answers wish for, and another one is strong."""
    if not reason.trait:
        return all(names(question, choice, framework) == (question == "know") for question, choice in reason.answers)
    trait = template_called(framework).traits[reason.trait]
    is_wished = all(wishes_of(question, choice)[reason.trait] > 0 for question, choice in reason.answers)
    others = [strength(one, reason.trait) for one in reckoning().templates]
    return is_wished and trait.strength <= 1 < max(others) and reason.sentence == trait.reason


def template_called(name: str) -> Template:
    return next(one for one in reckoning().templates if one.name == name)


@cache
def wishes_of(question: str, choice: str) -> dict[str, int]:
    if not question:
        return dict(EVERYBODY.wishes)
    found = next(one for one in QUESTIONS if one.name == question).choice(choice)
    assert found
    return dict(found.wishes)


@cache
def names(question: str, choice: str, framework: str) -> bool:
    found = next(one for one in QUESTIONS if one.name == question).choice(choice)
    return bool(found and framework in found.named)


def test_no_team_is_the_same_as_an_open_question() -> None:
    for number, given in combinations(team="none"):
        assert sums()[number] == sums()[number_with(number, given, "team", None)]
        if number % 53 == 0:
            here, open_ = (
                Advice(reckoning(), one)
                for one in (given, {key: value for key, value in given.items() if key != "team"})
            )
            assert reasons(here, here.start) == reasons(open_, here.start)


def test_how_sure_it_is_counts_what_would_lead_elsewhere() -> None:
    for number, given in itertools.islice(combinations(), 0, None, 53):
        found, ahead = Advice(reckoning(), given), leaders()[number]
        first = next(place for place, one in enumerate(reckoning().templates) if one is found.start)
        changed = [
            leaders()[number_with(number, given, question.name, choice)]
            for question in QUESTIONS
            for choice in CHOICES[question.name]
            if choice != given.get(question.name) and not (choice in FOUR and question.name in ("know", "team"))
        ]
        assert found.leads_elsewhere == (sum(first not in one for one in changed), len(changed))
        assert (found.sureness is Sureness.EQUAL) == (len(ahead) > 1)


def test_the_path_adds_something_with_each_stage_and_says_when() -> None:
    for _, given in itertools.islice(combinations(), 0, None, 19):
        found = Advice(reckoning(), given)
        stages = path(found)
        assert stages[0].template is found.start
        assert 2 <= len(stages) <= 3 or given.get("know") in FOUR
        for place, stage in enumerate(stages[1:], 1):
            before = max(strength(one.template, stage.trait) for one in stages[:place])
            assert strength(stage.template, stage.trait) > before
            assert stage.when


def test_skipping_everything_gives_advice_and_says_how_sure_it_is() -> None:
    found = advice()

    assert found.sureness is Sureness.GUESS
    assert reasons(found, found.start)
    assert "so the result is a guess" in phrases.how_sure(found)
    assert len(phrases.tipped(found)) == len(FOUR) - 1
    assert len(path(found)) == 3


def test_two_that_fit_equally_well_are_both_named() -> None:
    number, given = next((number, given) for number, given in combinations() if len(leaders()[number]) == 2)
    found = Advice(reckoning(), given)

    assert phrases.headline(found).endswith("fit you equally well.")
    assert all(reckoning().templates[place].title in phrases.headline(found) for place in leaders()[number])
    assert "a tie" in phrases.how_sure(found)
    assert all(" only " in one or one.startswith("Only ") for one in phrases.tipped(found))


def test_whoever_knows_just_what_they_wish_for_is_told_to_stay_there() -> None:
    found = advice(know="django", build="site", time="days", style="box", handle="editors")

    assert found.start.name != "django"
    assert "Your other answers point to Django, which you already know." in phrases.stay(found)
    assert phrases.stay(advice(know="django", build="api", handle="contract")) == ""
    assert phrases.stay(advice(know="django")) == ""


def test_a_language_that_goes_before_all_other_wishes_is_named() -> None:
    wishes = {"build": "site", "after": "publish", "style": "box", "handle": "editors"}
    found = advice(language="javascript", **wishes)

    assert found.start.name == "express"
    assert found.sureness is Sureness.CLOSE
    assert any("If you are happy to use another language, start with Django." in one for one in contradictions(found))
    assert contradictions(advice(language="python", **wishes)) == []


def test_a_tip_is_something_that_the_framework_is_good_at() -> None:
    """As long as there is one: a wish that it does not grant is no reason to take it."""
    for _, given in itertools.islice(combinations(team=None), 0, None, 23):
        found = Advice(reckoning(), given)
        template = found.runner_up
        assert template
        first = found.tips(template)[0]
        if first.choice and not first.choice.decides and first.choice.wishes:
            most = max(first.choice.wishes.values())
            wished = [trait for trait, weight in first.choice.wishes.items() if weight == most]
            granted = any(strength(template, trait) >= 2 for trait in wished)
            assert granted or all(tip.names_a_framework or tip.choice for tip in found.tips(template)), given


def test_the_tip_beside_the_runner_up_is_about_the_runner_up() -> None:
    for _, given in itertools.islice(combinations(), 0, None, 31):
        found = Advice(reckoning(), given)
        if not found.equals and found.sureness is not Sureness.GUESS:
            assert found.runner_up
            first = phrases.tipped(found)[0]
            assert (
                found.runner_up.title in first
                or first == "The result would only change if your team used another framework."
            ), given


def test_no_answer_is_both_a_reason_and_a_cost() -> None:
    for _, given in itertools.islice(combinations(team=None), 0, None, 29):
        found = Advice(reckoning(), given)
        speaking = {answer for reason in reasons(found, found.start) for answer in reason.answers}
        left = {answer for reason in unmet(found, found.start) for answer in reason.answers}
        assert not speaking & left, given


# --- what contradicts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"team": "django", "language": "javascript"}, "Your team's framework counts more than the language."),
        ({"know": "express", "language": "javascript"}, "No other framework here uses this language"),
        ({"know": "flask", "team": "flask"}, "Learn more about this framework"),
        *(({one[0]: one[1], other[0]: other[1]}, sentence) for one, other, sentence in pulling._PAIRS),
    ],
)
def test_what_contradicts_is_said(given: Answers, says: str) -> None:
    assert any(says in one for one in contradictions(advice(**given)))
    for name in given:
        assert contradictions(advice(**{key: value for key, value in given.items() if key != name})) == []


# --- other templates --------------------------------------------------------------------------------------------------


def test_with_one_framework_it_says_so() -> None:
    found = Advice(Scores(the_four()[-1:]), {"know": "new"})

    assert found.sureness is Sureness.ONLY
    assert "you don't have to choose" in phrases.how_sure(found)
    assert (found.runner_up, phrases.tipped(found), len(path(found))) == (None, [], 1)


def test_a_template_that_says_little_takes_part_and_loses_nothing_of_the_rest() -> None:
    silent = replace(the_four()[0], name="silent", title="Silent", language="Ada", traits={})
    wide = Scores([*the_four(), silent])

    assert Advice(wide, {}).start.name == "flask"
    found = Advice(wide, {"language": "ada", "handle": "editors"})
    assert found.start.name == "silent"
    assert [reason.trait for reason in unmet(found, silent)] == []
    assert [reason.sentence for reason in reasons(found, silent)] == ["Silent uses Ada."]
    assert Advice(Scores([silent]), {}).totals == (0,)
    assert reasons(Advice(Scores([silent]), {}), silent) == []


def test_a_template_called_like_an_answer_stands_back() -> None:
    named = replace(the_four()[0], name="none", title="None")

    team = next(one for one in Scores([*the_four(), named]).questions if one.name == "team")
    assert [choice.decides for choice in team.choices if choice.name == "none"] == [None]


# --- words ------------------------------------------------------------------------------------------------------------


def test_choosing_knows_no_framework_by_name() -> None:
    for file in Path(asked.__file__).parent.glob("*.py"):
        found = re.findall(rf"\b({'|'.join(FOUR)})\b", file.read_text(encoding="utf-8"), re.IGNORECASE)
        assert found == [], file.name


def test_nothing_is_ever_called_the_best() -> None:
    texts = [
        *(
            re.sub(r'""".*?"""', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)  # without docstrings
            for file in Path(asked.__file__).parent.glob("*.py")
        ),
        *(trait.reason for template in the_four() for trait in template.traits.values()),
        *(f"{template.summary} {template.trade_off}" for template in the_four()),
    ]
    for text in texts:
        assert not re.search(r"\bbest\b", text, re.IGNORECASE), text[:80]


def test_there_are_six_to_eight_questions_each_with_a_reason() -> None:
    assert 6 <= len(QUESTIONS) <= 8
    for question in QUESTIONS:
        assert question.text.endswith("?")
        assert question.why.endswith(".")
        assert "skip" not in [choice.name for choice in question.choices]
        assert len({choice.name for choice in question.choices}) == len(question.choices)


def test_every_trait_that_is_wished_for_is_one_that_the_frameworks_state() -> None:
    wished = {trait for question in QUESTIONS for choice in question.choices for trait in choice.wishes}

    assert wished == set(asked.WORDINGS)
    for template in the_four():
        assert set(asked.WORDINGS) <= set(template.traits), template.name


def test_every_trait_is_described_for_authors() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text(encoding="utf-8")

    described = re.findall(r"^\| `(\w+)` \|", guide.split("## Traits")[1].split("\n#")[0], flags=re.MULTILINE)
    assert described == list(asked.WORDINGS)
