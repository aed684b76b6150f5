"""Articles: the pages that list and show them, and the editor that creates and changes them."""

import re
import secrets
import unicodedata

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from conduit.accounts import login_required, only_for
from conduit.extensions import db
from conduit.forms import ArticleForm, CommentForm
from conduit.models import Article, Comment, Follow, Tag
from conduit.tags import popular_tags

bp = Blueprint("articles", __name__)


@bp.get("/")
def home() -> str | Response:
    if request.args.get("feed") == "following":
        return your_feed()
    return list_page(published())


@login_required
def your_feed() -> str:
    """The home page with the articles of the users that the visitor follows."""
    followed = select(Follow.followed_id).where(Follow.follower_id == g.user.id)
    return list_page(published().where(Article.author_id.in_(followed)), feed="following")


@bp.get("/tag/<path:name>")
def tagged(name: str) -> str:
    return list_page(published().where(Article.tags.any(Tag.name == name)), tag=name)


@bp.get("/drafts")
@login_required
def drafts() -> str:
    return list_page(select(Article).where(Article.draft, Article.author == g.user))


@bp.get("/article/<slug>")
def read(slug: str) -> str:
    return render_template("articles/article.html", article=find_article(slug), comment_form=CommentForm())


@bp.route("/editor", methods=["GET", "POST"])
@login_required
def publish() -> Response | tuple[str, int]:
    form = ArticleForm()
    if form.validate_on_submit():
        article = create_article(form)
        return redirect(url_for("articles.read", slug=article.slug))
    return render_template("articles/editor.html", form=form), 422 if form.errors else 200


@bp.route("/editor/<slug>", methods=["GET", "POST"])
@login_required
def edit(slug: str) -> Response | tuple[str, int]:
    article = find_own_article(slug)
    form = ArticleForm(obj=article)
    if form.validate_on_submit():
        form.populate_obj(article)
        db.session.commit()
        return redirect(url_for("articles.read", slug=article.slug))
    return render_template("articles/editor.html", form=form, article=article), 422 if form.errors else 200


@bp.post("/article/<slug>/delete")
@login_required
def delete(slug: str) -> Response:
    db.session.delete(find_own_article(slug))
    db.session.commit()
    return redirect(url_for("articles.home"))


def published() -> Select[tuple[Article]]:
    """The query for all articles that aren't drafts."""
    return select(Article).where(Article.draft.is_(False))


def find_article(slug: str) -> Article:
    """The article with this slug. If there is none, or only another user's draft, the visitor gets the 404 page."""
    is_visible = or_(Article.draft.is_(False), Article.author == g.user)
    with_authors = joinedload(Article.author), selectinload(Article.comments).joinedload(Comment.author)
    article = select(Article).where(Article.slug == slug, is_visible).options(*with_authors)
    return db.first_or_404(article, description="This article doesn't exist.")


def find_own_article(slug: str) -> Article:
    """The article with this slug, for its author. Another user gets the page with status 403."""
    article = find_article(slug)
    only_for(article.author)
    return article


def list_page(articles: Select[tuple[Article]], template: str = "articles/home.html", **context: object) -> str:
    """A page with ten of these articles, newest first. `?page=2` shows the next ten. `context` goes to the template."""
    newest_first = articles.order_by(Article.created_at.desc(), Article.id.desc())
    if len(request.args.get("page", "")) > 9:
        abort(404)  # lists are shorter, and a database can't read every number
    page = db.paginate(newest_first.options(joinedload(Article.author), selectinload(Article.tags)), per_page=10)
    return render_template(template, articles=page.items, page=page, popular_tags=popular_tags, **context)


def create_article(form: ArticleForm, ending: str = "") -> Article:
    """Save a new article. If its slug is taken, even by an article of this moment, try a slug with another ending."""
    article = Article()
    form.populate_obj(article)
    article.slug = slug_from(article.title) + ending
    article.author = g.user
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
