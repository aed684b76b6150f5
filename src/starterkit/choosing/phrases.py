"""Sentences about the advice. `choose` shows them on the screen and in its HTML card."""

from __future__ import annotations

from starterkit.choosing.advice import Advice, Sureness
from starterkit.choosing.explanation import Reason, listed, start_warnings, unmet
from starterkit.choosing.roadmap import Stage
from starterkit.template.model import Template

SHOWN_REASONS = 4
ONE_FITS_ALL = "No framework is right for everyone. This framework fits your answers."


def headline(advice: Advice) -> str:
    """Return a sentence that names the best framework, or all frameworks that share first place."""
    if advice.equals:
        titles = [template.title for template in (advice.start, *advice.equals)]
        return f"{listed(titles)} fit you equally well."
    return f"Start with {advice.start.title}."


def how_sure(advice: Advice) -> str:
    """Return a sentence that says how sure the advice is, and why."""
    if advice.sureness is Sureness.ONLY:
        return "Only one framework is available, so you don't have to choose."
    count, of = len(advice.chosen), len(advice.scores.questions)
    if not count:
        return f"You answered none of the {of} questions, so the result is {Sureness.GUESS.value}."
    more = (
        " Compare the downsides, and choose the framework that you prefer." if advice.sureness is Sureness.EQUAL else ""
    )
    return f"This result is {advice.sureness.value}. You answered {count} of {of} questions.{more}"


def how_many_lead_elsewhere(advice: Advice) -> str:
    """Return a sentence that says how many other answers would lead to another framework."""
    elsewhere, others = advice.leads_elsewhere
    return f"There are {others} ways to change one answer. {elsewhere} of these ways lead to another framework."


def stay(advice: Advice) -> str:
    """Return the advice to stay with a framework that the user knows, or "".

    It is "" if another framework fits better.
    """
    if advice.known_fits is None:
        return ""
    title = advice.known_fits.title
    fit = f"Your other answers point to {title}, which you already know."
    return f"{fit} To finish this project, stay with {title}. To learn something new, read on."


def price(advice: Advice, template: Template) -> list[str]:
    """Return sentences about a framework's costs.

    They are its trade-off, a hard start, and unfulfilled wishes.
    """
    return [template.trade_off, *start_warnings(template), *map(because, unmet(advice, template))]


def because(reason: Reason) -> str:
    """Return a reason as two sentences: the user's answers, and how the framework fits them."""
    return f"{reason.because}. {reason.sentence}"


def tipped(advice: Advice) -> list[str]:
    """Return sentences about other answers that would change the result.

    They would lead to the next-best framework, or to only one of several equal frameworks.
    """
    ranked = [advice.templates[number] for number in advice.ranking]
    if advice.equals:
        others = [advice.start, *advice.equals]
    else:
        others = ranked[1 : None if advice.sureness is Sureness.GUESS else 2]
    tips = [(template, _tip(advice, template)) for template in others if advice.tips(template)]
    sentences = [tip or _no_wish(advice, template) for template, tip in tips]
    # If no answer leads to the runner-up, show one that leads to a lower-ranked framework.
    if len(others) == 1 and not any(tip for _, tip in tips):
        sentences += [tip for template in ranked[2:] if (tip := _tip(advice, template))][:1]
    return sentences


def _tip(advice: Advice, template: Template) -> str:
    change = next((change for change in advice.tips(template) if not change.names_a_framework), None)
    if change is None:
        return ""
    name = change.question.name
    title = template.title
    result = f"{title} would be the only result" if advice.equals else f"the result would be {title}"
    if change.choice is None:
        given = next(choice for question, choice in advice.chosen if question is change.question)
        return f'Without your answer "{given.label}" ({name}={given.name}), {result}.'
    return f'With the answer "{change.choice.label}" ({name}={change.choice.name}), {result}.'


def _no_wish(advice: Advice, template: Template) -> str:
    if any(question.name == "team" and choice.decides for question, choice in advice.chosen):
        return "The result would only change if your team used another framework."
    return f"If your team used {template.title}, the result would be {template.title}."


def step_of_path(stage: Stage) -> str:
    """Return a sentence that says when to learn a framework of the roadmap."""
    return f"Learn it {stage.when or 'now, for your first project'}."
