"""What a reader sends."""

from dataclasses import dataclass
from typing import Self

from conduit.forms import Form


LONGEST_COMMENT = 5_000


@dataclass(frozen=True, slots=True)
class CommentForm:
    """The comment that arrived, and what is wrong with it."""

    body: str
    errors: list[str]

    @classmethod
    def from_request(cls) -> Self:
        form = Form()
        body = form.text('body', longest=LONGEST_COMMENT)
        return cls(body, form.errors)
