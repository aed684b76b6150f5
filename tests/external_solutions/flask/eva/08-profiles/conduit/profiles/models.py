from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from conduit.extensions import db
from conduit.models import TimestampMixin


class Follow(TimestampMixin, db.Model):
    """`follower` reads what `followed` writes."""

    __table_args__ = (CheckConstraint("follower_id <> followed_id", name="not_yourself"),)

    follower_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    followed_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
