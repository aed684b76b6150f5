"""Tags: an article has many tags, and a tag is on many articles."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from conduit.extensions import db
from conduit.models import Article, Tag, article_tag


def find_tags(names: list[str]) -> list[Tag]:
    """The tags with these names. A tag that doesn't exist yet is created."""
    tags = {tag.name: tag for tag in db.session.scalars(select(Tag).where(Tag.name.in_(names)))}
    return [tags.get(name) or create_tag(name) for name in names]


def create_tag(name: str) -> Tag:
    """A new tag, or the tag that another visitor created at this moment."""
    tag = Tag(name=name)
    try:
        with db.session.begin_nested():
            db.session.add(tag)
    except IntegrityError:
        return db.session.scalars(select(Tag).where(Tag.name == name)).one()
    return tag


def popular_tags() -> list[str]:
    """The names of the 20 most used tags, and of the 10 tags used last."""
    drafts = select(Article.id).where(Article.draft)
    used = select(Tag.name).join(article_tag).where(article_tag.c.article_id.not_in(drafts)).group_by(Tag.id)
    most_used = used.order_by(func.count().desc(), Tag.name).limit(20)
    used_last = used.order_by(func.max(article_tag.c.tagged_at).desc()).limit(10)
    return list(dict.fromkeys([*db.session.scalars(most_used), *db.session.scalars(used_last)]))
