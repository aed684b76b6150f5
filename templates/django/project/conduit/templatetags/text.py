"""Text that visitors wrote, made fit for a page."""

import nh3
from django import template
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

register = template.Library()

TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "ul", "ol", "li", "pre", "code"),
    *("em", "strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
ADDRESSES = {"http", "https", "mailto"}

parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def lower_headings(state):
    """Turn h1 into h2 and so on: the page's one h1 is the article's title."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


parser.core.ruler.push("lower_headings", lower_headings)


@register.filter
def markdown(source):
    """{{ article.body|markdown }}: HTML in which nothing can run. HTML in the source stays text."""
    html = parser.render(source)
    return mark_safe(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=ADDRESSES))  # noqa: S308
