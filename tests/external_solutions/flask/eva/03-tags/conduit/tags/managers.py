"""What the table of tags can do, like a manager in Django."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from conduit.extensions import db
from conduit.tags.models import Tag, Tagging

INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def get_or_create_all(names: Sequence[str]) -> list[Tag]:
    """The tags with these names. Missing tags are added, even if another request adds them at the same moment."""
    if not names:
        return []
    insert = INSERT[db.session.get_bind().dialect.name]
    rows = [{"name": name} for name in sorted(names)]
    db.session.execute(insert(Tag).values(rows).on_conflict_do_nothing(index_elements=[Tag.name]))
    return list(db.session.scalars(select(Tag).where(Tag.name.in_(names))))


def used() -> Select[tuple[str]]:
    """The names of all tags that are on an article."""
    return select(Tag.name).join(Tagging).group_by(Tag.id, Tag.name)


def most_used(number: int = 20) -> list[str]:
    return list(db.session.scalars(used().order_by(func.count().desc(), Tag.name).limit(number)))


def last_used(number: int = 10, besides: Sequence[str] = ()) -> list[str]:
    last = func.max(Tagging.created_at).desc()
    return list(db.session.scalars(used().where(Tag.name.not_in(besides)).order_by(last, Tag.name).limit(number)))
