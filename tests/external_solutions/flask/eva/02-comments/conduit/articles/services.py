"""Everything that changes articles."""

import re
import secrets
import unicodedata

from sqlalchemy.exc import IntegrityError

from conduit.articles.forms import ArticleForm
from conduit.articles.models import Article
from conduit.extensions import db


def create_article(form: ArticleForm, ending: str = "") -> Article:
    """Save a new article. If its slug is taken, even by an article of this moment, try a slug with another ending."""
    article = Article()
    form.populate_obj(article)
    article.slug = slugify(article.title) + ending
    db.session.add(article)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if ending:
            raise
        return create_article(form, f"-{secrets.token_hex(4)}")
    return article


def update_article(article: Article, form: ArticleForm) -> None:
    form.populate_obj(article)
    db.session.commit()


def delete_article(article: Article) -> None:
    db.session.delete(article)
    db.session.commit()


def slugify(title: str) -> str:
    """The title in lowercase Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    ascii_title = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_title)
    return "-".join(words)[:80].strip("-") or "article"
