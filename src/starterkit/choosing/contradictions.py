"""Answers that pull in different directions: they are weighed, and it is said."""

from __future__ import annotations

from collections.abc import Iterator

from starterkit.choosing.advice import Advice
from starterkit.choosing.explanation import listed
from starterkit.choosing.questions import Choice, Decides

# Two answers, as question and choice, and what they have against each other.
_PAIRS = (
    (("style", "wires"), ("handle", "editors"), "What is ready for editors and accounts hides its wires."),
    (("style", "box"), ("after", "explain"), "What is in the box works before you can explain it."),
    (("style", "box"), ("time", "days"), "The box takes longer to know than a few evenings."),
    (("style", "box"), ("build", "small"), "A full box is much for something small."),
    (("know", "new"), ("handle", "contract"), "Types and documentation are more to learn at once."),
    (("time", "days"), ("handle", "contract"), "Types and documentation are more to learn in a few evenings."),
    (("know", "new"), ("handle", "crowds"), "Many who wait at once is a subject for later, when the basics are there."),
    (("time", "days"), ("handle", "editors"), "What is ready for editors takes longer to know than a few evenings."),
    (("time", "days"), ("after", "job"), "A company's code wants more than a few evenings."),
)


def contradictions(advice: Advice) -> list[str]:
    """Return a sentence for each two answers that contradict each other, with what was done about it."""
    return [*_outright(advice), *_pairs(advice)]


def _pairs(advice: Advice) -> Iterator[str]:
    chosen = {(question.name, choice.name): choice for question, choice in advice.chosen}
    for one, other, sentence in _PAIRS:
        if one in chosen and other in chosen and not (advice.known_fits and ("time", "days") in (one, other)):
            yield f"{_both(chosen[one], chosen[other])}. {sentence} {_directions(advice, one, other)}"


def _directions(advice: Advice, one: tuple[str, str], other: tuple[str, str]) -> str:
    """Which framework each of two answers speaks for most; that both were weighed where it is the same one."""
    first, second = (_spoken_for(advice, answer) for answer in (one, other))
    if set(first) & set(second):
        return "Both were weighed."
    return f"The first speaks for {listed(first)}, the second for {listed(second)}; both were weighed."


def _spoken_for(advice: Advice, answer: tuple[str, str]) -> list[str]:
    points = advice.reckoning.added(*answer)
    return [one.title for one, own in zip(advice.reckoning.templates, points, strict=True) if own == max(points)]


def _outright(advice: Advice) -> Iterator[str]:
    """What is said against each other by answers that name frameworks outright."""
    by_kind = {choice.decides: choice for _, choice in advice.chosen if choice.decides}
    team, known = by_kind.get(Decides.TEAM), by_kind.get(Decides.KNOWN)
    language = by_kind.get(Decides.LANGUAGE)
    if team and language and not team.named & language.named:
        yield f"{_both(team, language)}. The team goes first."
    elif known and language and known.named >= language.named and not team:
        sentence = "Nothing else here is written in that. To stay with it, go deeper in what you know"
        yield f"{_both(known, language)}. {sentence}; what is new to you goes first here."
    elif language and advice.language_goes_first and not team:
        title = advice.language_goes_first.title
        yield (
            f"{language.said}, and your other answers describe {title}. The language goes first; if it need not, "
            f"start with {title}."
        )
    if team and known and team.named & known.named:
        yield f"{_both(team, known)}. So go deeper there, and expand from it."


def _both(one: Choice, other: Choice) -> str:
    return f"{one.said}, and {other.said[0].lower()}{other.said[1:]}"
