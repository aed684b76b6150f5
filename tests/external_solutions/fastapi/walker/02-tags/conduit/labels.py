"""The words that articles are labelled with: one row for each word of each article, and who uses which."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from conduit.database import Base, SessionDep
from conduit.schemas import Line, Shown

labels = APIRouter(prefix="/tags", tags=["Tags"])


class Label(Base):
    __tablename__ = "label"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(String(50), primary_key=True, index=True)


def labelled(word: str) -> Label:
    return Label(word=word)


def alphabetical(words: object) -> list[str]:
    return sorted(words, key=lambda word: (word.casefold(), word))  # type: ignore[call-overload]


def once_each(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))


Word = Annotated[Line, StringConstraints(max_length=50)]
WordsIn = Annotated[list[Word], Field(max_length=20, examples=[["sea", "winter"]]), AfterValidator(once_each)]
WordsOut = Annotated[list[str], BeforeValidator(alphabetical), Field(examples=[["sea", "winter"]])]


class WordsInUse(Shown):
    tags: list[str] = Field(examples=[["winter", "sea"]])


@labels.get("")
async def words_in_use(session: SessionDep) -> WordsInUse:
    """Every tag that an article carries, the most used first."""
    uses = func.count()
    ranking = select(Label.word).group_by(Label.word).order_by(uses.desc(), Label.word)
    return WordsInUse(tags=list(await session.scalars(ranking)))
