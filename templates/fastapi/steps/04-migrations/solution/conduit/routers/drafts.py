"""Drafts: articles that aren't published yet."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import select

from conduit.database import SessionDep
from conduit.models import Article
from conduit.routers.articles import newest_first
from conduit.schemas import ArticlesResponse

router = APIRouter(prefix="/api/drafts", tags=["Articles"])


@router.get("", response_model=ArticlesResponse)
def list_drafts(session: SessionDep) -> Any:
    """All drafts, newest first."""
    return newest_first(select(Article).where(Article.draft), session)
