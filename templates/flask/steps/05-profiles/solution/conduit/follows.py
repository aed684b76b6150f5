"""Who follows whom: a pair of accounts, in this order."""

from sqlalchemy import ForeignKey, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from conduit.accounts import User
from conduit.database import db


class Follow(db.Model):
    follower_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    followed_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    # Your own lines go below this one.


def follow(follower: User, followed: User) -> None:
    """From now on, the one follows the other. Where they do already, nothing changes."""
    db.session.add(Follow(follower_id=follower.id, followed_id=followed.id))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def unfollow(follower: User, followed: User) -> None:
    """From now on, the one does not follow the other."""
    pair = (Follow.follower_id == follower.id, Follow.followed_id == followed.id)
    db.session.execute(delete(Follow).where(*pair))
    db.session.commit()


def is_following(follower: User, followed: User) -> bool:
    """Whether the one follows the other."""
    return db.session.get(Follow, (follower.id, followed.id)) is not None
