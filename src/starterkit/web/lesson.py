"""Render lessons and hints as HTML. They are untrusted text, because templates can come from other people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from starterkit.template.model import Link

TASK_TESTS = '<div id="task-tests"></div>'
_TASK = "Your task"
_LOWEST = 6
_WEB = re.compile(r"https?://", re.IGNORECASE)
_TITLE = re.compile(r"\btitle=[\"']?(?P<path>[^\"'\s]+)")


def lesson_html(markdown: str, links: Sequence[Link] = ()) -> str:
    """Return a lesson as HTML. `TASK_TESTS` marks the end of the section "Your task".

    Headings become one level lower, because the page has a main heading.
    """
    parser = _parser()
    tokens = parser.parse(markdown)
    end = _end_of_task(tokens)
    if end is not None:
        tokens.insert(end, Token("html_block", "", 0, content=TASK_TESTS))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 1, _LOWEST)}"
    html: str = parser.renderer.render(tokens, parser.options, {})
    return html + _links_html(links)


def markdown_html(markdown: str) -> str:
    """Return a hint or another short text as HTML."""
    html: str = _parser().render(markdown)
    return html


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.core.ruler.push("starterkit_links", lambda state: _make_links_safe(state.tokens))
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("table_open", lambda *_: '<div class="table"><table>')
    parser.add_render_rule("table_close", lambda *_: "</table></div>")
    return parser


def _end_of_task(tokens: Sequence[Token]) -> int | None:
    """Return the position after the section "Your task", or None if there is no such section."""
    is_in_task = False
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            if is_in_task:
                return place
            is_in_task = tokens[place + 1].content.strip() == _TASK
    return len(tokens) if is_in_task else None


def _make_links_safe(tokens: Sequence[Token]) -> None:
    """Open links in a new tab. A link inside the project, which the page can't open, and an image become text."""
    for token in tokens:
        if token.children:
            token.children = list(_safe_parts(token.children))


def _safe_parts(parts: Sequence[Token]) -> Iterator[Token]:
    is_open = False
    for part in parts:
        if part.type == "link_open":
            is_open = bool(_WEB.match(str(part.attrGet("href") or "")))
            part.attrs = {"href": part.attrGet("href") or "", "target": "_blank", "rel": "noopener noreferrer"}
        if part.type == "image":
            yield Token("text", "", 0, content=part.content)
        elif is_open or part.type not in ("link_open", "link_close"):
            yield part
        if part.type == "link_close":
            is_open = False


def _fence(_renderer: Any, tokens: Sequence[Token], place: int, *_more: object) -> str:
    token = tokens[place]
    language, _, info = token.info.strip().partition(" ")
    title = _TITLE.search(info)
    name = f'<p class="file-name">{escape(title["path"])}</p>' if title else ""
    return f'{name}<pre><code class="code">{_highlighted(token.content, language)}</code></pre>\n'


def _highlighted(code: str, language: str) -> str:
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(code)
    return highlight(code, lexer, HtmlFormatter(nowrap=True))


def _links_html(links: Sequence[Link]) -> str:
    if not links:
        return ""
    items = "".join(f"<li>{_link_html(link)}: {_inline(link.about)}</li>" for link in links)
    return f"<h3>To read more</h3><ul>{items}</ul>"


def _link_html(link: Link) -> str:
    title = escape(link.title)
    if not _WEB.match(link.url):
        return f"<strong>{title}</strong>"
    return f'<a href="{escape(link.url)}" target="_blank" rel="noopener noreferrer">{title}</a>'


def _inline(markdown: str) -> str:
    html: str = _parser().renderInline(markdown)
    return html
