"""The sentences of an advice that the screen and the card share."""

from __future__ import annotations

from starterkit.choosing.advice import Advice, Sureness
from starterkit.choosing.expanding import Stage
from starterkit.choosing.reckoning import Change
from starterkit.choosing.saying import Reason, listed, start_warnings, unmet
from starterkit.template.model import Template

SHOWN_REASONS = 4
ONE_FITS_ALL = "There is no framework that is right for everyone; this one fits what you answered."


def headline(advice: Advice) -> str:
    """Return where to start, in a sentence."""
    if advice.equals:
        titles = [advice.start.title, *(one.title for one in advice.equals)]
        return f"{listed(titles)} fit you equally well."
    return f"Start with {advice.start.title}."


def how_sure(advice: Advice) -> str:
    """Return how sure the advice is, and why."""
    count, of = len(advice.chosen), len(advice.reckoning.questions)
    answered = f"You answered {count} of {of} questions" if count else "You answered nothing"
    elsewhere, others = advice.leads_elsewhere
    many = f"of {others} ways to change one answer, {elsewhere} would lead to another framework"
    if advice.sureness is Sureness.ONLY:
        return "There is one framework here, so there was nothing to choose between."
    if advice.sureness is Sureness.EQUAL:
        compare = "Compare the costs below, and take the one that you like."
        return f"How sure: undecided. {answered}, and the points are equal. {compare}"
    if advice.sureness is Sureness.GUESS:
        return f"How sure: {advice.sureness.value}. {answered}; {many}."
    return f"How sure: {advice.sureness.value}. {answered}; {many}."


def price(advice: Advice, template: Template) -> list[str]:
    """Return what a framework costs this person, in sentences: its trade-off, its start, the wishes that it leaves."""
    left = [because(reason) for reason in unmet(advice, template)]
    return [template.trade_off, *start_warnings(template), *left]


def because(reason: Reason) -> str:
    """Return a reason as a sentence, or as two where one would have two colons."""
    if ": " in reason.sentence:
        return f"{reason.because}. {reason.sentence[0].upper()}{reason.sentence[1:]}"
    return f"{reason.because}: {reason.sentence}"


def tipped(advice: Advice) -> list[str]:
    """Return which answer would have tipped it: to the runner-up, or to each of those that fit equally well.

    Where nothing was answered, to each of the others.
    """
    if advice.equals:
        others = (advice.start, *advice.equals)
    else:
        last = None if advice.sureness is Sureness.GUESS else 2
        others = tuple(advice.reckoning.templates[number] for number in advice.ranking[1:last])
    return [_tip(advice, one) for one in others if advice.tips(one)]


def _tip(advice: Advice, template: Template) -> str:
    alone = " alone" if advice.equals else ""
    for change in advice.tips(template):
        if not change.names_a_framework or advice.names_outright(change.question):
            return f"It would be {template.title}{alone} if {_otherwise(change)}."
    return f"No single wish would have made it {template.title}{alone}; a team that works in it would."


def _otherwise(change: Change) -> str:
    if change.choice is None:
        return f'you had left this open: "{change.question.words}"'
    return f'you had said: "{change.choice.label}" ({change.question.name}={change.choice.name})'


def step_of_path(stage: Stage) -> str:
    """Return when to take a framework of the path."""
    return f"when {stage.when}" if stage.trait else "now, until something real of yours runs"
