"""Lessons become HTML in which nothing of their author can run."""

from __future__ import annotations

import re

import pytest

from starterkit.template.model import Link
from starterkit.web.lesson import TASK_TESTS, lesson_html, markdown_html

HOSTILE = """
# Title <script>alert(1)</script>

<script>alert(2)</script>

<img src=x onerror=alert(3)> and <b onclick=alert(4)>bold</b>

[one](javascript:alert(5)) [two](JaVaScRiPt:alert(6)) [three](data:text/html,<script>alert(7)</script>)
[four](vbscript:x) [five](//evil.example/x) [six](/api/next) ![seven](https://evil.example/pixel.png)
[eight]( javascript:alert(8) "t" onmouseover=alert(9)) <javascript:alert(10)> [nine](java&#115;cript:alert(11))

```html title="x<script>alert(12)</script>"
<script>alert(13)</script>
```

```"><script>alert(14)</script>
code </code></pre><script>alert(15)</script>
```

| a <script>alert(16)</script> | b |
| --- | --- |
| <iframe src=https://evil.example> | `<script>` |

<form action="https://evil.example"><input name=x></form>

<style>body { display: none }</style> <base href="https://evil.example/">
<meta http-equiv=refresh content="0;url=//evil">
"""
# Everything that the page may contain. Each attribute is one that the renderer itself writes.
TAGS = {
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "em",
        "strong",
        "code",
        "pre",
        "span",
        "a",
        "ul",
        "ol",
        "li",
        "hr",
        "br",
    ),
    *("table", "thead", "tbody", "tr", "th", "td", "div", "blockquote"),
}
ATTRIBUTES = re.compile(
    r'^(?: class="[\w -]*"| id="task-tests"| href="https?://[^"]*"| target="_blank"'
    r'| rel="noopener noreferrer"| title="[^"<>]*"| start="\d+"| style="text-align:(?:left|right|center)")*\s*/?$'
)


def assert_safe(html: str) -> None:
    for tag, attributes in re.findall(r"<\s*/?\s*([^\s>/]+)([^>]*)>", html):
        assert tag in TAGS, f"<{tag}{attributes}>"
        assert ATTRIBUTES.match(attributes), f"<{tag}{attributes}>"


def test_nothing_in_a_hostile_lesson_can_run_or_load() -> None:
    html = lesson_html(
        HOSTILE, [Link('<script>alert("t")</script>', "<img src=x onerror=alert(1)>", "javascript:alert(1)")]
    )

    assert_safe(html)
    assert "evil.example/pixel" not in html
    assert_safe(markdown_html(HOSTILE))


@pytest.mark.parametrize("target", ["/api/next", "../conduit/app.py", "#part", "mailto:a@example.org", "ftp://x/y"])
def test_a_link_that_the_page_cannot_open_is_text(target: str) -> None:
    assert markdown_html(f"See [the file]({target}).") == "<p>See the file.</p>\n"


def test_a_link_opens_a_new_tab_without_a_way_back() -> None:
    html = markdown_html("[Flask](https://flask.palletsprojects.com/)")

    assert 'href="https://flask.palletsprojects.com/" target="_blank" rel="noopener noreferrer"' in html


def test_the_tests_of_the_task_come_at_the_end_of_its_section() -> None:
    html = lesson_html("# One\n\n## Your task\n\n1. Do it.\n\n### More\n\nText.\n\n## See it\n\nLook.")

    assert html.index("Text.") < html.index(TASK_TESTS) < html.index("See it")
    assert lesson_html("# One\n\n## Your task\n\nDo it.").endswith(TASK_TESTS)
    assert TASK_TESTS not in lesson_html("# One\n\nNo task.")


def test_a_lesson_cannot_pretend_to_be_the_place_of_the_tests() -> None:
    assert lesson_html('# One\n\n<div id="task-tests"></div>\n').count(TASK_TESTS) == 0


def test_code_is_colored_and_keeps_its_text() -> None:
    html = markdown_html('```python title="app.py"\n\ndef f():\n    return "<b>"\n```\n')

    assert '<p class="file-name">app.py</p>' in html
    assert '<span class="k">return</span>' in html
    assert 'return "&lt;b&gt;"' in re.sub(r"<[^>]+>", "", html)


def test_tables_and_links_to_read_more() -> None:
    html = lesson_html(
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n", [Link("Docs", "about `x`", "https://example.org/?a=1&b=2")]
    )

    assert '<div class="table"><table>' in html
    link = '<a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">Docs</a>'
    assert f"{link}: about <code>x</code>" in html
