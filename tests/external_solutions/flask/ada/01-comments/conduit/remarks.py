"""What readers say under an article."""

from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from conduit.articles import Article, find_article
from conduit.database import db, now

remark_pages = Blueprint("remarks", __name__)


class Remark(db.Model):
    number: Mapped[int] = mapped_column(primary_key=True)
    # The database itself drops the remarks of an article that goes (ON DELETE CASCADE).
    post_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(default=now)
    post: Mapped["Article"] = relationship(backref=backref("remarks", passive_deletes="all"))


@remark_pages.get("/article/<slug>/comments")
def back_to_the_article(slug):
    """There is nothing to read at this address; the remarks stand under their article."""
    return redirect(url_for("articles.read", slug=slug))


@remark_pages.post("/article/<slug>/comments")
def say_something(slug):
    post = find_article(slug)
    words = request.form.get("body", "").replace("\r\n", "\n").strip()

    problems = []
    if words == "":
        problems.append("Please write something first.")
    if len(words) > 5000:
        problems.append("That is too long: 5000 characters at most.")
    if len(problems) > 0:
        page = render_template(
            "articles/article.html", article=post, remark_problems=problems, remark_words=words
        )
        return page, 422

    remark = Remark(post_id=post.id, words=words)
    db.session.add(remark)
    db.session.commit()
    return redirect(f"/article/{post.slug}")


@remark_pages.post("/article/<slug>/comments/<int:number>/delete")
def take_back(slug, number):
    post = find_article(slug)
    remark = db.session.scalar(select(Remark).where(Remark.number == number))
    if remark is None:
        abort(404, "There is no such comment.")
    if remark.post_id != post.id:
        abort(404, "There is no such comment under this article.")
    db.session.delete(remark)
    db.session.commit()
    return redirect(f"/article/{post.slug}")
