"""Everything that changes favorites."""

from flask import abort
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from conduit.accounts.models import User
from conduit.articles.models import Article
from conduit.database import insert_missing
from conduit.extensions import db
from conduit.favorites.models import Favorite


def favorite(user: User, article: Article) -> None:
    try:
        insert_missing(Favorite, [{"user_id": user.id, "article_id": article.id}])
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        abort(404, "This article doesn't exist.")


def unfavorite(user: User, article: Article) -> None:
    pair = Favorite.user_id == user.id, Favorite.article_id == article.id
    db.session.execute(delete(Favorite).where(*pair))
    db.session.commit()
