"""What has an author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

if TYPE_CHECKING:
    from conduit.tables.users import User


class HasAuthor:
    """A mixin: adds the author, who is loaded in the same query."""

    @declared_attr
    def author_id(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)

    @declared_attr
    def author(cls) -> Mapped[User]:  # noqa: N805
        return relationship("User", lazy="joined", innerjoin=True)

    def is_by(self, user: object) -> bool:
        return self.author_id == getattr(user, "id", None)
