"""Comments: readers write them about an article."""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Body, HTTPException, Path, status
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from conduit.database import SessionDep
from conduit.models import Comment
from conduit.routers.articles import NOT_FOUND, ArticleDep
from conduit.schemas import CommentResponse, CommentsResponse, CreateComment
from conduit.settings import SettingsDep
from conduit.webhooks import send_webhook

router = APIRouter(prefix="/api/articles/{slug}/comments", tags=["Comments"], responses=NOT_FOUND)


@router.get("", response_model=CommentsResponse)
def list_comments(article: ArticleDep) -> Any:
    """The comments on an article, oldest first."""
    return {"comments": article.comments}


@router.post("", status_code=status.HTTP_201_CREATED, response_model=CommentResponse)
def create_comment(
    article: ArticleDep,
    new: Annotated[CreateComment, Body(alias="comment", embed=True)],
    session: SessionDep,
    settings: SettingsDep,
    tasks: BackgroundTasks,
) -> Any:
    """Write a comment. The site also sends the comment to the program at `webhook_url`."""
    comment = Comment(article=article, body=new.body)
    session.add(comment)
    try:
        session.commit()
    except IntegrityError:  # somebody deleted the article at this moment
        raise HTTPException(404, {"article": ["not found"]}) from None
    if settings.webhook_url:
        message = {"article": article.slug, "comment": {"id": comment.id, "body": comment.body}}
        tasks.add_task(send_webhook, str(settings.webhook_url), message)
    return {"comment": comment}


@router.delete("/{comment_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_comment(article: ArticleDep, comment_id: Annotated[int, Path(lt=2**31)], session: SessionDep) -> None:
    """Delete a comment."""
    comment = session.scalar(select(Comment).where(Comment.id == comment_id, Comment.article == article))
    if comment is None:
        raise HTTPException(404, {"comment": ["not found"]})
    session.delete(comment)
    session.commit()
