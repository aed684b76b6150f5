"""Favorites: marking an article, and taking the mark back."""

import contextlib

from fastapi import APIRouter
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from conduit.database import SessionDep
from conduit.models.favorite import Favorite
from conduit.routers.articles import NOT_FOUND, ArticleAnswer, ArticleDep, ShowDep
from conduit.tokens import CurrentUser

router = APIRouter(prefix="/articles/{slug}/favorite", tags=["Favorites"])


@router.post("", responses=NOT_FOUND)
async def favorite(user: CurrentUser, article: ArticleDep, session: SessionDep, show: ShowDep) -> ArticleAnswer:
    """Mark an article. A second mark changes nothing."""
    with contextlib.suppress(IntegrityError):
        async with session.begin_nested():
            session.add(Favorite(user_id=user.id, article_id=article.id))
    await session.commit()
    return await show.one(article)


@router.delete("", responses=NOT_FOUND)
async def unfavorite(user: CurrentUser, article: ArticleDep, session: SessionDep, show: ShowDep) -> ArticleAnswer:
    """Take the mark back."""
    mark = (Favorite.user_id == user.id, Favorite.article_id == article.id)
    await session.execute(delete(Favorite).where(*mark))
    await session.commit()
    return await show.one(article)
