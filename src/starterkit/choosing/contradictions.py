"""Finds answers that contradict each other. Both answers still count, and the advice mentions them."""

from __future__ import annotations

from collections.abc import Iterator

from starterkit.choosing.advice import Advice
from starterkit.choosing.explanation import joined, listed
from starterkit.choosing.questions import Decides

# Two answers (question and choice), and the reason why they contradict each other.
_PAIRS = (
    (("style", "wires"), ("handle", "editors"), "Ready-made parts hide how they work."),
    (("style", "box"), ("after", "explain"), "Ready-made parts are easy to use, but hard to explain."),
    (("style", "box"), ("time", "days"), "Ready-made parts take more than a few evenings to learn."),
    (("style", "box"), ("build", "small"), "A small project doesn't need many ready-made parts."),
    (("know", "new"), ("handle", "contract"), "Types and documentation are a lot to learn for a beginner."),
    (("time", "days"), ("handle", "contract"), "Types and documentation take more than a few evenings to learn."),
    (("know", "new"), ("handle", "crowds"), "Learn the basics before you serve many users at once."),
    (("time", "days"), ("handle", "editors"), "A ready-made admin site takes more than a few evenings to learn."),
    (("time", "days"), ("after", "job"), "To work on a company's code, you need more than a few evenings."),
)


def contradictions(advice: Advice) -> list[str]:
    """Return a text for each pair of answers that contradict each other. It says how the advice weighs both."""
    return [*_outright(advice), *_pairs(advice)]


def _pairs(advice: Advice) -> Iterator[str]:
    chosen = {(question.name, choice.name): choice for question, choice in advice.chosen}
    for first, second, sentence in _PAIRS:
        if first not in chosen or second not in chosen or (advice.known_fits and ("time", "days") in (first, second)):
            continue
        titles = [_spoken_for(advice, answer) for answer in (first, second)]
        weighed = "Both answers count."
        if not set(titles[0]) & set(titles[1]):
            first_titles, second_titles = map(listed, titles)
            weighed = f"The first answer suggests {first_titles}, the second {second_titles}. Both answers count."
        yield f"{joined((chosen[first].restated, chosen[second].restated))}. {sentence} {weighed}"


def _spoken_for(advice: Advice, answer: tuple[str, str]) -> list[str]:
    """Return the titles of the frameworks that get the most points from an answer."""
    points = advice.scores.added(*answer)
    return [template.title for template, own in zip(advice.templates, points, strict=True) if own == max(points)]


def _outright(advice: Advice) -> Iterator[str]:
    by_kind = {choice.decides: choice for _, choice in advice.chosen if choice.decides}
    team, known = by_kind.get(Decides.TEAM), by_kind.get(Decides.KNOWN)
    language = by_kind.get(Decides.LANGUAGE)
    if team and language and not team.named & language.named:
        yield f"{joined((team.restated, language.restated))}. Your team's framework counts more than the language."
    elif known and language and known.named >= language.named and not team:
        sentence = "No other framework here uses this language. So starterkit suggests a framework that is new to you."
        yield f"{joined((known.restated, language.restated))}. {sentence}"
    elif language and advice.language_goes_first and not team:
        title = advice.language_goes_first.title
        fit = f"{language.restated}, but your other answers fit {title} better."
        yield f"{fit} The language counts more. If you are happy to use another language, start with {title}."
    if team and known and team.named & known.named:
        yield f"{joined((team.restated, known.restated))}. Learn more about this framework before you learn another."
