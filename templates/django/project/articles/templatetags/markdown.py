"""A template filter: Markdown becomes safe HTML."""

import nh3
from django import template
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

HTML_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "ul", "ol", "li", "pre", "code"),
    *("em", "strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
URL_SCHEMES = {"http", "https", "mailto"}

register = template.Library()
parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def lower_headings(state):
    """Change h1 to h2 and so on, because the only h1 of the page is the article's title."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


parser.core.ruler.push("lower_headings", lower_headings)


@register.filter
def markdown(source):
    """The source as safe HTML. HTML in the source is shown as text, and only known tags are allowed."""
    html = parser.render(source)
    return mark_safe(nh3.clean(html, tags=HTML_TAGS, attributes=ATTRIBUTES, url_schemes=URL_SCHEMES))  # noqa: S308
