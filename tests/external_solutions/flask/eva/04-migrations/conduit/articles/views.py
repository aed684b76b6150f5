"""Articles: the pages that list and show them, and the editor that creates and changes them."""

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import Select
from werkzeug.wrappers import Response

from conduit.articles import services
from conduit.articles.forms import ArticleForm
from conduit.articles.models import Article
from conduit.articles.querysets import drafts, get_article_or_404, newest_first, published
from conduit.comments.forms import CommentForm
from conduit.extensions import db

bp = Blueprint("articles", __name__, template_folder="templates")


@bp.get("/")
def home() -> str:
    return list_page(published())


@bp.get("/drafts")
def draft_list() -> str:
    return list_page(drafts())


@bp.get("/article/<slug>")
def detail(slug: str) -> str:
    return detail_page(get_article_or_404(slug), CommentForm())


@bp.route("/editor", methods=["GET", "POST"])
def create() -> Response | tuple[str, int]:
    form = ArticleForm()
    if form.validate_on_submit():
        article = services.create_article(form)
        return redirect(url_for("articles.detail", slug=article.slug))
    return editor_page(form)


@bp.route("/editor/<slug>", methods=["GET", "POST"])
def update(slug: str) -> Response | tuple[str, int]:
    article = get_article_or_404(slug)
    form = ArticleForm(obj=article)
    if form.validate_on_submit():
        services.update_article(article, form)
        return redirect(url_for("articles.detail", slug=article.slug))
    return editor_page(form, article)


@bp.post("/article/<slug>/delete")
def delete(slug: str) -> Response:
    services.delete_article(get_article_or_404(slug))
    return redirect(url_for("articles.home"))


def list_page(articles: Select[tuple[Article]], **context: object) -> str:
    """The home page with these articles, newest first. `context` goes to the template."""
    return render_template("articles/home.html", articles=db.session.scalars(newest_first(articles)).all(), **context)


def detail_page(article: Article, comment_form: CommentForm) -> str:
    return render_template("articles/article.html", article=article, comment_form=comment_form)


def editor_page(form: ArticleForm, article: Article | None = None) -> tuple[str, int]:
    return render_template("articles/editor.html", form=form, article=article), 422 if form.errors else 200
