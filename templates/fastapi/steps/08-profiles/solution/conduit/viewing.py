"""What a viewer sees. An article looks different to two users, so these functions build a schema for the viewer."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from conduit import schemas
from conduit.models import Article, Comment, Follow, User


def followed_ids(user_ids: Iterable[int], viewer: User | None, session: Session) -> set[int]:
    """The ids of the users that the viewer follows."""
    if viewer is None:
        return set()
    followed = select(Follow.followed_id).where(Follow.follower_id == viewer.id, Follow.followed_id.in_(user_ids))
    return set(session.scalars(followed))


def show_profile(user: User, viewer: User | None, session: Session) -> schemas.Profile:
    profile = schemas.Profile.model_validate(user)
    profile.following = bool(followed_ids([user.id], viewer, session))
    return profile


def show_articles(articles: Sequence[Article], viewer: User | None, session: Session) -> list[schemas.ArticlePreview]:
    previews = [schemas.ArticlePreview.model_validate(article) for article in articles]
    followed = followed_ids({article.author_id for article in articles}, viewer, session)
    for preview, article in zip(previews, articles, strict=True):
        preview.author.following = article.author_id in followed
    return previews


def show_article(article: Article, viewer: User | None, session: Session) -> schemas.Article:
    [preview] = show_articles([article], viewer, session)
    return schemas.Article(**dict(preview), body=article.body)


def show_comments(comments: Sequence[Comment], viewer: User | None, session: Session) -> list[schemas.Comment]:
    shown = [schemas.Comment.model_validate(comment) for comment in comments]
    followed = followed_ids({comment.author_id for comment in comments}, viewer, session)
    for schema, comment in zip(shown, comments, strict=True):
        schema.author.following = comment.author_id in followed
    return shown
