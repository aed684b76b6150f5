"""Comments: what readers answer to an article."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, status
from pydantic import Field
from sqlalchemy import select

from conduit.database import SessionDep
from conduit.errors import ApiError, Responses, example_of
from conduit.models.comment import Comment
from conduit.routers.articles import NOT_FOUND, ArticleDep
from conduit.schemas import Moment, Sent, Shown, Text

router = APIRouter(
    prefix="/articles/{slug}/comments", tags=["Comments"], responses={422: example_of(body="can't be blank")}
)

NO_COMMENT: Responses = {404: example_of(comment="not found")}


class CommentCreate(Sent):
    body: Annotated[Text, Field(max_length=5_000, examples=["I was there. It rained."])]


class CommentPublic(Shown):
    id: int = Field(examples=[1])
    body: str = Field(examples=["I was there. It rained."])
    created_at: Moment
    updated_at: Moment
    # Your own lines go below this one.


class CommentAnswer(Shown):
    comment: CommentPublic


class CommentsAnswer(Shown):
    comments: list[CommentPublic]


async def get_comment(
    number: Annotated[int, Path(ge=1, lt=2**31)], article: ArticleDep, session: SessionDep
) -> Comment:
    """The comment that the address names, if it belongs to the article there."""
    comment = await session.get(Comment, number)
    if comment is None or comment.article_id != article.id:
        raise ApiError(404, comment="not found")
    return comment


CommentDep = Annotated[Comment, Depends(get_comment)]


@router.get("", responses=NOT_FOUND)
async def list_comments(article: ArticleDep, session: SessionDep) -> CommentsAnswer:
    """What readers answered to an article, the oldest first."""
    comments = await session.scalars(select(Comment).where(Comment.article_id == article.id).order_by(Comment.id))
    return CommentsAnswer.model_validate({"comments": list(comments)})


@router.post("", status_code=status.HTTP_201_CREATED, responses=NOT_FOUND)
async def create_comment(
    article: ArticleDep, sent: Annotated[CommentCreate, Body(alias="comment", embed=True)], session: SessionDep
) -> CommentAnswer:
    """Answer an article."""
    comment = Comment(article_id=article.id, body=sent.body)
    session.add(comment)
    await session.commit()
    return CommentAnswer.model_validate({"comment": comment})


@router.delete("/{number}", status_code=status.HTTP_204_NO_CONTENT, responses=NO_COMMENT)
async def delete_comment(comment: CommentDep, session: SessionDep) -> None:
    """Take a comment down."""
    await session.delete(comment)
    await session.commit()
