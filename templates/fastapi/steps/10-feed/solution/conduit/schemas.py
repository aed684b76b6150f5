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
    draft: bool = False
    # Your own lines go below this one.


class UpdateArticle(Schema):
    """The fields that a client changes. `MISSING` is the value of a field that the client didn't send."""

    title: Title | MISSING = MISSING
    description: Description | MISSING = MISSING
    body: Body | MISSING = MISSING
    tag_list: TagList | MISSING = MISSING
    draft: bool | MISSING = MISSING
    # Your own lines go below this one.


class ArticlePreview(Schema):
    """An article in a list."""

    slug: str
    title: str
    description: str
    created_at: Time
    updated_at: Time
    tag_list: list[str]
    draft: bool
    author: "Profile"
    favorited: bool = False
    favorites_count: int = 0
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
    author: "Profile"
    # Your own lines go below this one.


class CommentResponse(Schema):
    comment: Comment


class CommentsResponse(Schema):
    comments: list[Comment]


class TagsResponse(Schema):
    tags: list[str]


def part_of_url(name: str) -> str:
    """The name, if it can be part of a URL."""
    if "/" in name or name in (".", ".."):
        raise ValueError("can't contain a slash, or be . or ..")
    return name


def lowercase(email: str) -> str:
    return email.lower()


Username = Annotated[Line, Field(max_length=50), AfterValidator(part_of_url)]
Email = Annotated[Line, Field(max_length=200, pattern="^.+@.+$"), AfterValidator(lowercase)]
Password = Annotated[str, Field(min_length=8, max_length=200)]


def none_if_empty(text: str | None) -> str | None:
    return text or None


LongText = Annotated[str, BeforeValidator(plain_text), Field(max_length=2_000)]
Bio = Annotated[LongText | None, AfterValidator(none_if_empty)]
Image = Annotated[LongText | None, AfterValidator(none_if_empty)]


class CreateUser(Schema):
    username: Username
    email: Email
    password: Password


class LoginUser(Schema):
    email: Annotated[Line, AfterValidator(lowercase)]
    password: Annotated[str, Field(min_length=1)]


class UpdateUser(Schema):
    """The settings that a client changes. `MISSING` is the value of a field that the client didn't send."""

    username: Username | MISSING = MISSING
    email: Email | MISSING = MISSING
    password: Password | MISSING = MISSING
    bio: Bio | MISSING = MISSING
    image: Image | MISSING = MISSING


class User(Schema):
    """An account, as its owner sees it."""

    username: str
    email: str
    bio: str | None
    image: str | None
    token: str
    # Your own lines go below this one.


class UserResponse(Schema):
    user: User


class Profile(Schema):
    """A user, as everybody sees them. `following` says if the client follows the user."""

    username: str
    bio: str | None
    image: str | None
    following: bool = False
    # Your own lines go below this one.


class ProfileResponse(Schema):
    profile: Profile


class Page(Schema):
    """The part of a list that a client asks for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Annotated[int, Field(ge=0, lt=2**31)] = 0


# Your own lines go below this one.
