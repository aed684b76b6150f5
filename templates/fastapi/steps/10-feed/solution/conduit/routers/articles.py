"""Articles: clients list, read, publish, change and delete them."""

import re
import secrets
import unicodedata
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Query, status
from pydantic import MISSING
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from conduit.database import SessionDep
from conduit.errors import Errors
from conduit.models import Article, Favorite, Follow, Tag, User, now
from conduit.schemas import ArticleResponse, ArticlesResponse, CreateArticle, Page, UpdateArticle
from conduit.security import TOKEN_OPTIONAL, UNAUTHORIZED, CurrentUser, Viewer
from conduit.tags import find_tags
from conduit.viewing import show_article, show_articles

router = APIRouter(prefix="/api/articles", tags=["Articles"])

NOT_FOUND: dict[int | str, Any] = {**UNAUTHORIZED, 404: {"model": Errors}}  # for the docs page
NOT_YOURS: dict[int | str, Any] = {**NOT_FOUND, 403: {"model": Errors}}


def get_article(slug: str, session: SessionDep, viewer: Viewer) -> Article:
    """The article with the slug in the URL. If there is none, or a draft of another user, the client gets 404."""
    article = session.scalar(select(Article).where(Article.slug == slug))
    if article is None or (article.draft and article.author != viewer):
        raise HTTPException(404, {"article": ["not found"]})
    return article


ArticleDep = Annotated[Article, Depends(get_article)]


def get_own_article(user: CurrentUser, article: ArticleDep) -> Article:
    """The article with the slug in the URL. If the client isn't its author, the client gets 403."""
    if article.author != user:
        raise HTTPException(403, {"article": ["forbidden"]})
    return article


OwnArticle = Annotated[Article, Depends(get_own_article)]


@router.get("", response_model=ArticlesResponse, responses=UNAUTHORIZED, openapi_extra=TOKEN_OPTIONAL)
def list_articles(
    viewer: Viewer,
    session: SessionDep,
    page: Annotated[Page, Query()],
    tag: str | None = None,
    author: str | None = None,
    favorited: str | None = None,
) -> Any:
    """All articles, or those with a tag, by an author, or favorited by a user, newest first. Drafts aren't listed."""
    articles = select(Article).where(~Article.draft)
    if tag is not None:
        articles = articles.where(Article.tags.any(Tag.name == tag))
    if author is not None:
        articles = articles.where(Article.author.has(User.username == author))
    if favorited is not None:
        favorites = select(Favorite.article_id).join(User).where(User.username == favorited)
        articles = articles.where(Article.id.in_(favorites))
    return paginate(articles, page, viewer, session)


@router.get("/feed", response_model=ArticlesResponse, responses=UNAUTHORIZED)
def read_feed(user: CurrentUser, session: SessionDep, page: Annotated[Page, Query()]) -> Any:
    """The articles of the authors that you follow, newest first."""
    followed = select(Follow.followed_id).where(Follow.follower_id == user.id)
    articles = select(Article).where(~Article.draft, Article.author_id.in_(followed))
    return paginate(articles, page, user, session)


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ArticleResponse, responses=UNAUTHORIZED)
def create_article(
    user: CurrentUser, new: Annotated[CreateArticle, Body(alias="article", embed=True)], session: SessionDep
) -> Any:
    """Publish an article. The site makes the slug from the title."""
    return {"article": show_article(add_article(new, user, session), user, session)}


@router.get("/{slug}", response_model=ArticleResponse, responses=NOT_FOUND, openapi_extra=TOKEN_OPTIONAL)
def read_article(article: ArticleDep, viewer: Viewer, session: SessionDep) -> Any:
    """One article, with its text."""
    return {"article": show_article(article, viewer, session)}


@router.put("/{slug}", response_model=ArticleResponse, responses=NOT_YOURS)
def update_article(
    article: OwnArticle,
    changes: Annotated[UpdateArticle, Body(alias="article", embed=True)],
    session: SessionDep,
) -> Any:
    """Change the fields that the client sends. The slug stays."""
    set_fields(article, changes, session)
    article.updated_at = now()
    session.commit()
    return {"article": show_article(article, article.author, session)}


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT, responses=NOT_YOURS)
def delete_article(article: OwnArticle, session: SessionDep) -> None:
    """Delete an article and everything that belongs to it."""
    session.delete(article)
    session.commit()


def paginate(articles: Select[Article], page: Page, viewer: User | None, session: Session) -> dict[str, Any]:
    """The response with one page of these articles, newest first, and the number of all of them."""
    count = session.scalar(select(func.count()).select_from(articles.with_only_columns(Article.id).subquery()))
    ordered = articles.order_by(Article.created_at.desc(), Article.id.desc())
    loaded = ordered.options(selectinload(Article.tags), joinedload(Article.author), defer(Article.body))
    found = session.scalars(loaded.limit(page.limit).offset(page.offset)).all()
    return {"articles": show_articles(found, viewer, session), "articles_count": count}


def add_article(new: CreateArticle, user: User, session: Session, ending: str = "") -> Article:
    """Save a new article. If its slug is taken, even by an article of this moment, try a slug with another ending."""
    article = Article(author_id=user.id, slug=slug_from(new.title) + ending)
    set_fields(article, new, session)
    session.add(article)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        if ending:
            raise
        return add_article(new, user, session, f"-{secrets.token_hex(4)}")
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
