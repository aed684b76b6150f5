"""The advice of `choose` as a card: one HTML file without outside resources, to be shared, printed, read on a phone."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from starterkit.choosing.expanding import path
from starterkit.choosing.saying import reasons
from starterkit.choosing.tensions import tensions
from starterkit.choosing.words import ONE_FITS_ALL, SHOWN_REASONS, headline, how_sure, price, stay, step_of_path, tipped
from starterkit.cli.screens.page import PageKind

if TYPE_CHECKING:
    from starterkit.choosing.advice import Advice
    from starterkit.cli.screens.chosen import Shown
    from starterkit.template import Template

CARD = PageKind("card", "<!-- made by starterkit choose -->")


def card_of(shown: Shown) -> str:
    """Return the card as one HTML document."""
    advice = shown.advice
    begin = (advice.start, *advice.equals)
    return _PAGE.format(
        mark=CARD.mark,
        style=_STYLE,
        title=escape(headline(advice)),
        sure=escape(" ".join((how_sure(advice), stay(advice))).strip()),
        none=escape(ONE_FITS_ALL),
        fits=_fits(advice),
        why="\n".join(_why(advice, template) for template in begin),
        tensions=_section("What pulls in different directions", _points(map(escape, tensions(advice)))),
        runner_up=_runner_up(advice),
        path=_path(advice),
        answers=_answers(advice),
        begin="\n".join(f"<pre>starterkit {escape(shown.command(one, is_public=True))}</pre>" for one in begin),
    )


def _why(advice: Advice, template: Template) -> str:
    speaking = [
        f"<b>{escape(reason.because)}.</b> {escape(reason.sentence[0].upper() + reason.sentence[1:])}"
        for reason in reasons(advice, template)[:SHOWN_REASONS]
    ]
    return "\n".join(
        (
            _section(f"Why {template.title}", _points(speaking)),
            _section(f"What {template.title} costs", _points(map(escape, price(advice, template)))),
        )
    )


def _points(sentences: Iterable[str]) -> str:
    items = "\n".join(f"<li>{sentence}</li>" for sentence in sentences)
    return f"<ul>\n{items}\n</ul>" if items else ""


def _section(title: str, content: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{content}\n</section>" if content else ""


def _fits(advice: Advice) -> str:
    """A bar for each framework: how much of the wishes it grants. What is named outright would drown them."""
    from starterkit.choosing.reckoning import ranked

    wishes = advice.reckoning.wishes(advice.answers)
    most = max(*wishes, 1)
    rows = []
    for number in ranked(wishes):
        title, points = escape(advice.reckoning.templates[number].title), wishes[number]
        share = round(100 * points / most)
        rows.append(
            f'<tr><th scope="row">{title}</th><td class="bar"><span style="width:{share}%"></span></td>'
            f"<td>{points}</td></tr>"
        )
    caption = "How much of your wishes each one grants, in points"
    if any(choice.decides for _, choice in advice.chosen):
        caption += ". What you named outright (a language, a team, what you know) goes before them."
    return f"<table>\n<caption>{caption}</caption>\n" + "\n".join(rows) + "\n</table>"


def _runner_up(advice: Advice) -> str:
    other = advice.runner_up
    sentences = " ".join(map(escape, tipped(advice)))
    if other is None or advice.equals:
        return _section("What would tell them apart", f"<p>{sentences}</p>" if sentences else "")
    return _section(f"The runner-up: {other.title}", f"<p>{escape(other.summary)} {sentences}</p>")


def _path(advice: Advice) -> str:
    stages = path(advice)
    if len(stages) < 2:
        return ""
    items = "\n".join(
        f"<li><b>{escape(stage.template.title)}:</b> {escape(step_of_path(stage))}.</li>" for stage in stages
    )
    return _section("Start with one, expand as needed", f"<ol>\n{items}\n</ol>")


def _answers(advice: Advice) -> str:
    rows = "\n".join(
        f"<dt>{escape(question.words)}</dt><dd>{escape(choice.label)}</dd>" for question, choice in advice.chosen
    )
    return _section("The answers", f"<dl>\n{rows}\n</dl>" if rows else "<p>All questions were skipped.</p>")


_STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #566072; --paper: #fff; --line: #d9dee7; --mark: #1a6b4f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #a6afbf; --paper: #161a21; --line: #343b48; --mark: #6fd0ab; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1.25rem 1rem 2.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; color: var(--mark); overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .35rem; }
p, ul, ol, dl { margin: 0 0 .5rem; }
ul, ol { padding-left: 1.25rem; }
li { margin-bottom: .35rem; }
section { border-top: 1px solid var(--line); padding-top: .9rem; margin-top: .9rem; break-inside: avoid; }
.kicker, .sure, caption, dt, footer { color: var(--soft); }
.kicker { margin-bottom: .25rem; }
caption { text-align: left; padding-bottom: .35rem; }
table { width: 100%; border-collapse: collapse; margin-top: 1rem; }
th { text-align: left; font-weight: 600; padding: .15rem .75rem .15rem 0; width: 1%; white-space: nowrap; }
td { padding: .15rem 0; text-align: right; width: 1%; font-variant-numeric: tabular-nums; }
td.bar { width: auto; padding-right: .75rem; }
.bar span { display: block; height: .7rem; min-width: 2px; background: var(--mark); border-radius: .35rem; }
dl { display: grid; grid-template-columns: 1fr; }
dd { margin: 0 0 .4rem; }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line);
  border-radius: .4rem; padding: .6rem .75rem; margin: .35rem 0; font-size: .9rem; }
footer { margin-top: 1.25rem; font-size: .9rem; }
@media (min-width: 40rem) { dl { grid-template-columns: 1fr 1fr; column-gap: 1rem; } dd { margin-bottom: .2rem; } }
@media print {
  :root { --ink: #000; --soft: #333; --paper: #fff; --line: #999; --mark: #0d5c41; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .bar span { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_PAGE = """<!DOCTYPE html>
{mark}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Where to begin: {title}</title>
<style>{style}</style>
</head>
<body>
<main>
<p class="kicker">Which framework should I start with?</p>
<h1>{title}</h1>
<p class="sure">{sure}</p>
{fits}
{why}
{tensions}
{runner_up}
{path}
{answers}
<section>
<h2>Begin</h2>
{begin}
</section>
<footer>{none} Made with <code>starterkit choose</code>.</footer>
</main>
</body>
</html>
"""
