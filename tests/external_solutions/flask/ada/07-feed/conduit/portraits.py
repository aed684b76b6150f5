"""Portraits: the page about a member, with all that they wrote."""

from flask import Blueprint
from sqlalchemy import select

from conduit.articles import Article, list_page
from conduit.members import member_called

portrait_pages = Blueprint("portraits", __name__)


@portrait_pages.get("/profile/<nickname>")
def portrait(nickname):
    member = member_called(nickname)
    written = select(Article).where(Article.writer_number == member.number)
    return list_page(written, "member_portrait.html", member=member)
