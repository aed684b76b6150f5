"""Favorites: users favorite and unfavorite articles."""

from fastapi import APIRouter
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from conduit.database import SessionDep
from conduit.models import Favorite
from conduit.routers.articles import NOT_FOUND, ArticleDep
from conduit.schemas import ArticleResponse
from conduit.security import CurrentUser
from conduit.viewing import show_article

router = APIRouter(prefix="/api/articles/{slug}/favorite", tags=["Favorites"], responses=NOT_FOUND)


@router.post("")
def add_favorite(user: CurrentUser, article: ArticleDep, session: SessionDep) -> ArticleResponse:
    """Favorite an article."""
    session.add(Favorite(user_id=user.id, article_id=article.id))
    try:
        session.commit()
    except IntegrityError:  # the user has favorited this article already
        session.rollback()
    return ArticleResponse(article=show_article(article, user, session))


@router.delete("")
def remove_favorite(user: CurrentUser, article: ArticleDep, session: SessionDep) -> ArticleResponse:
    """Unfavorite an article."""
    session.execute(delete(Favorite).where(Favorite.user_id == user.id, Favorite.article_id == article.id))
    session.commit()
    return ArticleResponse(article=show_article(article, user, session))
