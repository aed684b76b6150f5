"""Show Markdown in color with Rich. Only a lesson on a terminal imports this module, because Rich is slow to import."""

from __future__ import annotations

from typing import Any, ClassVar

from rich import console, markdown, syntax, theme
from rich.text import Text as RichText

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import harmless, text

# These colors are readable on dark and on light terminals.
_COLORS = {
    "markdown.h1": "bold",
    "markdown.h2": "bold cyan",
    "markdown.h3": "bold",
    "markdown.code": "cyan",
    "markdown.block_quote": "default",
    "markdown.item.number": "cyan",
    "markdown.table.header": "bold",
    "markdown.table.border": "default",
}


class _Code(markdown.CodeBlock):
    """A block of code, whose lines are never wrapped."""

    def __rich_console__(self, _console: Any, _options: Any) -> Any:
        code = str(self.text).rstrip()
        highlighter = syntax.Syntax("", self.lexer_name, theme=self.theme)
        for line in highlighter.highlight(code).split("\n"):
            yield RichText.assemble(line, no_wrap=True, overflow="ignore")


class _Document(markdown.Markdown):
    """Markdown in which the lines of code blocks are never wrapped."""

    elements: ClassVar = {**markdown.Markdown.elements, "fence": _Code, "code_block": _Code}


def draw_markdown(screen: Console, source: str) -> None:
    """Show Markdown in color on the terminal of `screen`."""
    screen.progress.stop()
    title, _, rest = harmless(source).partition("\n") if source.startswith("# ") else ("", "", harmless(source))
    if title:
        screen.print(text(title.removeprefix("# "), "bold"))
        screen.print()
    output = console.Console(width=screen.width, theme=theme.Theme(_COLORS), force_terminal=True, highlight=False)
    output.print(_Document(rest, code_theme="ansi_light", hyperlinks=False), crop=False)
