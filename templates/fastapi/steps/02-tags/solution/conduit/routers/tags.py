"""Tags: words that sort articles. An article has many, and a tag is on many articles."""

from collections.abc import Iterable

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conduit.database import SessionDep
from conduit.models.tag import Tag, article_tag
from conduit.schemas import Shown

router = APIRouter(prefix="/tags", tags=["Tags"])


class TagsAnswer(Shown):
    tags: list[str] = Field(examples=[["maps", "craft"]])


@router.get("")
async def list_tags(session: SessionDep) -> TagsAnswer:
    """The tags that articles carry, the most used first."""
    in_use = select(Tag.name).join(article_tag).group_by(Tag.id, Tag.name)
    return TagsAnswer(tags=list(await session.scalars(in_use.order_by(func.count().desc(), Tag.name))))


async def tags_named(names: Iterable[str], session: AsyncSession) -> list[Tag]:
    """The tags with these names; those that are new are made."""
    wanted = set(names)
    tags = list(await session.scalars(select(Tag).where(Tag.name.in_(wanted))))
    for name in wanted - {tag.name for tag in tags}:
        tags.append(await new_tag(name, session))
    return tags


async def new_tag(name: str, session: AsyncSession) -> Tag:
    """A new tag, or the one that somebody else has made at this very moment."""
    tag = Tag(name=name)
    try:
        async with session.begin_nested():
            session.add(tag)
    except IntegrityError:
        return (await session.scalars(select(Tag).where(Tag.name == name))).one()
    return tag
