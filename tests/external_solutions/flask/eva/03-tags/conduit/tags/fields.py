"""A form field for tags."""

from collections.abc import Iterable
from typing import Any

from wtforms import StringField

from conduit.forms import one_line
from conduit.tags import managers
from conduit.tags.models import Tag


class TagListField(StringField):
    """Tags with commas between them. `data` is a list of names."""

    SEPARATOR = ","

    def process_data(self, value: Iterable[Tag] | None) -> None:
        self.data = sorted(str(tag) for tag in value or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            names = (one_line(part) for part in valuelist[0].split(self.SEPARATOR))
            self.data = list(dict.fromkeys(filter(None, names)))

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, managers.get_or_create_all(self.data))

    def _value(self) -> str:
        return f"{self.SEPARATOR} ".join(self.data or [])
