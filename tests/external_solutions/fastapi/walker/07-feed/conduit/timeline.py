"""What those have written whom one follows."""

from fastapi import APIRouter
from sqlalchemy import select

from conduit.models.article import Article
from conduit.parts import PartDep
from conduit.people.eyes import fans
from conduit.people.passes import NEEDS_PASS, MemberDep
from conduit.routers.articles import ArticlesAnswer, ShowDep

timeline = APIRouter(prefix="/articles/feed", tags=["Articles"])


@timeline.get("", responses=NEEDS_PASS)
async def read_feed(me: MemberDep, part: PartDep, show: ShowDep) -> ArticlesAnswer:
    """The articles of everyone whom you follow, the newest first, without their texts."""
    stars = select(fans.c.star_id).where(fans.c.fan_id == me.id)
    return await show.part([Article.author_id.in_(stars)], part)
