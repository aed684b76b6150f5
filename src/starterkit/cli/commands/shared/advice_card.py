"""Write the advice of `choose` as a card: a single HTML file to share or print."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from starterkit.choosing.advice import Advice
from starterkit.choosing.contradictions import contradictions
from starterkit.choosing.explanation import reasons
from starterkit.choosing.phrases import (
    ONE_FITS_ALL,
    SHOWN_REASONS,
    headline,
    how_sure,
    price,
    stay,
    step_of_path,
    tipped,
)
from starterkit.choosing.roadmap import path
from starterkit.choosing.scoring import ranked
from starterkit.cli.commands.shared.advice import ShownAdvice
from starterkit.cli.console.html_file import HtmlFile
from starterkit.template.model import Template
from starterkit.textfile import fill_template

CARD = HtmlFile("card", "<!-- made by starterkit choose -->")


def card_of(shown: ShownAdvice) -> str:
    """Return the card as a complete HTML document."""
    advice = shown.advice
    begin = (advice.start, *advice.equals)
    return fill_template(
        Path(__file__).with_name("advice_card.html"),
        mark=CARD.mark,
        title=escape(headline(advice)),
        sure=escape(" ".join((how_sure(advice), stay(advice))).strip()),
        none=escape(ONE_FITS_ALL),
        fits=_fits(advice),
        why="\n".join(_why(advice, template) for template in begin),
        tensions=_section("How your answers fit together", _points(map(escape, contradictions(advice)))),
        runner_up=_runner_up(advice),
        path=_path(advice),
        answers=_answers(advice),
        begin="\n".join(
            f"<pre>starterkit {escape(shown.command(template, is_public=True))}</pre>" for template in begin
        ),
    )


def _why(advice: Advice, template: Template) -> str:
    points = [
        f"<b>{escape(reason.because)}.</b> {escape(reason.sentence)}"
        for reason in reasons(advice, template)[:SHOWN_REASONS]
    ]
    why = _section(f"Why {template.title}", _points(points))
    return f"{why}\n{_section(f'The downsides of {template.title}', _points(map(escape, price(advice, template))))}"


def _points(sentences: Iterable[str]) -> str:
    items = "\n".join(f"<li>{sentence}</li>" for sentence in sentences)
    return f"<ul>\n{items}\n</ul>" if items else ""


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}\n</section>" if content else ""


def _fits(advice: Advice) -> str:
    wishes = advice.scores.wishes(advice.answers)
    most = max(*wishes, 1)
    rows = []
    for number in ranked(wishes):
        title, points = escape(advice.scores.templates[number].title), wishes[number]
        share = round(100 * points / most)
        rows.append(
            f'<tr><th scope="row">{title}</th><td class="bar"><span style="width:{share}%"></span></td>'
            f"<td>{points}</td></tr>"
        )
    caption = "How well each framework fits your wishes, in points."
    if any(choice.decides for _, choice in advice.chosen):
        caption += " Some answers count more: your language, your team and the frameworks that you know."
    return f"<table>\n<caption>{caption}</caption>\n" + "\n".join(rows) + "\n</table>"


def _runner_up(advice: Advice) -> str:
    other = advice.runner_up
    sentences = " ".join(map(escape, tipped(advice)))
    if other is None or advice.equals:
        return _section("What would change the result", f"<p>{sentences}</p>" if sentences else "")
    return _section(f"The runner-up: {other.title}", f"<p>{escape(other.summary)} {sentences}</p>")


def _path(advice: Advice) -> str:
    stages = path(advice)
    if len(stages) < 2:
        return ""
    items = "\n".join(
        f"<li><b>{escape(stage.template.title)}:</b> {escape(step_of_path(stage))}</li>" for stage in stages
    )
    return _section("Start with one framework, and add others later", f"<ol>\n{items}\n</ol>")


def _answers(advice: Advice) -> str:
    rows = "\n".join(
        f"<dt>{escape(question.text)}</dt><dd>{escape(choice.label)}</dd>" for question, choice in advice.chosen
    )
    return _section("Your answers", f"<dl>\n{rows}\n</dl>" if rows else "<p>You skipped all questions.</p>")
