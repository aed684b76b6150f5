"""Articles: reading, publishing, changing and deleting them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, status
from pydantic import Field
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from conduit.database import SessionDep, now
from conduit.errors import ApiError, Responses, example_of
from conduit.favorites import FavoritesDep
from conduit.follows import TOKEN_OPTIONAL, FollowsDep
from conduit.models.article import Article
from conduit.models.favorite import Favorite
from conduit.models.follow import Follow
from conduit.models.tag import Tag
from conduit.models.user import User
from conduit.routers.profiles import Profile
from conduit.routers.tags import tags_named
from conduit.schemas import LEFT_OUT, Line, Moment, Sent, Shown, Text
from conduit.slugs import save_under_new_slug
from conduit.tokens import UNAUTHORIZED, CurrentUser

router = APIRouter(prefix="/articles", tags=["Articles"])

NOT_FOUND: Responses = {**UNAUTHORIZED, 404: example_of(article="not found")}
NOT_YOURS: Responses = {**NOT_FOUND, 403: example_of(article="forbidden")}


# What is sent, and what is answered

Title = Annotated[Line, Field(max_length=200, examples=["How to read a map"])]
Description = Annotated[Line, Field(max_length=500, examples=["North is up, mostly."])]
Words = Annotated[Text, Field(max_length=50_000, examples=["Hold it so that the *river* is on the right side."])]
TagName = Annotated[Line, Field(max_length=50)]
TagList = Annotated[list[TagName], Field(max_length=20, examples=[["maps", "craft"]])]


class ArticleCreate(Sent):
    title: Title
    description: Description
    body: Words
    tag_list: TagList = []
    # Your own lines go below this one.


class ArticleUpdate(Sent):
    title: Title = LEFT_OUT
    description: Description = LEFT_OUT
    body: Words = LEFT_OUT
    tag_list: TagList = LEFT_OUT
    # Your own lines go below this one.


class ArticlePreview(Shown):
    """An article as it stands in a list."""

    slug: str = Field(examples=["how-to-read-a-map"])
    title: str = Field(examples=["How to read a map"])
    description: str = Field(examples=["North is up, mostly."])
    created_at: Moment
    updated_at: Moment
    tag_list: list[str] = Field(examples=[["craft", "maps"]])
    author: Profile
    favorited: bool = Field(description="By the one who asks")
    favorites_count: int = Field(examples=[3])
    # Your own lines go below this one.


class ArticlePublic(ArticlePreview):
    """An article with its text."""

    body: str = Field(examples=["Hold it so that the *river* is on the right side."])


class ArticleAnswer(Shown):
    article: ArticlePublic


class ArticlesAnswer(Shown):
    articles: list[ArticlePreview]
    articles_count: int = Field(examples=[1])


# What other parts need, too


async def get_article(slug: Annotated[str, Path(examples=["how-to-read-a-map"])], session: SessionDep) -> Article:
    """The article that the address names."""
    article = await session.scalar(select(Article).where(Article.slug == slug))
    if article is None:
        raise ApiError(404, article="not found")
    return article


ArticleDep = Annotated[Article, Depends(get_article)]


async def get_article_to_change(user: CurrentUser, article: ArticleDep) -> Article:
    """The same, for somebody who wants to change or delete it: its author alone. Who asks comes first."""
    if article.author_id != user.id:
        raise ApiError(403, article="forbidden")
    return article


ArticleToChange = Annotated[Article, Depends(get_article_to_change)]


class ShowArticles:
    """How articles are shown to whoever asks. Every answer with articles in it is made here."""

    def __init__(self, follows: FollowsDep, favorites: FavoritesDep) -> None:
        self._follows = follows
        self._favorites = favorites

    async def one(self, article: Article) -> ArticleAnswer:
        await self._follows.mark([article.author])
        await self._favorites.mark([article])
        return ArticleAnswer(article=ArticlePublic.model_validate(article))

    async def many(self, articles: Sequence[Article], count: int) -> ArticlesAnswer:
        await self._follows.mark(article.author for article in articles)
        await self._favorites.mark(articles)
        previews = [ArticlePreview.model_validate(article) for article in articles]
        return ArticlesAnswer(articles=previews, articles_count=count)


ShowDep = Annotated[ShowArticles, Depends()]


class Page:
    """Which part of a list is wanted."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=100, description="How many articles at most")] = 20,
        offset: Annotated[int, Query(ge=0, lt=2**31, description="How many newer ones to leave out")] = 0,
    ) -> None:
        self.limit = limit
        self.offset = offset


PageDep = Annotated[Page, Depends()]


# What can be asked


@router.get("", responses=UNAUTHORIZED, openapi_extra=TOKEN_OPTIONAL)
async def list_articles(
    session: SessionDep,
    show: ShowDep,
    page: PageDep,
    tag: Annotated[str | None, Query(description="Only those that carry this tag")] = None,
    author: Annotated[str | None, Query(description="Only those that somebody of this name wrote")] = None,
    favorited: Annotated[str | None, Query(description="Only those that somebody of this name has marked")] = None,
) -> ArticlesAnswer:
    """All articles, the newest first, without their texts."""
    articles = select(Article)
    if tag is not None:
        articles = articles.where(Article.tags.any(Tag.name == tag))
    if author is not None:
        articles = articles.where(Article.author.has(User.username == author))
    if favorited is not None:
        marked = select(Favorite.article_id).join(User).where(User.username == favorited)
        articles = articles.where(Article.id.in_(marked))
    return await part_of(articles, page, session, show)


@router.get("/feed", responses=UNAUTHORIZED)
async def read_feed(user: CurrentUser, session: SessionDep, show: ShowDep, page: PageDep) -> ArticlesAnswer:
    """The articles of those whom one follows, the newest first."""
    followed = select(Follow.followed_id).where(Follow.follower_id == user.id)
    return await part_of(select(Article).where(Article.author_id.in_(followed)), page, session, show)


@router.post("", status_code=status.HTTP_201_CREATED, responses=UNAUTHORIZED)
async def create_article(
    user: CurrentUser,
    sent: Annotated[ArticleCreate, Body(alias="article", embed=True)],
    session: SessionDep,
    show: ShowDep,
) -> ArticleAnswer:
    """Publish an article. Its address, the slug, is made from the title and stays."""
    article = Article(author=user)
    await take_over(sent, article, session)
    await save_under_new_slug(article, session)
    await session.commit()
    return await show.one(article)


@router.get("/{slug}", responses=NOT_FOUND, openapi_extra=TOKEN_OPTIONAL)
async def read_article(article: ArticleDep, show: ShowDep) -> ArticleAnswer:
    """One article, with its text."""
    return await show.one(article)


@router.put("/{slug}", responses=NOT_YOURS)
async def update_article(
    article: ArticleToChange,
    sent: Annotated[ArticleUpdate, Body(alias="article", embed=True)],
    session: SessionDep,
    show: ShowDep,
) -> ArticleAnswer:
    """Change what is sent; what is left out stays as it was, and so does the slug."""
    await take_over(sent, article, session)
    article.updated_at = now()
    await session.commit()
    return await show.one(article)


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT, responses=NOT_YOURS)
async def delete_article(article: ArticleToChange, session: SessionDep) -> None:
    """Delete an article and everything that belongs to it."""
    await session.delete(article)
    await session.commit()


async def part_of(articles: Select[Article], page: Page, session: AsyncSession, show: ShowArticles) -> ArticlesAnswer:
    """The wanted part of these articles, the newest first, without their texts; and how many there are in all."""
    count = await session.scalar(select(func.count()).select_from(articles.with_only_columns(Article.id).subquery()))
    newest_first = articles.order_by(Article.created_at.desc(), Article.id.desc()).options(defer(Article.body))
    part = await session.scalars(newest_first.limit(page.limit).offset(page.offset))
    return await show.many(part.all(), count=count or 0)


async def take_over(sent: ArticleCreate | ArticleUpdate, article: Article, session: AsyncSession) -> None:
    """Give the article what a client sent."""
    for name, value in sent.model_dump(exclude_unset=True, exclude={"tag_list"}).items():
        setattr(article, name, value)
    if sent.tag_list is not None:
        article.tags = await tags_named(sent.tag_list, session)
