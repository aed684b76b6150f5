"""The sentences of an advice that the screen and the card share."""

from __future__ import annotations

from starterkit.choosing.advice import Advice, Sureness
from starterkit.choosing.explanation import Reason, listed, start_warnings, unmet
from starterkit.choosing.roadmap import Stage
from starterkit.choosing.scoring import AnswerChange
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
    many = f"of {others} ways to change one answer, {elsewhere or 'none'} would lead to another framework"
    if advice.sureness is Sureness.ONLY:
        return "There is one framework here, so there was nothing to choose between."
    if advice.sureness is Sureness.EQUAL:
        compare = "Compare the costs below, and take the one that you like."
        return f"How sure: undecided. {answered}, and the points are equal. {compare}"
    if advice.sureness is Sureness.GUESS:
        return f"How sure: {advice.sureness.value}. {answered}; {many}."
    return f"How sure: {advice.sureness.value}. {answered}; {many}."


def stay(advice: Advice) -> str:
    """Return what to do with a framework that one knows and that is just what is wished for; else nothing."""
    if advice.known_fits is None:
        return ""
    known = advice.known_fits.title
    wishes = f"Your wishes describe {known}, which you know: to get this done, stay there."
    return f"{wishes} To learn something new, read on."


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
    tips = [(one, _tip(advice, one)) for one in others if advice.tips(one)]
    said = [tip or _no_wish(advice, one) for one, tip in tips]
    if len(others) == 1 and not any(tip for _, tip in tips):  # then that of the next framework that has one
        further = (_tip(advice, advice.reckoning.templates[number]) for number in advice.ranking[2:])
        said += [tip for tip in further if tip][:1]
    return said


def _tip(advice: Advice, template: Template) -> str:
    """Which answer would have made it this framework; empty where nothing but naming it would."""
    change = next((one for one in advice.tips(template) if not one.names_a_framework), None)
    return f"It would be {template.title}{_alone(advice)} {_otherwise(advice, change)}." if change else ""


def _no_wish(advice: Advice, template: Template) -> str:
    if any(question.name == "team" and choice.decides for question, choice in advice.chosen):
        return "Only another team would change this."
    return f"No single wish would have made it {template.title}{_alone(advice)}; a team that works in it would."


def _alone(advice: Advice) -> str:
    return " alone" if advice.equals else ""


def _otherwise(advice: Advice, change: AnswerChange) -> str:
    if change.choice is None:
        given = next(choice for question, choice in advice.chosen if question is change.question)
        return f'without this: "{given.label}" ({change.question.name}={given.name})'
    return f'if you had said: "{change.choice.label}" ({change.question.name}={change.choice.name})'


def step_of_path(stage: Stage) -> str:
    """Return when to take a framework of the path."""
    return f"when {stage.when}" if stage.trait else "now, until something real of yours runs"
