"""The text of the screens: harmless, wrapped, with and without colour, its commands as they have to be typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import Invocation
from starterkit.cli.console.markdown import inline, show_markdown
from starterkit.cli.console.text import Span, Text, columns, harmless, joined, markup, text, wrapped

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=60)


def drawn(lines: list[Text], *, colour: bool = False) -> list[str]:
    return [line.drawn(colour=colour) for line in lines]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x07b\x9bc\x7f", "a\ufffdb\ufffdc\ufffd"),
        ("abc\u202edef", "abc\ufffddef"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\tb", "a   b"),
        ("[bold red]{{ 7*7 }} مرحبا 🎈", "[bold red]{{ 7*7 }} مرحبا 🎈"),
    ],
)
def test_what_a_terminal_would_obey_is_taken_out(words: str, shown: str) -> None:
    assert harmless(words) == shown


@given(st.text())
def test_nothing_harmful_ever_comes_through(words: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", harmless(words))


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", "bold", "code", "red"])), max_size=6), st.integers(10, 60))
def test_wrapping_keeps_every_word_in_order_and_its_lines_in_the_width(
    parts: list[tuple[str, str]], width: int
) -> None:
    paragraph = Text(tuple(Span(harmless(words), style) for words, style in parts))

    lines = drawn(wrapped(paragraph.quoted(), width, indent=2, hang=2))

    assert "".join("".join(lines).split()) == "".join(paragraph.plain.split())
    for line in lines:
        assert columns(line) <= width or " " not in line.strip(" ") or "`" in line


def test_a_hanging_paragraph_and_what_is_to_be_typed() -> None:
    paragraph = markup("Look for `git switch -c my-work`, then go on.")

    assert drawn(wrapped(paragraph.quoted(), 32, indent=2, hang=3)) == [
        "  Look for",
        "     `git switch -c my-work`,",
        "     then go on.",
    ]


def test_spaces_between_words_stay_but_not_at_a_line_end() -> None:
    assert drawn(wrapped(text("ok  all is    well"), 40)) == ["ok  all is    well"]
    assert drawn(wrapped(text("ok  all is    well"), 11)) == ["ok  all is", "well"]


def test_one_style_is_drawn_once() -> None:
    lines = wrapped(joined(text("red and bold", "bold red"), " then not"), 40)

    assert drawn(lines, colour=True) == ["\x1b[1;31mred and bold\x1b[0m then not"]
    assert drawn(lines) == ["red and bold then not"]


def test_wide_letters_take_two_columns() -> None:
    assert columns("漢字 é 🎈") == 9
    assert drawn(wrapped(text("漢字漢字 漢字"), 10)) == ["漢字漢字", "漢字"]


@pytest.mark.parametrize(
    ("invocation", "shown"),
    [
        (Invocation(), "`starterkit check` or `starterkit -C FOLDER …`; `git status`, `starterkit.yml`"),
        (
            Invocation("/a/starterkit"),
            "`/a/starterkit check` or `starterkit -C FOLDER …`; `git status`, `starterkit.yml`",
        ),
        (
            Invocation(folder="my site"),
            "`starterkit -C 'my site' check` or `starterkit -C FOLDER …`; `git status`, `starterkit.yml`",
        ),
    ],
)
def test_our_commands_in_a_sentence_are_as_they_have_to_be_typed(invocation: Invocation, shown: str) -> None:
    sentence = markup("`starterkit check` or `starterkit -C FOLDER …`; `git status`, `starterkit.yml`")

    assert invocation.as_typed(sentence).plain == shown


def test_markdown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_markdown(
        Console(environ={"NO_COLOR": "1"}),
        "# Title\n\nSome **bold** and *soft* words\nin `code *kept*`.\n\n"
        "1. one\n   goes on\n2. two\n   - under `it`\n\n| a | b |\n| - | - |\n\n"
        "```python\nx = 1  # **kept**\n\ny = 2\n```\n> **Quote.** one\n> two\n",
    )

    assert capsys.readouterr().out == (
        "# Title\n\nSome bold and soft words in `code *kept*`.\n\n"
        "1. one goes on\n2. two\n   - under `it`\n\n| a | b |\n| - | - |\n\n"
        "    x = 1  # **kept**\n\n    y = 2\n| Quote. one two\n"
    )


@given(st.text(max_size=200))
def test_any_text_is_shown_as_markdown_without_losing_a_letter(words: str) -> None:
    with _shown() as shown:
        show_markdown(Console(environ={"NO_COLOR": "1"}), harmless(words))

    lost = set(re.sub(r"[\s*`#>|-]", "", harmless(words))) - set("".join(shown))
    assert not {letter for letter in lost if letter.isalnum() and letter.isascii()} or "```" in words


@given(st.text("ab*` ", max_size=30))
def test_emphasis_takes_away_nothing_but_its_signs(words: str) -> None:
    assert inline(words).plain.replace("*", "") == words.replace("*", "")


@contextmanager
def _shown() -> Iterator[list[str]]:
    import io
    from contextlib import redirect_stdout

    found: list[str] = []
    stream = io.StringIO()
    with redirect_stdout(stream):
        yield found
    found.append(stream.getvalue())
