"""Labels (the visitor calls them tags): words that an article carries.

A label is nothing but its word, so there is one table only: a row for each pair of article and word.
"""

from datetime import datetime

from flask import Blueprint
from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from conduit.articles import Article, editor_part, list_page
from conduit.database import db, now

label_pages = Blueprint("labelling", __name__)


class Label(db.Model):
    post_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(50), primary_key=True, index=True)
    put_on_at: Mapped[datetime] = mapped_column(default=now)
    post: Mapped["Article"] = relationship(
        backref=backref("labels", cascade="all, delete-orphan", lazy="selectin")
    )


@label_pages.get("/tag/<path:word>")
def articles_with(word):
    carriers = select(Article).join(Label, Label.post_id == Article.id).where(Label.word == word)
    return list_page(carriers, shown_label=word)


@label_pages.get("/tag//<path:rest>", merge_slashes=False)
def articles_with_slash_in_front(rest):
    """Flask's path: never begins with a slash, but a label may."""
    return articles_with("/" + rest)


@editor_part
def read_labels(article, form):
    typed = form.line("tags", longest=5000, optional=True)

    # What was typed, tidied: no empty ones, none twice.
    wanted = []
    for piece in typed.split(","):
        word = piece.strip()
        if word != "" and word not in wanted:
            wanted.append(word)

    for word in wanted:
        if len(word) > 50:
            form.errors.append(f"the tag {word[:20]}… is too long: at most 50 characters, please")
        for part in word.split("/"):
            if part in ("", ".", ".."):
                form.errors.append(f"the tag {word[:20]} has no address: mind its slashes and dots, please")
    if len(wanted) > 20:
        form.errors.append("20 tags are enough")

    # Take off what is not wanted any more, then add what is missing.
    present = []
    for label in list(article.labels):
        if label.word in wanted:
            present.append(label.word)
        else:
            article.labels.remove(label)
    for word in wanted:
        if word not in present:
            article.labels.append(Label(word=word))


@label_pages.app_template_global()
def words_of(article):
    """The words of an article's labels, in alphabetical order."""
    words = []
    for label in article.labels:
        words.append(label.word)
    words.sort(key=str.casefold)
    return words


@label_pages.app_template_global()
def words_in_use():
    """The 20 words that most articles carry, the most used first, and the 10 that were put on last."""
    each = select(Label.word).group_by(Label.word)
    words = []
    for word in db.session.scalars(each.order_by(func.count().desc(), Label.word).limit(20)):
        words.append(word)
    for word in db.session.scalars(each.order_by(func.max(Label.put_on_at).desc()).limit(10)):
        if word not in words:
            words.append(word)
    return words


def label_the_samples():
    """Give the sample articles some labels."""
    for post in db.session.scalars(select(Article)).all():
        if "map" in post.slug or "clock" in post.slug:
            post.labels.append(Label(word="travel"))
        if "book" in post.slug or "read" in post.slug:
            post.labels.append(Label(word="reading"))
        post.labels.append(Label(word="samples"))
