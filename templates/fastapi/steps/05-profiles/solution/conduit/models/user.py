"""The table of accounts."""

import uuid

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from conduit.database import Base


def new_key() -> str:
    return uuid.uuid4().hex


class User(Base):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What tokens say. A number is given again when the table begins anew; this never is.
    key: Mapped[str] = mapped_column(String(32), unique=True, default=new_key)
    username: Mapped[str] = mapped_column(String(50), unique=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    bio: Mapped[str | None] = mapped_column(Text)
    image: Mapped[str | None] = mapped_column(String(2_000))

    following = False  # by the one who asks: no column, but said anew for each answer

    # Your own lines go below this one.
