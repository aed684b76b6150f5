"""Tags: an article has many tags, and a tag is on many articles."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conduit.models import Article, Tag, article_tag


def find_tags(names: list[str], session: Session) -> list[Tag]:
    """The tags with these names. A tag that doesn't exist yet is created."""
    tags = {tag.name: tag for tag in session.scalars(select(Tag).where(Tag.name.in_(names)))}
    return [tags.get(name) or create_tag(name, session) for name in names]


def create_tag(name: str, session: Session) -> Tag:
    """A new tag, or the tag that another client created at this moment."""
    tag = Tag(name=name)
    try:
        with session.begin_nested():
            session.add(tag)
    except IntegrityError:
        return session.scalars(select(Tag).where(Tag.name == name)).one()
    return tag


def popular_tags(session: Session) -> list[str]:
    """The names of the 20 most used tags, and of the 10 tags used last."""
    used = select(Tag.name).join(article_tag).join(Article).where(~Article.draft).group_by(Tag.id)
    most_used = used.order_by(func.count().desc(), Tag.name).limit(20)
    used_last = used.order_by(func.max(article_tag.c.tagged_at).desc()).limit(10)
    return list(dict.fromkeys([*session.scalars(most_used), *session.scalars(used_last)]))
