"""What is asked of the tables of tags, and what is written to them."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import func, insert, or_, Select, select
from sqlalchemy.exc import IntegrityError

from conduit.articles import Article
from conduit.database import db
from conduit.tags.models import article_tag, Tag


MOST_USED = 20
NEWEST = 10


def articles_with(name: str) -> Select[tuple[Article]]:
    """The articles that carry this tag."""
    return (
        select(Article)
        .join(article_tag, article_tag.c.article_id == Article.id)
        .join(Tag, Tag.id == article_tag.c.tag_id)
        .where(Tag.name == name)
    )


def names_on(article: Article) -> list[str]:
    """The tags of this article, in alphabetical order."""
    names = [tag.name for tag in article.tags]
    return sorted(names, key=lambda name: (name.casefold(), name))


def names_in_use() -> Sequence[str]:
    """The tags used most, and the newest in any case; most used first."""
    use = (
        select(
            Tag.id,
            Tag.name,
            func.count().label('times'),
            func.max(article_tag.c.tagged_at).label('last'),
        )
        .join(article_tag, article_tag.c.tag_id == Tag.id)
        .group_by(Tag.id, Tag.name)
        .cte('tag_use')
    )
    most_used = select(use.c.id).order_by(use.c.times.desc(), use.c.name)
    newest = select(use.c.id).order_by(use.c.last.desc(), use.c.id.desc())
    return db.session.scalars(
        select(use.c.name)
        .where(
            or_(
                use.c.id.in_(most_used.limit(MOST_USED)),
                use.c.id.in_(newest.limit(NEWEST)),
            )
        )
        .order_by(use.c.times.desc(), use.c.name)
    ).all()


def tags_named(names: Sequence[str]) -> list[Tag]:
    """The tags with these names. Those that are missing are made first."""
    wanted = select(Tag).where(Tag.name.in_(names))
    known = {tag.name for tag in db.session.scalars(wanted)}
    for name in names:
        if name not in known:
            _make(name)
    return list(db.session.scalars(wanted))


def _make(name: str) -> None:
    """Make a tag, in a transaction of its own: it is no harm where somebody
    else has just made the same one."""
    with suppress(IntegrityError), db.engine.begin() as connection:
        connection.execute(insert(Tag).values(name=name))
