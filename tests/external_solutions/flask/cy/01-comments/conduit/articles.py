"""Articles: reading them, and the editor in which they are written and changed."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from conduit.database import db, now
from conduit.forms import Form
from conduit.models import Article, Comment

bp = Blueprint("articles", __name__)


# Pages


@bp.get("/")
def home() -> str:
    return list_page(select(Article))


@bp.get("/article/<slug>")
def read(slug: str) -> str:
    return article_page(find_article(slug))


@bp.get("/editor")
def write() -> str:
    return editor_page(Article())


@bp.post("/editor")
def publish() -> Response | tuple[str, int]:
    article = Article()
    if errors := fill_in(article):
        return editor_page(article, errors), 422
    save(article)
    return redirect(url_for("articles.read", slug=article.slug))


@bp.get("/editor/<slug>")
def edit(slug: str) -> str:
    return editor_page(article_to_change(slug))


@bp.post("/editor/<slug>")
def change(slug: str) -> Response | tuple[str, int]:
    article = article_to_change(slug)
    if errors := fill_in(article):
        return editor_page(article, errors), 422
    save(article)
    return redirect(url_for("articles.read", slug=slug))


@bp.post("/article/<slug>/delete")
def delete(slug: str) -> Response:
    db.session.delete(article_to_change(slug))
    db.session.commit()
    return redirect(url_for("articles.home"))


@bp.get("/article/<slug>/comments")
def comments(slug: str) -> Response:
    """They stand under the article."""
    return redirect(url_for("articles.read", slug=slug))


@bp.post("/article/<slug>/comments")
def comment(slug: str) -> Response | tuple[str, int]:
    article, form = find_article(slug), Form()
    body = form.text("body", longest=5_000)
    if form.errors:
        return article_page(article, form.errors, body), 422
    db.session.add(Comment(article_id=article.id, body=body))
    db.session.commit()
    return redirect(url_for("articles.read", slug=slug))


@bp.post("/article/<slug>/comments/<int:pk>/delete")
def uncomment(slug: str, pk: int) -> Response:
    db.session.delete(find_comment(slug, pk))
    db.session.commit()
    return redirect(url_for("articles.read", slug=slug))


# For other parts of the site


def find_article(slug: str) -> Article:
    """The article at this address; where there is none, the visitor gets the 404 page."""
    article = db.session.scalar(select(Article).where(Article.slug == slug))
    if article is None:
        abort(404, "There is no article at this address.")
    return article


def find_comment(slug: str, pk: int) -> Comment:
    """This comment of the article at this address, or the 404 page."""
    found = [c for c in find_article(slug).comments if c.id == pk]
    return found[0] if found else abort(404, "There is no such comment here.")


def article_page(article: Article, errors: Sequence[str] = (), draft: str = "") -> str:
    """The article's page, with what is wrong with the comment that was typed."""
    return render_template("articles/article.html", article=article, errors=errors, draft=draft)


def article_to_change(slug: str) -> Article:
    """The article at this address, for a visitor who wants to edit or delete it. Anyone may, so far."""
    return find_article(slug)


def list_page(articles: Select[tuple[Article]], **context: object) -> str:
    """The home page with these articles, newest first. The context goes to the template."""
    newest_first = articles.order_by(Article.created_at.desc(), Article.id.desc())
    return render_template("articles/home.html", articles=db.session.scalars(newest_first).all(), **context)


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
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    return "-".join(words)[:80].strip("-") or "article"


# What a new database begins with


def add_samples() -> None:
    """Add the articles of the folder sample_articles, one a day until yesterday, the first file last."""
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        written = now() - timedelta(days=days)
        article = Article(title=title.removeprefix("# "), description=description, body=body)
        article.slug = slug_from(article.title)
        article.created_at = article.updated_at = written
        db.session.add(article)
