"""What the table of tags can do, like a manager in Django."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from conduit.articles.models import Article
from conduit.database import insert_missing
from conduit.extensions import db
from conduit.tags.models import Tag, Tagging


def get_or_create_all(names: Sequence[str]) -> list[Tag]:
    """The tags with these names. Missing tags are added, even if another request adds them at the same moment."""
    if not names:
        return []
    insert_missing(Tag, [{"name": name} for name in sorted(names)])
    return list(db.session.scalars(select(Tag).where(Tag.name.in_(names))))


def used() -> Select[tuple[str]]:
    """The names of all tags that are on a published article."""
    on_published = select(Tag.name).join(Tagging).join(Article, Article.id == Tagging.article_id)
    return on_published.where(Article.draft.is_(False)).group_by(Tag.id, Tag.name)


def most_used(number: int = 20) -> list[str]:
    return list(db.session.scalars(used().order_by(func.count().desc(), Tag.name).limit(number)))


def last_used(number: int = 10, besides: Sequence[str] = ()) -> list[str]:
    last = func.max(Tagging.created_at).desc()
    return list(db.session.scalars(used().where(Tag.name.not_in(besides)).order_by(last, Tag.name).limit(number)))
