"""Articles: reading them, and the editor in which they are written and changed."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from werkzeug.routing import PathConverter
from werkzeug.wrappers import Response

from conduit.database import db, drop, now, put
from conduit.forms import Form
from conduit.models import Article, Comment, Favorite, Follow, Tag, User
from conduit.security import go_back, hashed, me, mine

bp = Blueprint("articles", __name__)


class AnyConverter(PathConverter):
    """Like `path`, and takes slashes at the beginning, too."""

    regex, part_isolating = ".+?", False


bp.record_once(lambda state: state.app.url_map.converters.update(any_text=AnyConverter))


# Pages


@bp.get("/")
def home() -> str:
    if request.args.get("feed") != "following":
        return list_page(select(Article))
    writers = select(Follow.writer_id).where(Follow.reader_id == me().id)
    return list_page(select(Article).where(Article.author_id.in_(writers)), feed=True)


@bp.get("/tag/<any_text:tag>", merge_slashes=False)
def tagged(tag: str) -> str:
    return list_page(select(Article).where(Article.tags.any(name=tag)), tag=tag)


@bp.get("/article/<slug>")
def read(slug: str) -> str:
    return article_page(find_article(slug))


@bp.get("/editor")
def write() -> str:
    return editor_page(Article(author=me()))


@bp.post("/editor")
def publish() -> Response | tuple[str, int]:
    article = Article(author=me())
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
    user, article, form = me(), find_article(slug), Form()
    body = form.text("body", longest=5_000)
    if form.errors:
        return article_page(article, form.errors, body), 422
    db.session.add(Comment(article_id=article.id, author=user, body=body))
    db.session.commit()
    return redirect(url_for("articles.read", slug=slug))


@bp.post("/article/<slug>/comments/<int:pk>/delete")
def uncomment(slug: str, pk: int) -> Response:
    db.session.delete(mine(find_comment(slug, pk)))
    db.session.commit()
    return redirect(url_for("articles.read", slug=slug))


@bp.post("/article/<slug>/favorite")
def favorite(slug: str) -> Response:
    put(Favorite, user_id=me().id, article_id=find_article(slug).id)
    return go_back(url_for("articles.read", slug=slug))


@bp.post("/article/<slug>/unfavorite")
def unfavorite(slug: str) -> Response:
    drop(Favorite, user_id=me().id, article_id=find_article(slug).id)
    return go_back(url_for("articles.read", slug=slug))


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
    """The article at this address, for a visitor who wants to edit or delete it: its author alone."""
    return mine(find_article(slug))


def list_page(articles: Select[tuple[Article]], page: str = "articles/home.html", **context: object) -> str:
    """A page with ten of these articles, newest first: the home page, if no other. The context goes to it."""
    newest_first = articles.order_by(Article.created_at.desc(), Article.id.desc())
    pages = db.paginate(newest_first, page=page_number(), per_page=10)
    return render_template(page, articles=pages.items, pages=pages, popular_tags=popular_tags, **context)


def page_number() -> int:
    """The number after ?page=, short enough for any database; what is none leads to the 404 page."""
    typed = request.args.get("page", "1")
    return int(typed) if re.fullmatch("[1-9][0-9]{0,8}", typed) else abort(404, "There is no such page.")


def popular_tags(most: int = 20, newest: int = 10) -> list[str]:
    """The most used tags, then the latest that are not among them."""
    used = select(Tag.name).group_by(Tag.name)
    top = used.order_by(func.count().desc(), Tag.name).limit(most)
    new = used.order_by(func.max(Tag.created_at).desc(), Tag.name).limit(newest)
    return list(dict.fromkeys([*db.session.scalars(top), *db.session.scalars(new)]))


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
        kept = {tag.name: tag for tag in article.tags}
        article.tags = [kept.get(name) or Tag(name=name) for name in read_tags(form)]
    return form.errors


def read_tags(form: Form) -> list[str]:
    """The tags that were typed, each once."""
    names = {name.strip(): 1 for name in form.line("tags", longest=2_000, optional=True).split(",")}
    names.pop("", None)
    if any(len(name) > 50 for name in names):
        form.errors.append("tags are too long: at most 50 characters each, please")
    if len(names) > 20:
        form.errors.append("tags are too many: at most 20, please")
    if any({"", ".", ".."} & set(name.split("/")) for name in names):
        form.errors.append("tags can't be found at an address with nothing, . or .. beside a slash")
    return list(names)


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

SAMPLE_PEOPLE = ["Ines Ferrow", "Tobias Lund", "Mako"]


def add_samples() -> None:
    """Add the articles of the folder sample_articles, one a day until yesterday, the first file last,
    by people whose passwords nobody knows."""
    people = [sample_user(name) for name in SAMPLE_PEOPLE]
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        written = now() - timedelta(days=days)
        article = Article(title=title.removeprefix("# "), description=description, body=body)
        article.author = people[days % len(people)]
        article.slug = slug_from(article.title)
        article.created_at = article.updated_at = written
        db.session.add(article)


def sample_user(name: str) -> User:
    mail = f"{slug_from(name)}@samples.example"
    return User(username=name, email=mail, password=hashed(secrets.token_urlsafe()))
