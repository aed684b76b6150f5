"""Fields and validators of our own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import Field, Form, ValidationError
from wtforms.widgets import TextInput

from conduit.queries.tags import tags_named
from conduit.tables import Tag


class TagsField(Field):
    """Names with commas between them. In an object they are tags."""

    widget = TextInput()
    data: list[str]

    def process_data(self, value: Iterable[str] | None) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        pieces = ",".join(valuelist).replace("\0", "").split(",")
        self.data = [*dict.fromkeys(name for piece in pieces if (name := " ".join(piece.split())))]

    def populate_obj(self, obj: Any, name: str) -> None:
        obj.use_tags(tags_named(self.data))

    def _value(self) -> str:
        return ", ".join(self.data)


class TagNames:
    """Rejects too many tags, too long ones, and those that no URL can contain."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Form, field: TagsField) -> None:
        if len(field.data) > self.most:
            raise ValidationError(f"can't be more than {self.most}")
        for name in field.data:
            if len(name) > Tag.LONGEST:
                raise ValidationError(f"can't have more than {Tag.LONGEST} characters each")
            if not {"", ".", ".."}.isdisjoint(name.split("/")):
                raise ValidationError(f'can\'t contain "{name}", because no URL can')


def fits_in_a_url(form: Form, field: Field) -> None:
    """Rejects a name that can't be one part of a URL."""
    if "/" in field.data or field.data in (".", ".."):
        raise ValidationError("can't contain a slash, and can't be only one or two dots")
