"""Hearts (the visitor calls them favorites): the articles that a member likes."""

from urllib.parse import quote

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, column_property, mapped_column

from conduit.articles import Article, find_article, list_page
from conduit.database import db
from conduit.members import members_only, who_is_here
from conduit.portraits import member_called, way_back

heart_pages = Blueprint("hearts", __name__)


class Heart(db.Model):
    """One row for each pair: the member likes the article."""

    giver_number: Mapped[int] = mapped_column(ForeignKey("member.number"), primary_key=True)
    # The database itself drops the hearts of an article that goes (ON DELETE CASCADE).
    post_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True
    )


# Every question for articles brings the number of their hearts along.
Article.heart_count = column_property(
    select(func.count())
    .select_from(Heart)
    .where(Heart.post_id == Article.id)
    .correlate_except(Heart)
    .scalar_subquery()
)


@heart_pages.app_template_global()
def has_my_heart(article):
    """Whether the member who is here likes this article. The database is asked once for all cards."""
    if "liked_posts" not in g:
        g.liked_posts = set()
        me = who_is_here()
        if me is not None:
            for post_id in db.session.scalars(select(Heart.post_id).where(Heart.giver_number == me.number)):
                g.liked_posts.add(post_id)
    return article.id in g.liked_posts


@heart_pages.app_template_global()
def page_around(article):
    """The address of the page on which this article is drawn, as a form can lead back to it."""
    if request.method != "GET":  # what a refused comment is answered with cannot be opened by itself
        return url_for("articles.read", slug=article.slug)
    address = quote(request.path)
    if request.query_string:
        address += "?" + request.query_string.decode("latin-1")
    return address


@heart_pages.post("/article/<slug>/favorite")
@members_only
def give_heart(slug):
    post = find_article(slug)
    db.session.add(Heart(giver_number=who_is_here().number, post_id=post.id))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()  # it is liked already: just what was wanted
    return redirect(way_back(otherwise=url_for("articles.read", slug=slug)))


@heart_pages.post("/article/<slug>/unfavorite")
@members_only
def take_heart(slug):
    post = find_article(slug)
    me = who_is_here()
    db.session.execute(delete(Heart).where(Heart.giver_number == me.number, Heart.post_id == post.id))
    db.session.commit()
    return redirect(way_back(otherwise=url_for("articles.read", slug=slug)))


@heart_pages.get("/profile/<nickname>/favorites")
def liked_by(nickname):
    member = member_called(nickname)
    liked = select(Article).join(Heart, Heart.post_id == Article.id)
    liked = liked.where(Heart.giver_number == member.number)
    return list_page(liked, "member_portrait.html", member=member, liked_ones=True)
