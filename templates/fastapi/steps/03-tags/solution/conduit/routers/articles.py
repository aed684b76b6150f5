"""Articles: clients list, read, publish, change and delete them."""

import re
import secrets
import unicodedata
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, status
from pydantic import MISSING
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from conduit.database import SessionDep
from conduit.errors import Errors
from conduit.models import Article, Tag, now
from conduit.schemas import ArticleResponse, ArticlesResponse, CreateArticle, UpdateArticle
from conduit.tags import find_tags

router = APIRouter(prefix="/api/articles", tags=["Articles"])

NOT_FOUND: dict[int | str, Any] = {404: {"model": Errors}}  # for the docs page


def get_article(slug: str, session: SessionDep) -> Article:
    """The article with the slug in the URL. If there is none, the client gets 404."""
    article = session.scalar(select(Article).where(Article.slug == slug))
    if article is None:
        raise HTTPException(404, {"article": ["not found"]})
    return article


ArticleDep = Annotated[Article, Depends(get_article)]


@router.get("", response_model=ArticlesResponse)
def list_articles(session: SessionDep, tag: str | None = None) -> Any:
    """All articles, or those with a tag, newest first."""
    articles = select(Article)
    if tag is not None:
        articles = articles.where(Article.tags.any(Tag.name == tag))
    return newest_first(articles, session)


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ArticleResponse)
def create_article(new: Annotated[CreateArticle, Body(alias="article", embed=True)], session: SessionDep) -> Any:
    """Publish an article. The site makes the slug from the title."""
    return {"article": add_article(new, session)}


@router.get("/{slug}", response_model=ArticleResponse, responses=NOT_FOUND)
def read_article(article: ArticleDep) -> Any:
    """One article, with its text."""
    return {"article": article}


@router.put("/{slug}", response_model=ArticleResponse, responses=NOT_FOUND)
def update_article(
    article: ArticleDep,
    changes: Annotated[UpdateArticle, Body(alias="article", embed=True)],
    session: SessionDep,
) -> Any:
    """Change the fields that the client sends. The slug stays."""
    set_fields(article, changes, session)
    article.updated_at = now()
    session.commit()
    return {"article": article}


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT, responses=NOT_FOUND)
def delete_article(article: ArticleDep, session: SessionDep) -> None:
    """Delete an article and everything that belongs to it."""
    session.delete(article)
    session.commit()


def newest_first(articles: Select[Article], session: Session) -> dict[str, Any]:
    """The response with these articles."""
    ordered = articles.order_by(Article.created_at.desc(), Article.id.desc())
    found = session.scalars(ordered.options(selectinload(Article.tags))).all()
    return {"articles": found, "articles_count": len(found)}


def add_article(new: CreateArticle, session: Session, ending: str = "") -> Article:
    """Save a new article. If its slug is taken, even by an article of this moment, try a slug with another ending."""
    article = Article(slug=slug_from(new.title) + ending)
    set_fields(article, new, session)
    session.add(article)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        if ending:
            raise
        return add_article(new, session, f"-{secrets.token_hex(4)}")
    return article


def set_fields(article: Article, fields: CreateArticle | UpdateArticle, session: Session) -> None:
    """Copy the fields that the client sent to the article."""
    for name, value in fields.model_dump(exclude={"tag_list"}).items():
        setattr(article, name, value)
    if fields.tag_list is not MISSING:
        article.tags = find_tags(fields.tag_list, session)


def slug_from(title: str) -> str:
    """The title in lowercase Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    ascii_title = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_title)
    slug = "-".join(words)[:80].strip("-") or "article"
    return "feed-article" if slug == "feed" else slug  # from step 10 on, /api/articles/feed is another endpoint
