"""The table of hearts, and who gave how many to what."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from sqlalchemy import Column, ForeignKey, Table, func, literal, select

from conduit.database import Base, SessionDep
from conduit.people.passes import VisitorDep

if TYPE_CHECKING:
    from conduit.models.article import Article

hearts = Table(
    "heart",
    Base.metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Hearts:
    """Hearts, as whoever asks sees them."""

    def __init__(self, session: SessionDep, visitor: VisitorDep) -> None:
        self.session = session
        self.visitor = visitor

    async def count(self, articles: "Iterable[Article]") -> None:
        """Note on each article how many hearts it has, and whether one is the visitor's: one question for all."""
        by_id = {article.id: article for article in articles}
        if not by_id:
            return
        own = hearts.c.person_id == self.visitor.id if self.visitor else literal(False)
        mine = func.count().filter(own)
        asked = select(hearts.c.article_id, func.count(), mine).where(hearts.c.article_id.in_(by_id))
        counts = {row[0]: row[1:] for row in await self.session.execute(asked.group_by(hearts.c.article_id))}
        for number, article in by_id.items():
            article.favorites_count, own_ones = counts.get(number, (0, 0))
            article.favorited = own_ones > 0


HeartsDep = Annotated[Hearts, Depends()]
