"""The favorites of all articles on a page, in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from conduit.extensions import db
from conduit.identity import current_user
from conduit.tables import Article, Favorite


@dataclass(frozen=True)
class Heart:
    """What a favorite button shows."""

    count: int = 0
    mine: bool = False


class Hearts(dict[int, Heart]):
    """A heart for each article, by its id."""

    def __missing__(self, article_id: int) -> Heart:
        return Heart()

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Hearts:
        me = current_user.id if current_user else 0
        query = (
            select(Favorite.article_id, func.count(), func.max(case((Favorite.user_id == me, 1), else_=0)))
            .where(Favorite.article_id.in_([article.id for article in articles]))
            .group_by(Favorite.article_id)
        )
        return cls({key: Heart(count, bool(mine)) for key, count, mine in db.session.execute(query)})
