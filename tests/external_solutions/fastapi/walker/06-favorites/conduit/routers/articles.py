"""Articles: reading, publishing, changing and deleting them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, status
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conduit.database import SessionDep, now
from conduit.errors import ApiError, Responses, example_of
from conduit.hearts.count import HeartsDep, hearts
from conduit.labels import Label, WordsIn, WordsOut
from conduit.models.article import Article
from conduit.people.doors import Profile
from conduit.people.eyes import BAD_PASS, PASS_IS_WELCOME, EyesDep
from conduit.people.passes import NEEDS_PASS, MemberDep
from conduit.people.person import Person
from conduit.schemas import LEFT_OUT, Line, Moment, Sent, Shown, Text
from conduit.slugs import save_under_new_slug

router = APIRouter(prefix="/articles", tags=["Articles"])

NOT_FOUND: Responses = {404: example_of(article="not found")}
AUTHORS_ONLY: Responses = NEEDS_PASS | NOT_FOUND | {403: example_of(article="forbidden")}


# What is sent, and what is answered

Title = Annotated[Line, Field(max_length=200, examples=["How to read a map"])]
Description = Annotated[Line, Field(max_length=500, examples=["North is up, mostly."])]
Words = Annotated[Text, Field(max_length=50_000, examples=["Hold it so that the *river* is on the right side."])]


class ArticleCreate(Sent):
    title: Title
    description: Description
    body: Words
    # Your own lines go below this one.
    tag_list: WordsIn = Field(default_factory=list)


class ArticleUpdate(Sent):
    title: Title = LEFT_OUT
    description: Description = LEFT_OUT
    body: Words = LEFT_OUT
    # Your own lines go below this one.
    tag_list: WordsIn = LEFT_OUT


class ArticlePreview(Shown):
    """An article as it stands in a list."""

    slug: str = Field(examples=["how-to-read-a-map"])
    title: str = Field(examples=["How to read a map"])
    description: str = Field(examples=["North is up, mostly."])
    created_at: Moment
    updated_at: Moment
    # Your own lines go below this one.
    tag_list: WordsOut
    author: Profile
    favorited: bool
    favorites_count: int


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


async def get_article_to_change(me: MemberDep, article: ArticleDep) -> Article:
    """The same, for somebody who wants to change or delete it. Only its author may."""
    if article.author_id != me.id:
        raise ApiError(403, article="forbidden")
    return article


ArticleToChange = Annotated[Article, Depends(get_article_to_change)]


class ShowArticles:
    """How articles are shown to whoever asks. Every answer with articles in it is made here."""

    def __init__(self, eyes: EyesDep, hearts: HeartsDep) -> None:
        self.eyes = eyes
        self.hearts = hearts

    async def one(self, article: Article) -> ArticleAnswer:
        await self.eyes.look_at([article.author])
        await self.hearts.count([article])
        return ArticleAnswer(article=ArticlePublic.model_validate(article))

    async def many(self, articles: Sequence[Article], count: int) -> ArticlesAnswer:
        await self.eyes.look_at(article.author for article in articles)
        await self.hearts.count(articles)
        previews = [ArticlePreview.model_validate(article) for article in articles]
        return ArticlesAnswer(articles=previews, articles_count=count)


ShowDep = Annotated[ShowArticles, Depends()]


# What can be asked


@router.get("", responses=BAD_PASS, openapi_extra=PASS_IS_WELCOME)
async def list_articles(
    session: SessionDep,
    show: ShowDep,
    tag: Annotated[str | None, Query(description="Only articles that carry exactly this tag")] = None,
    author: Annotated[str | None, Query(description="Only articles that somebody of this name wrote")] = None,
    favorited: Annotated[str | None, Query(description="Only articles that somebody of this name has marked")] = None,
) -> ArticlesAnswer:
    """All articles, the newest first, without their texts."""
    newest_first = select(Article).order_by(Article.created_at.desc(), Article.id.desc())
    if tag is not None:
        newest_first = newest_first.where(Article.labels.any(Label.word == tag))
    if author is not None:
        newest_first = newest_first.where(Article.author.has(Person.username == author))
    if favorited is not None:
        marked = select(hearts.c.article_id).join(Person).where(Person.username == favorited)
        newest_first = newest_first.where(Article.id.in_(marked))
    articles = (await session.scalars(newest_first)).all()
    return await show.many(articles, count=len(articles))


@router.post("", status_code=status.HTTP_201_CREATED, responses=NEEDS_PASS)
async def create_article(
    me: MemberDep,
    sent: Annotated[ArticleCreate, Body(alias="article", embed=True)],
    session: SessionDep,
    show: ShowDep,
) -> ArticleAnswer:
    """Publish an article. Its address, the slug, is made from the title and stays."""
    article = Article(author=me, labels=set())
    await take_over(sent, article, session)
    await save_under_new_slug(article, session)
    await session.commit()
    return await show.one(article)


@router.get("/{slug}", responses=BAD_PASS | NOT_FOUND, openapi_extra=PASS_IS_WELCOME)
async def read_article(article: ArticleDep, show: ShowDep) -> ArticleAnswer:
    """One article, with its text."""
    return await show.one(article)


@router.put("/{slug}", responses=AUTHORS_ONLY)
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


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT, responses=AUTHORS_ONLY)
async def delete_article(article: ArticleToChange, session: SessionDep) -> None:
    """Delete an article and everything that belongs to it."""
    await session.delete(article)
    await session.commit()


async def take_over(sent: ArticleCreate | ArticleUpdate, article: Article, session: AsyncSession) -> None:
    """Give the article what a client sent."""
    for name, value in sent.model_dump(exclude_unset=True).items():
        setattr(article, name, value)
