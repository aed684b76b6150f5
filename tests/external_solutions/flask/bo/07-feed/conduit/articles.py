"""Articles: reading them, and the editor in which they are written and changed."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
import re
import secrets
import unicodedata

from flask import abort, Blueprint, redirect, render_template, request, url_for
from sqlalchemy import ForeignKey, Index, Select, select, String, Text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, Mapped, mapped_column, relationship
from werkzeug.wrappers import Response

from conduit.accounts.models import User
from conduit.accounts.samples import sample_authors
from conduit.accounts.visitor import (
    current_user,
    require_user,
    signed_in_only,
)
from conduit.database import db, now
from conduit.follows.models import Follow
from conduit.forms import Form
from conduit.lists.views import links_to_pages, page_of, Tab


bp = Blueprint('articles', __name__)

FEED = 'following'


class Article(db.Model):
    # For the newest of all, and the newest of one author
    __table_args__ = (
        Index('ix_article_created_at_id', 'created_at', 'id'),
        Index(
            'ix_article_author_id_created_at_id',
            'author_id',
            'created_at',
            'id',
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    # Your own lines go below this one.
    author_id: Mapped[int] = mapped_column(ForeignKey('user.id'))
    author: Mapped[User] = relationship()


# Pages


@bp.get('/')
def home() -> str:
    if request.args.get('feed') == FEED:
        return feed(require_user())
    return list_page(select(Article), tabs=tabs_over_list())


def feed(reader: User) -> str:
    followed = select(Article).join(
        Follow, Follow.author_id == Article.author_id
    )
    return list_page(
        followed.where(Follow.follower_id == reader.id),
        tabs=tabs_over_list(feed=True),
        when_empty='articles/empty_feed.html',
    )


@bp.get('/article/<slug>')
def read(slug: str) -> str:
    return render_template('articles/article.html', article=find_article(slug))


@bp.get('/editor')
@signed_in_only
def write() -> str:
    return editor_page(Article())


@bp.post('/editor')
@signed_in_only
def publish() -> Response | tuple[str, int]:
    article = Article(author_id=require_user().id)
    if errors := fill_in(article):
        return editor_page(article, errors), 422
    save(article)
    return redirect(url_for('articles.read', slug=article.slug))


@bp.get('/editor/<slug>')
def edit(slug: str) -> str:
    return editor_page(article_to_change(slug))


@bp.post('/editor/<slug>')
def change(slug: str) -> Response | tuple[str, int]:
    article = article_to_change(slug)
    if errors := fill_in(article):
        return editor_page(article, errors), 422
    save(article)
    return redirect(url_for('articles.read', slug=slug))


@bp.post('/article/<slug>/delete')
def delete(slug: str) -> Response:
    db.session.delete(article_to_change(slug))
    db.session.commit()
    return redirect(url_for('articles.home'))


# For other parts of the site


def find_article(slug: str) -> Article:
    """The article at this address; where there is none, the visitor gets the 404 page."""
    article = db.session.scalar(
        with_author(select(Article)).where(Article.slug == slug)
    )
    if article is None:
        abort(404, 'There is no article at this address.')
    return article


def article_to_change(slug: str) -> Article:
    """The article at this address, for a visitor who wants to edit or delete it: its author alone. Strangers
    are asked to sign in, others get the 403 page."""
    require_user()
    article = find_article(slug)
    if not is_own(article):
        abort(403, "This is somebody else's article.")
    return article


@bp.app_template_global('is_own_article')
def is_own(article: Article) -> bool:
    """Whether the visitor is who wrote it."""
    return article.author == current_user()


def with_author(articles: Select[tuple[Article]]) -> Select[tuple[Article]]:
    """The same articles, each with its author, all in one question."""
    return articles.join(User, User.id == Article.author_id).options(
        contains_eager(Article.author)
    )


def list_page(
    articles: Select[tuple[Article]],
    template: str = 'articles/home.html',
    **context: object,
) -> str:
    """A page with ten of these articles, newest first: the home page, which needs `tabs`, or another that
    includes articles/list.html. The context goes to the template."""
    newest_first = with_author(articles).order_by(
        Article.created_at.desc(), Article.id.desc()
    )
    page = page_of(articles, newest_first)
    return render_template(
        template,
        articles=page.entries,
        page_links=list(links_to_pages(page)),
        **context,
    )


def tabs_over_list(*own: Tab, feed: bool = False) -> list[Tab]:
    """The tabs of the home page, then those of one's own, which are the current ones."""
    everything = Tab(
        'Global Feed', url_for('articles.home'), not (feed or own)
    )
    if current_user() is None:
        return [everything, *own]
    return [
        Tab('Your Feed', url_for('articles.home', feed=FEED), feed),
        everything,
        *own,
    ]


EditorPart = Callable[[Article, Form], None]
editor_parts: list[EditorPart] = []


def editor_part(take: EditorPart) -> EditorPart:
    """A decorator for other parts: has `take(article, form)` called whenever the editor's form arrives."""
    editor_parts.append(take)
    return take


# Behind the editor


def editor_page(article: Article, errors: Sequence[str] = ()) -> str:
    with (
        db.session.no_autoflush
    ):  # what is wrong is shown, and not saved on the way
        return render_template(
            'articles/editor.html', article=article, errors=errors
        )


def fill_in(article: Article) -> list[str]:
    """Take over what the editor's form holds; give back what is wrong with it. Nothing is saved yet."""
    form = Form()
    with db.session.no_autoflush:
        article.title = form.line('title', longest=200)
        article.description = form.line('description', longest=500)
        article.body = form.text('body', longest=50_000)
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
            article.slug = (
                f'{slug_from(article.title)}-{secrets.token_hex(4)}'
            )
        db.session.add(article)
        db.session.commit()


def slug_from(title: str) -> str:
    """The title in lower-case Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    plain = (
        unicodedata.normalize('NFKD', title.casefold())
        .encode('ascii', 'ignore')
        .decode()
    )
    words = re.findall(r'[a-z0-9]+', plain)
    return '-'.join(words)[:80].strip('-') or 'article'


# What a new database begins with


def add_samples() -> None:
    """Add the articles of the folder sample_articles, one a day until yesterday, the first file last; their authors take turns."""
    files = sorted(Path(__file__).parent.glob('sample_articles/*.md'))
    authors = sample_authors()
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text('utf-8').split('\n\n', 2)
        written = now() - timedelta(days=days)
        article = Article(
            title=title.removeprefix('# '),
            description=description,
            body=body,
            author=authors[days % len(authors)],
        )
        article.slug = slug_from(article.title)
        article.created_at = article.updated_at = written
        db.session.add(article)
