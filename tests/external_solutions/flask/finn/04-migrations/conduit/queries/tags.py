"""Questions about tags."""

from collections.abc import Iterable
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from conduit.extensions import db
from conduit.tables import Article, Tag, Tagging

MOST_USED, USED_LAST = 20, 10


def insert_or_ignore(table: type[db.Model]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that skips rows which exist, even if another request added them a moment ago."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[db.engine.dialect.name]
    return dialect.insert(table).on_conflict_do_nothing()


def tags_named(names: Iterable[str]) -> list[Tag]:
    """A tag for each name. Missing tags are created."""
    names = sorted(names)
    if not names:
        return []
    with db.session.no_autoflush:
        known = set(db.session.scalars(select(Tag.name).where(Tag.name.in_(names))))
        if fresh := [{"name": name} for name in names if name not in known]:
            db.session.execute(insert_or_ignore(Tag).values(fresh))
        return list(db.session.scalars(select(Tag).where(Tag.name.in_(names))))


def sidebar_tags() -> list[str]:
    """The most used tags, then those of the others that were used last."""
    uses = (
        select(Tag.id, Tag.name)
        .join(Tagging, Tagging.tag_id == Tag.id)
        .join(Tagging.article)
        .where(~Article.draft)
        .group_by(Tag.id, Tag.name)
    )
    popular = db.session.execute(uses.order_by(func.count().desc(), Tag.name).limit(MOST_USED)).all()
    others = uses.where(Tag.id.not_in([row.id for row in popular]))
    recent = db.session.execute(others.order_by(func.max(Tagging.used_at).desc(), Tag.id.desc()).limit(USED_LAST))
    return [row.name for row in chain(popular, recent)]
