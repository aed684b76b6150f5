"""Drafts: articles that their authors haven't published yet."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import select

from conduit.database import SessionDep
from conduit.models import Article
from conduit.routers.articles import newest_first
from conduit.schemas import ArticlesResponse
from conduit.security import UNAUTHORIZED, CurrentUser

router = APIRouter(prefix="/api/drafts", tags=["Articles"])


@router.get("", response_model=ArticlesResponse, responses=UNAUTHORIZED)
def list_drafts(user: CurrentUser, session: SessionDep) -> Any:
    """Your drafts, newest first."""
    return newest_first(select(Article).where(Article.draft, Article.author == user), session)
