"""Who reads whom."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from conduit.extensions import db


class Follow(db.Model):
    """The fan sees new articles of the idol. The other direction is another row."""

    __tablename__ = "follow"
    __table_args__ = (CheckConstraint("fan_id <> idol_id", name="not_myself"),)

    fan_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    idol_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
