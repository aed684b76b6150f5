"""What readers say about an article: the table, and the part of the API that serves it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, status
from pydantic import Field
from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from conduit.database import Base, SessionDep, now
from conduit.errors import ApiError, example_of
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


class RemarkIn(Sent):
    body: Annotated[Text, Field(max_length=LONGEST, examples=["Mine came out *flat*."])]


class RemarkOut(Shown):
    id: int
    body: str
    created_at: Moment
    updated_at: Moment


class OneRemark(Shown):
    comment: RemarkOut


class ManyRemarks(Shown):
    comments: list[RemarkOut]


@talk.get("")
async def conversation(article: ArticleDep, session: SessionDep) -> ManyRemarks:
    """Everything that was said about an article, from the first word to the last."""
    said = await session.scalars(select(Remark).where(Remark.article_id == article.id).order_by(Remark.id))
    return ManyRemarks(comments=[RemarkOut.model_validate(one) for one in said])


@talk.post("", status_code=status.HTTP_201_CREATED)
async def speak(
    article: ArticleDep, comment: Annotated[RemarkIn, Body(embed=True)], session: SessionDep
) -> OneRemark:
    """Say something about an article."""
    remark = Remark(article_id=article.id, **comment.model_dump())
    session.add(remark)
    await session.commit()
    return OneRemark(comment=RemarkOut.model_validate(remark))


@talk.delete("/{number}", status_code=status.HTTP_204_NO_CONTENT)
async def take_back(article: ArticleDep, number: str, session: SessionDep) -> None:
    """Take a comment down."""
    known = number.isascii() and number.isdecimal() and len(number) < 10
    gone = known and await session.scalar(
        delete(Remark).where(Remark.id == int(number), Remark.article_id == article.id).returning(Remark.id)
    )
    if not gone:
        raise ApiError(404, comment="not found")
    await session.commit()
