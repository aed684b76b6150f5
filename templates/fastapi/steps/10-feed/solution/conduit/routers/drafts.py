"""Drafts: articles that their authors haven't published yet."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select

from conduit.database import SessionDep
from conduit.models import Article
from conduit.routers.articles import paginate
from conduit.schemas import ArticlesResponse, Page
from conduit.security import UNAUTHORIZED, CurrentUser

router = APIRouter(prefix="/api/drafts", tags=["Articles"])


@router.get("", response_model=ArticlesResponse, responses=UNAUTHORIZED)
def list_drafts(user: CurrentUser, session: SessionDep, page: Annotated[Page, Query()]) -> Any:
    """Your drafts, newest first."""
    return paginate(select(Article).where(Article.draft, Article.author == user), page, user, session)
