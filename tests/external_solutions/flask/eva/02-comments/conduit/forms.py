"""Filters and validators for the forms. Each feature has its forms in its own `forms.py`."""

from wtforms.validators import DataRequired, Length

# A validator checks what a visitor typed.
required = DataRequired("can't be blank")


def at_most(characters: int) -> Length:
    """A validator that rejects a longer text."""
    return Length(max=characters, message="is too long (at most %(max)d characters)")


# A filter changes what a visitor typed, before the validators check it.
def one_line(text: str | None) -> str | None:
    """The text in one line, without extra spaces."""
    return " ".join(text.replace("\0", "").split()) if text else text


def plain_text(text: str | None) -> str | None:
    """The text without spaces around it. Browsers end a line with CRLF, and this filter changes it to LF."""
    return text.replace("\0", "").replace("\r\n", "\n").strip() if text else text


# Your own lines go below this one.
