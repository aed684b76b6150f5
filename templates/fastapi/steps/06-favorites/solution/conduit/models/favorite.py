"""The table of who has marked which article."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from conduit.database import Base


class Favorite(Base):
    __tablename__ = "favorite"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True)
    # Your own lines go below this one.
