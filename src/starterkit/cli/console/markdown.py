"""Show Markdown as plain wrapped text, without Rich, which is slow to import."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, joined, markup, text

_ITEM = re.compile(r"(\s*)([-*]|\d+\.)\s+")
# Matches code, and words between one or two asterisks.
_MARKED = re.compile(r"`[^`\n]+`|(?<![\w*])(?P<stars>\*\*?)(?=[^\s*])(?P<marked>[^*`]+?)(?<=[^\s*])(?P=stars)(?![\w*])")


def show_markdown(console: Console, source: str, *, indent: int = 0) -> None:
    """Show Markdown as plain text. Paragraphs and lists are wrapped, but code and tables aren't."""
    for kind, lines in _blocks(source.strip("\n").split("\n")):
        if kind == "code":
            for line in lines[1:] if lines[-1].lstrip()[:3] != "```" else lines[1:-1]:
                console.verbatim(line, "cyan", indent=indent + 4)
        elif kind == "table":
            console.verbatim("\n".join(lines), indent=indent)
        elif kind == "heading":
            console.print(text(lines[0].lstrip("# ") if console.out_colour else lines[0], "bold"), indent=indent)
        elif kind == "item":
            _show_item(console, lines, indent)
        elif kind == "quote":
            quoted = " ".join(line.removeprefix(">").strip() for line in lines)
            console.print("| ", inline(quoted), indent=indent, hang=2)
        elif kind == "text":
            console.print(inline(" ".join(line.strip() for line in lines)), indent=indent)
        else:
            console.print()


def _show_item(console: Console, lines: list[str], indent: int) -> None:
    mark = _ITEM.match(lines[0])
    assert mark is not None
    content = " ".join([lines[0][mark.end() :], *(line.strip() for line in lines[1:])])
    console.print(f"{mark[2]} ", inline(content), indent=indent + len(mark[1]), hang=len(mark[2]) + 1)


def inline(paragraph: str) -> Text:
    """Return a Markdown paragraph as text, with styles for code and emphasis."""
    parts, end = list[Text](), 0
    for match in _MARKED.finditer(paragraph):
        parts.append(text(paragraph[end : match.start()]))
        if match["marked"] is None:
            parts.append(markup(match[0]))
        else:
            parts.append(text(match["marked"], "bold" if match["stars"] == "**" else ""))
        end = match.end()
    return joined(*parts, text(paragraph[end:]))


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    kind, block = "empty", list[str]()
    is_code = False
    for line in lines:
        kind_here = "code" if is_code else _kind(line, kind)
        is_fence = line.lstrip().startswith("```")
        begins = not is_code and (is_fence or (kind_here in ("item", "heading") and kind_here == _kind(line, "")))
        if block and (begins or kind_here != kind):
            yield kind, block
            block = []
        block.append(line)
        kind, is_code = kind_here, is_code != is_fence
    yield kind, block


def _kind(line: str, before: str) -> str:
    stripped = line.strip()
    if not stripped:
        return "empty"
    for mark, kind in (("```", "code"), ("|", "table"), ("#", "heading"), (">", "quote")):
        if stripped.startswith(mark):
            return kind
    return "item" if _ITEM.match(line) or before == "item" else "text"
