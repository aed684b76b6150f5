"""What the shapes of all requests and answers have in common."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic.alias_generators import to_camel


class Sent(BaseModel):
    """What a client sends. A name like `tag_list` is `tagList` in JSON; what nobody asked for is ignored."""

    model_config = ConfigDict(alias_generator=to_camel)


class Shown(BaseModel):
    """What the site answers. It is made from any object that has attributes of these names."""

    model_config = ConfigDict(alias_generator=AliasGenerator(serialization_alias=to_camel), from_attributes=True)


def without_nul(value: Any) -> Any:
    """Text without the NUL that some databases refuse."""
    return value.replace("\0", "") if isinstance(value, str) else value


NOT_BLANK = r"[^\s\x00]"

# One line of text, without spaces around it, and text of any number of lines. Neither can be blank; the third can.
Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=NOT_BLANK), BeforeValidator(without_nul)]
Text = Annotated[str, StringConstraints(pattern=NOT_BLANK), BeforeValidator(without_nul)]
AnyText = Annotated[str, BeforeValidator(without_nul)]


def in_utc(moment: datetime) -> str:
    """A moment as JSON has it: 2026-11-03T18:05:09.012345Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(in_utc), Field(json_schema_extra={"format": "date-time"})]

# For a field that may be left out, but not be null. `model_dump(exclude_unset=True)` tells what was sent.
LEFT_OUT: Any = Field(default_factory=lambda: None)
