"""Articles: reading them, and the editor in which they are written and changed."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.wrappers import Response

from conduit.database import db, now
from conduit.forms import Form
from conduit.members import Member, add_sample_members, members_only, who_is_here

bp = Blueprint("articles", __name__)


class Article(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    # Your own lines go below this one.
    writer_number: Mapped[int] = mapped_column(ForeignKey("member.number"), index=True)
    writer: Mapped[Member] = relationship(lazy="joined", innerjoin=True)


# Pages


@bp.get("/")
def home() -> str:
    return list_page(select(Article))


@bp.get("/article/<slug>")
def read(slug: str) -> str:
    return render_template("articles/article.html", article=find_article(slug))


@bp.get("/editor")
@members_only
def write() -> str:
    return editor_page(Article())


@bp.post("/editor")
@members_only
def publish() -> Response | tuple[str, int]:
    article = Article(writer=who_is_here())
    if errors := fill_in(article):
        return editor_page(article, errors), 422
    save(article)
    return redirect(url_for("articles.read", slug=article.slug))


@bp.get("/editor/<slug>")
@members_only
def edit(slug: str) -> str:
    return editor_page(article_to_change(slug))


@bp.post("/editor/<slug>")
@members_only
def change(slug: str) -> Response | tuple[str, int]:
    article = article_to_change(slug)
    if errors := fill_in(article):
        return editor_page(article, errors), 422
    save(article)
    return redirect(url_for("articles.read", slug=slug))


@bp.post("/article/<slug>/delete")
@members_only
def delete(slug: str) -> Response:
    db.session.delete(article_to_change(slug))
    db.session.commit()
    return redirect(url_for("articles.home"))


# For other parts of the site


def find_article(slug: str) -> Article:
    """The article at this address; where there is none, the visitor gets the 404 page."""
    article = db.session.scalar(select(Article).where(Article.slug == slug))
    if article is None:
        abort(404, "There is no article at this address.")
    return article


def article_to_change(slug: str) -> Article:
    """The article at this address, for a visitor who wants to edit or delete it. Only its writer may."""
    article = find_article(slug)
    if article.writer is not who_is_here():
        abort(403, "This article belongs to somebody else.")
    return article


def list_page(articles: Select[tuple[Article]], **context: object) -> str:
    """The home page with these articles, newest first. The context goes to the template."""
    ordered = articles.order_by(Article.created_at.desc(), Article.id.desc())
    return render_template("articles/home.html", articles=db.session.scalars(ordered).all(), **context)


EditorPart = Callable[[Article, Form], None]
editor_parts: list[EditorPart] = []


def editor_part(take: EditorPart) -> EditorPart:
    """A decorator for other parts: has `take(article, form)` called whenever the editor's form arrives."""
    editor_parts.append(take)
    return take


# Behind the editor


def editor_page(article: Article, errors: Sequence[str] = ()) -> str:
    with db.session.no_autoflush:  # what is wrong is shown, and not saved on the way
        return render_template("articles/editor.html", article=article, errors=errors)


def fill_in(article: Article) -> list[str]:
    """Take over what the editor's form holds; give back what is wrong with it. Nothing is saved yet."""
    form = Form()
    with db.session.no_autoflush:
        article.title = form.line("title", longest=200)
        article.description = form.line("description", longest=500)
        article.body = form.text("body", longest=50_000)
        for take in editor_parts:
            take(article, form)
    return form.errors


def save(article: Article) -> None:
    """Save an article, a new one under a slug of its own. Whether that is free is for the database to say:
    it alone sees everyone who writes at this moment. Where it refuses, the form is read once more."""
    is_new = article.slug is None
    if is_new:
        article.slug = slug_from(article.title)
    db.session.add(article)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        fill_in(article)
        if is_new:
            article.slug = f"{slug_from(article.title)}-{secrets.token_hex(4)}"
        db.session.add(article)
        db.session.commit()


def slug_from(title: str) -> str:
    """The title in lower-case Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    latin = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    pieces = re.findall(r"[a-z0-9]+", latin)
    return "-".join(pieces)[:80].strip("-") or "article"


# What a new database begins with


def add_samples() -> None:
    """Add the articles of the folder sample_articles, one a day until yesterday, the first file last."""
    writers = add_sample_members()
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        written = now() - timedelta(days=days)
        article = Article(title=title.removeprefix("# "), description=description, body=body)
        article.slug = slug_from(article.title)
        article.created_at = article.updated_at = written
        article.writer = writers[days % len(writers)]
        db.session.add(article)
