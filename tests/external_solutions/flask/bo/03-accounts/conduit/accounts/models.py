"""The table of people."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from conduit.database import db


LONGEST_NAME = 50
LONGEST_EMAIL = 200
LONGEST_BIO = 2_000
LONGEST_IMAGE = 2_000


class User(db.Model):
    """One person. The e-mail address is kept in small letters."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    email: Mapped[str] = mapped_column(String(LONGEST_EMAIL), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    bio: Mapped[str] = mapped_column(Text, default='')
    image: Mapped[str] = mapped_column(String(LONGEST_IMAGE), default='')
