"""Slugs: the readable part of the URL of an article."""

import re
import secrets
import unicodedata

from sqlalchemy.exc import IntegrityError

from conduit.extensions import db
from conduit.tables import Article


def slugify(title: str) -> str:
    """The title in lowercase Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    ascii_title = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_title)
    return "-".join(words)[:80].strip("-") or "article"


def insert_with_free_slug(article: Article) -> None:
    """Save a new article. If the plain slug is taken, the second attempt has a random ending."""
    slug = slugify(article.title)
    try:
        with db.session.begin_nested():
            article.slug = slug
            db.session.add(article)
    except IntegrityError:
        article.slug = f"{slug}-{secrets.token_hex(4)}"
        db.session.add(article)
    db.session.commit()
