"""Comments: readers write them about an article."""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Body, HTTPException, Path, status
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from conduit.database import SessionDep
from conduit.models import Comment
from conduit.routers.articles import NOT_FOUND, NOT_YOURS, ArticleDep
from conduit.schemas import CommentResponse, CommentsResponse, CreateComment
from conduit.security import TOKEN_OPTIONAL, CurrentUser
from conduit.settings import SettingsDep
from conduit.webhooks import send_webhook

router = APIRouter(prefix="/api/articles/{slug}/comments", tags=["Comments"], responses=NOT_FOUND)


@router.get("", response_model=CommentsResponse, openapi_extra=TOKEN_OPTIONAL)
def list_comments(article: ArticleDep, session: SessionDep) -> Any:
    """The comments on an article, oldest first."""
    comments = select(Comment).where(Comment.article == article).order_by(Comment.id)
    return {"comments": session.scalars(comments.options(joinedload(Comment.author))).all()}


@router.post("", status_code=status.HTTP_201_CREATED, response_model=CommentResponse)
def create_comment(
    user: CurrentUser,
    article: ArticleDep,
    new: Annotated[CreateComment, Body(alias="comment", embed=True)],
    session: SessionDep,
    settings: SettingsDep,
    tasks: BackgroundTasks,
) -> Any:
    """Write a comment. The site also sends the comment to the program at `webhook_url`."""
    comment = Comment(article_id=article.id, author_id=user.id, body=new.body)
    session.add(comment)
    try:
        session.commit()
    except IntegrityError:  # somebody deleted the article at this moment
        raise HTTPException(404, {"article": ["not found"]}) from None
    if settings.webhook_url:
        message = {"article": article.slug, "comment": {"id": comment.id, "body": comment.body}}
        tasks.add_task(send_webhook, str(settings.webhook_url), message)
    return {"comment": comment}


@router.delete("/{comment_id}", status_code=status.HTTP_204_NO_CONTENT, responses=NOT_YOURS)
def delete_comment(
    user: CurrentUser, article: ArticleDep, comment_id: Annotated[int, Path(lt=2**31)], session: SessionDep
) -> None:
    """Delete your comment."""
    comment = session.scalar(select(Comment).where(Comment.id == comment_id, Comment.article == article))
    if comment is None:
        raise HTTPException(404, {"comment": ["not found"]})
    if comment.author != user:
        raise HTTPException(403, {"comment": ["forbidden"]})
    session.delete(comment)
    session.commit()
