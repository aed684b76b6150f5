"""Text that visitors wrote, made fit for a page."""

from datetime import datetime

from flask import Flask
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup
import nh3


TAGS = {
    *(
        'h2',
        'h3',
        'h4',
        'h5',
        'h6',
        'p',
        'br',
        'hr',
        'blockquote',
        'ul',
        'ol',
        'li',
        'pre',
        'code',
    ),
    *(
        'em',
        'strong',
        's',
        'a',
        'img',
        'table',
        'thead',
        'tbody',
        'tr',
        'th',
        'td',
    ),
}
ATTRIBUTES = {
    'a': {'href', 'title'},
    'img': {'src', 'alt', 'title'},
    'ol': {'start'},
}
ADDRESSES = {'http', 'https', 'mailto'}

markdown = MarkdownIt('commonmark', {'html': False}).enable(
    ['table', 'strikethrough']
)


def lower_headings(state: StateCore) -> None:
    """Turn h1 into h2 and so on: the page's one h1 is the article's title."""
    for token in state.tokens:
        if token.type in ('heading_open', 'heading_close'):
            token.tag = f'h{min(int(token.tag[1]) + 1, 6)}'


markdown.core.ruler.push('lower_headings', lower_headings)


def render_markdown(source: str) -> Markup:
    """The source as HTML in which nothing can run: HTML in it stays text, only known tags come out."""
    html = nh3.clean(
        markdown.render(source),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=ADDRESSES,
    )
    return Markup(html)  # noqa: S704


def long_date(moment: datetime) -> str:
    """The day, as in "November 3, 2026"."""
    return f'{moment:%B} {moment.day}, {moment.year}'


def add_filters(app: Flask) -> None:
    """Let the templates write {{ article.body | markdown }} and {{ article.created_at | long_date }}."""
    app.add_template_filter(render_markdown, 'markdown')
    app.add_template_filter(long_date)
