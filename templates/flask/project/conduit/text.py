"""Template filters: Markdown becomes safe HTML, and a time becomes a date."""

from datetime import datetime

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup

HTML_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "ul", "ol", "li", "pre", "code"),
    *("em", "strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
URL_SCHEMES = {"http", "https", "mailto"}

markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def lower_headings(state: StateCore) -> None:
    """Change h1 to h2 and so on, because the only h1 of the page is the article's title."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


markdown.core.ruler.push("lower_headings", lower_headings)


def render_markdown(source: str) -> Markup:
    """The source as safe HTML. HTML in the source is shown as text, and only known tags are allowed."""
    html = markdown.render(source)
    return Markup(nh3.clean(html, tags=HTML_TAGS, attributes=ATTRIBUTES, url_schemes=URL_SCHEMES))


def long_date(moment: datetime) -> str:
    """The date, for example November 3, 2026."""
    return f"{moment:%B} {moment.day}, {moment.year}"


def init_app(app: Flask) -> None:
    """Add the filters, so that a template can contain {{ article.body | markdown }}."""
    app.add_template_filter(render_markdown, "markdown")
    app.add_template_filter(long_date)
