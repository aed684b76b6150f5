"""The schemas of the API. Each class describes a JSON object that a client sends or receives."""

from datetime import datetime
from typing import Annotated

from pydantic import MISSING, AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel


class Schema(BaseModel):
    """The base of all schemas. A field `created_at` is `createdAt` in JSON. A row of a table can become a schema."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, from_attributes=True)


# A validator checks or changes a value. PostgreSQL can't store the character NUL, so both validators remove it.
def one_line(value: object) -> object:
    """A text in one line, without extra spaces."""
    return " ".join(value.replace("\0", "").split()) if isinstance(value, str) else value


def plain_text(value: object) -> object:
    """A text of several lines, without spaces around it. CRLF becomes LF."""
    return value.replace("\0", "").replace("\r\n", "\n").strip() if isinstance(value, str) else value


def as_utc(moment: datetime) -> str:
    """A time of the database as JSON, for example 2026-11-03T18:05:09.012345Z."""
    return f"{moment.isoformat(timespec='microseconds')}Z"


# Types for fields. `Annotated` adds rules to a type.
Line = Annotated[str, BeforeValidator(one_line), Field(min_length=1)]
Text = Annotated[str, BeforeValidator(plain_text), Field(min_length=1)]
Time = Annotated[datetime, PlainSerializer(as_utc), Field(json_schema_extra={"format": "date-time"})]
Title = Annotated[Line, Field(max_length=200)]
Description = Annotated[Line, Field(max_length=500)]
Body = Annotated[Text, Field(max_length=50_000)]


def tidy_tags(tags: list[str]) -> list[str]:
    """The tags without repeated and empty ones."""
    return sorted({*tags} - {""})


TagName = Annotated[str, BeforeValidator(one_line), Field(max_length=50)]
TagList = Annotated[list[TagName], AfterValidator(tidy_tags), Field(max_length=20)]


class CreateArticle(Schema):
    title: Title
    description: Description
    body: Body
    tag_list: TagList = []
    # Your own lines go below this one.


class UpdateArticle(Schema):
    """The fields that a client changes. `MISSING` is the value of a field that the client didn't send."""

    title: Title | MISSING = MISSING
    description: Description | MISSING = MISSING
    body: Body | MISSING = MISSING
    tag_list: TagList | MISSING = MISSING
    # Your own lines go below this one.


class ArticlePreview(Schema):
    """An article in a list."""

    slug: str
    title: str
    description: str
    created_at: Time
    updated_at: Time
    tag_list: list[str]
    # Your own lines go below this one.


class Article(ArticlePreview):
    body: str


class ArticleResponse(Schema):
    article: Article


class ArticlesResponse(Schema):
    articles: list[ArticlePreview]
    articles_count: int


class About(Schema):
    title: str
    author: str
    contact_email: str
    articles_count: int


class AboutResponse(Schema):
    about: About


class CreateComment(Schema):
    body: Annotated[Text, Field(max_length=5_000)]
    # Your own lines go below this one.


class Comment(Schema):
    id: int
    body: str
    created_at: Time
    updated_at: Time
    # Your own lines go below this one.


class CommentResponse(Schema):
    comment: Comment


class CommentsResponse(Schema):
    comments: list[Comment]


class TagsResponse(Schema):
    tags: list[str]


# Your own lines go below this one.
