"""What is asked of the table of follows, and what is written to it."""

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.exc import IntegrityError

from conduit.database import db
from conduit.follows.models import Follow


def follows(follower_id: int, author_id: int) -> bool:
    """Whether the first of these people follows the second."""
    return db.session.execute(
        select(
            exists().where(
                Follow.follower_id == follower_id,
                Follow.author_id == author_id,
            )
        )
    ).scalar_one()


def follow(follower_id: int, author_id: int) -> None:
    """Have it so; it is no harm where it is so already."""
    try:
        db.session.execute(
            insert(Follow).values(follower_id=follower_id, author_id=author_id)
        )
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def unfollow(follower_id: int, author_id: int) -> None:
    """Have it so no longer."""
    db.session.execute(
        delete(Follow).where(
            Follow.follower_id == follower_id, Follow.author_id == author_id
        )
    )
    db.session.commit()
