"""Articles: the pages that list and show them, and the editor that creates and changes them."""

import re
import secrets
import unicodedata

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from conduit.extensions import db
from conduit.forms import ArticleForm, CommentForm
from conduit.models import Article, Tag
from conduit.tags import sidebar_tags

bp = Blueprint("articles", __name__)


@bp.get("/")
def home() -> str:
    return list_page(select(Article))


@bp.get("/drafts")
def drafts():
    return list_page(select(Article), drafts=True)


@bp.get("/tag/<path:name>")
def tag_page(name):
    return list_page(select(Article).where(Article.tags.any(Tag.name == name)), tag_name=name)


@bp.get("/article/<slug>")
def read(slug: str) -> str:
    return render_template("articles/article.html", article=find_article(slug), comment_form=CommentForm())


@bp.route("/editor", methods=["GET", "POST"])
def publish() -> Response | tuple[str, int]:
    form = ArticleForm()
    if form.validate_on_submit():
        article = create_article(form)
        return redirect(url_for("articles.read", slug=article.slug))
    return render_template("articles/editor.html", form=form), 422 if form.errors else 200


@bp.route("/editor/<slug>", methods=["GET", "POST"])
def edit(slug: str) -> Response | tuple[str, int]:
    article = find_article(slug)
    form = ArticleForm(obj=article)
    if form.validate_on_submit():
        form.populate_obj(article)
        db.session.commit()
        return redirect(url_for("articles.read", slug=article.slug))
    return render_template("articles/editor.html", form=form, article=article), 422 if form.errors else 200


@bp.post("/article/<slug>/delete")
def delete(slug: str) -> Response:
    db.session.delete(find_article(slug))
    db.session.commit()
    return redirect(url_for("articles.home"))


def find_article(slug: str) -> Article:
    """The article with this slug. If there is none, the visitor gets the 404 page."""
    return db.first_or_404(select(Article).where(Article.slug == slug), description="This article doesn't exist.")


def list_page(articles: Select[tuple[Article]], drafts: bool = False, **context: object) -> str:
    """The home page with these articles, newest first. `context` goes to the template."""
    newest_first = articles.where(Article.draft == drafts).order_by(Article.created_at.desc(), Article.id.desc())
    articles_found = db.session.scalars(newest_first).all()
    return render_template("articles/home.html", articles=articles_found, popular_tags=sidebar_tags(), **context)


def create_article(form: ArticleForm, ending: str = "") -> Article:
    """Save a new article. If its slug is taken, even by an article of this moment, try a slug with another ending."""
    article = Article()
    form.populate_obj(article)
    article.slug = slug_from(article.title) + ending
    db.session.add(article)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if ending:
            raise
        return create_article(form, f"-{secrets.token_hex(4)}")
    return article


def slug_from(title: str) -> str:
    """The title in lowercase Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    ascii_title = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_title)
    return "-".join(words)[:80].strip("-") or "article"
