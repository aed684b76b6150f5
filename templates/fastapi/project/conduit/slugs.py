"""Slugs: the part of an address that names an article."""

import re
import secrets
import unicodedata

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conduit.models.article import Article

RESERVED = {"feed"}  # /api/articles/feed is an address of its own, from step 07 on


def slug_from(title: str) -> str:
    """The title in lower-case Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    return "-".join(words)[:80].strip("-") or "article"


async def save_under_new_slug(article: Article, session: AsyncSession) -> None:
    """Save a new article under a slug of its own. Whether one is free is for the database to say: it alone sees
    everyone who publishes at this moment."""
    slug = slug_from(article.title)
    if slug not in RESERVED:
        article.slug = slug
        try:
            async with session.begin_nested():
                session.add(article)
        except IntegrityError:
            pass
        else:
            return
    article.slug = f"{slug}-{secrets.token_hex(4)}"
    session.add(article)
    await session.flush()
