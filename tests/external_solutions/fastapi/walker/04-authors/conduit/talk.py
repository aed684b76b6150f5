"""What readers say about an article: the table, and the part of the API that serves it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, status
from pydantic import Field
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.database import Base, SessionDep, now
from conduit.errors import ApiError, example_of
from conduit.people.doors import Profile
from conduit.people.passes import NEEDS_PASS, MemberDep
from conduit.people.person import Person
from conduit.routers.articles import ArticleDep
from conduit.schemas import Moment, Sent, Shown, Text

LONGEST = 5_000

talk = APIRouter(
    prefix="/articles/{slug}/comments",
    tags=["Comments"],
    responses={404: example_of(article="not found")},
)


class Remark(Base):
    __tablename__ = "remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(String(LONGEST))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class RemarkIn(Sent):
    body: Annotated[Text, Field(max_length=LONGEST, examples=["Mine came out *flat*."])]


class RemarkOut(Shown):
    id: int
    body: str
    created_at: Moment
    updated_at: Moment
    author: Profile


class OneRemark(Shown):
    comment: RemarkOut


class ManyRemarks(Shown):
    comments: list[RemarkOut]


@talk.get("")
async def conversation(article: ArticleDep, session: SessionDep) -> ManyRemarks:
    """Everything that was said about an article, from the first word to the last."""
    said = await session.scalars(select(Remark).where(Remark.article_id == article.id).order_by(Remark.id))
    return ManyRemarks(comments=[RemarkOut.model_validate(one) for one in said])


@talk.post("", status_code=status.HTTP_201_CREATED, responses=NEEDS_PASS)
async def speak(
    me: MemberDep, article: ArticleDep, comment: Annotated[RemarkIn, Body(embed=True)], session: SessionDep
) -> OneRemark:
    """Say something about an article."""
    remark = Remark(article_id=article.id, author=me, **comment.model_dump())
    session.add(remark)
    await session.commit()
    return OneRemark(comment=RemarkOut.model_validate(remark))


@talk.delete(
    "/{number}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=NEEDS_PASS | {403: example_of(comment="forbidden")},
)
async def take_back(me: MemberDep, article: ArticleDep, number: str, session: SessionDep) -> None:
    """Take a comment of your own down."""
    known = number.isascii() and number.isdecimal() and len(number) < 10
    remark = await session.get(Remark, int(number)) if known else None
    if remark is None or remark.article_id != article.id:
        raise ApiError(404, comment="not found")
    if remark.author_id != me.id:
        raise ApiError(403, comment="forbidden")
    await session.delete(remark)
    await session.commit()
