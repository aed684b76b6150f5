"""What is asked of the table of marks, and what is written to it."""

from collections.abc import Set as AbstractSet

from flask import g
from sqlalchemy import delete, insert, Select, select
from sqlalchemy.exc import IntegrityError

from conduit.accounts.models import User
from conduit.articles import Article
from conduit.database import db
from conduit.favorites.models import Favorite


def marked_by(reader: User) -> Select[tuple[Article]]:
    """The articles that this reader marked."""
    return (
        select(Article)
        .join(Favorite, Favorite.article_id == Article.id)
        .where(Favorite.reader_id == reader.id)
    )


def marks_of(reader: User | None) -> AbstractSet[int]:
    """The numbers of all articles that the visitor marked; asked once for
    each request."""
    if reader is None:
        return frozenset()
    if 'marks' not in g:
        g.marks = frozenset(
            db.session.scalars(
                select(Favorite.article_id).where(
                    Favorite.reader_id == reader.id
                )
            )
        )
    return g.marks


def mark(reader_id: int, article_id: int) -> None:
    """Have it marked; it is no harm where it is so already."""
    try:
        db.session.execute(
            insert(Favorite).values(reader_id=reader_id, article_id=article_id)
        )
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def unmark(reader_id: int, article_id: int) -> None:
    """Have it marked no longer."""
    db.session.execute(
        delete(Favorite).where(
            Favorite.reader_id == reader_id, Favorite.article_id == article_id
        )
    )
    db.session.commit()
