from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from conduit.extensions import db


class Favorite(db.Model):
    __tablename__ = "favorite"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True)
