"""The table of who follows whom."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from conduit.database import db


class Follow(db.Model):
    """One person, the follower, wants to read another, the author."""

    __table_args__ = (CheckConstraint('follower_id != author_id'),)

    follower_id: Mapped[int] = mapped_column(
        ForeignKey('user.id', ondelete='CASCADE'), primary_key=True
    )
    author_id: Mapped[int] = mapped_column(
        ForeignKey('user.id', ondelete='CASCADE'), primary_key=True, index=True
    )
