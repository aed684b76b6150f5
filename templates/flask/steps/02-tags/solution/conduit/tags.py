"""Tags: words that sort articles. An article has many, and a tag is on many articles."""

from collections.abc import Callable

from flask import Blueprint
from sqlalchemy import Column, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from conduit.articles import Article, editor_part, list_page
from conduit.database import UTCDateTime, db, now
from conduit.forms import Form

bp = Blueprint("tags", __name__)

article_tag = db.Table(
    "article_tag",
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True, index=True),
    Column("tagged_at", UTCDateTime, default=now),
)


class Tag(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    articles: Mapped[list[Article]] = relationship(
        secondary=article_tag, backref=backref("tags", order_by="func.lower(Tag.name)", lazy="selectin")
    )
    # Your own lines go below this one.


@bp.get("/tag/<path:name>")
def tagged(name: str) -> str:
    articles = select(Article).select_from(Tag).join(Tag.articles).where(Tag.name == name)
    return list_page(articles, tag=name)


@editor_part
def take_tags(article: Article, form: Form) -> None:
    """Take over the tags from the editor, where they stand with commas between them."""
    typed = form.line("tags", longest=2_000, optional=True)
    names = sorted({name.strip() for name in typed.split(",")} - {""})
    form.errors += what_is_wrong_with(names)
    known = {tag.name: tag for tag in db.session.scalars(select(Tag).where(Tag.name.in_(names)))}
    article.tags = [known.get(name) or Tag(name=name) for name in names]


def what_is_wrong_with(names: list[str]) -> list[str]:
    """Why these cannot be the tags of an article, in words."""
    errors = []
    if len(names) > 20:
        errors.append("there are too many tags: at most 20, please")
    if any(len(name) > 50 for name in names):
        errors.append("a tag is too long: at most 50 characters, please")
    if any({"", ".", ".."} & set(name.split("/")) for name in names):
        errors.append(
            "a tag stands in an address: something must stand before, between and after its slashes"
        )
    return errors


@bp.app_context_processor
def for_templates() -> dict[str, Callable[[], list[str]]]:
    return {"popular_tags": popular_tags}


def popular_tags() -> list[str]:
    """The names of the 20 most used tags, and of the 10 used last."""
    in_use = select(Tag.name).join(article_tag).group_by(Tag.id)
    most_used = in_use.order_by(func.count().desc(), Tag.name).limit(20)
    used_last = in_use.order_by(func.max(article_tag.c.tagged_at).desc()).limit(10)
    return list(dict.fromkeys([*db.session.scalars(most_used), *db.session.scalars(used_last)]))


# What a new database begins with

SAMPLE_TAGS = {
    "clocks": ["the-clock-that-found-the-ocean"],
    "craft": ["a-bridge-that-began-with-a-kite", "bread-is-a-conversation-with-air"],
    "kitchen": ["bread-is-a-conversation-with-air"],
    "maps": ["the-town-that-a-map-invented", "the-clock-that-found-the-ocean"],
    "paper": ["the-town-that-a-map-invented", "why-old-books-smell-of-vanilla"],
    "programming": ["how-to-read-an-error-message"],
    "science": ["why-old-books-smell-of-vanilla", "bread-is-a-conversation-with-air"],
    "stories": [
        "the-town-that-a-map-invented",
        "a-bridge-that-began-with-a-kite",
        "the-clock-that-found-the-ocean",
    ],
}


def add_samples() -> None:
    """Put tags on the sample articles."""
    for name, slugs in SAMPLE_TAGS.items():
        articles = db.session.scalars(select(Article).where(Article.slug.in_(slugs))).all()
        db.session.add(Tag(name=name, articles=list(articles)))
