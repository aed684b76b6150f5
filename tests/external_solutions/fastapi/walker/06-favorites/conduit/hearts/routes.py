"""Giving a heart, and taking it back."""

from contextlib import suppress

from fastapi import APIRouter
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from conduit.database import SessionDep
from conduit.hearts.count import hearts
from conduit.people.passes import NEEDS_PASS, MemberDep
from conduit.routers.articles import NOT_FOUND, ArticleAnswer, ArticleDep, ShowDep

router = APIRouter(prefix="/articles/{slug}/favorite", tags=["Favorites"], responses=NEEDS_PASS | NOT_FOUND)


@router.post("")
async def give(me: MemberDep, article: ArticleDep, session: SessionDep, show: ShowDep) -> ArticleAnswer:
    """Mark an article. Doing it twice counts once."""
    with suppress(IntegrityError):  # there it is already
        async with session.begin_nested():
            await session.execute(insert(hearts).values(article_id=article.id, person_id=me.id))
    await session.commit()
    return await show.one(article)


@router.delete("")
async def take_back(me: MemberDep, article: ArticleDep, session: SessionDep, show: ShowDep) -> ArticleAnswer:
    """Take the mark back. Doing it twice changes nothing."""
    await session.execute(delete(hearts).where(hearts.c.article_id == article.id, hearts.c.person_id == me.id))
    await session.commit()
    return await show.one(article)
