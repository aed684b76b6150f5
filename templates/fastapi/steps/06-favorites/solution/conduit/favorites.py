"""Which articles the one who asks has marked, and how many people have."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from sqlalchemy import func, select

from conduit.database import SessionDep
from conduit.models.article import Article
from conduit.models.favorite import Favorite
from conduit.tokens import Viewer


class Favorites:
    """Tells articles about their marks. Every answer with articles in it goes through here."""

    def __init__(self, session: SessionDep, viewer: Viewer) -> None:
        self._session = session
        self._viewer = viewer

    async def mark(self, articles: Sequence[Article]) -> None:
        """Tell each of these articles its count, and whether who asks has marked it: two questions for all."""
        ids = [article.id for article in articles]
        counts, own = await self._counts(ids), await self._own(ids)
        for article in articles:
            article.favorites_count = counts.get(article.id, 0)
            article.favorited = article.id in own

    async def _counts(self, ids: list[int]) -> dict[int, int]:
        marks = select(Favorite.article_id, func.count()).where(Favorite.article_id.in_(ids))
        rows = await self._session.execute(marks.group_by(Favorite.article_id))
        return dict(iter(rows))  # a result has keys(), too, and dict would ask for them

    async def _own(self, ids: list[int]) -> set[int]:
        if self._viewer is None:
            return set()
        own = select(Favorite.article_id).where(Favorite.user_id == self._viewer.id)
        return set(await self._session.scalars(own.where(Favorite.article_id.in_(ids))))


FavoritesDep = Annotated[Favorites, Depends()]
