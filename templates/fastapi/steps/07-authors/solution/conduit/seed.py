"""The sample articles of a new database, and their authors."""

import secrets
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from conduit.models import Article, User, now
from conduit.routers.articles import slug_from
from conduit.security import get_passwords
from conduit.settings import get_settings
from conduit.tags import find_tags

SAMPLE_TAGS = {
    "the-town-that-a-map-invented": ["maps", "paper", "stories"],
    "a-bridge-that-began-with-a-kite": ["craft", "stories"],
    "why-old-books-smell-of-vanilla": ["paper", "science"],
    "the-clock-that-found-the-ocean": ["maps", "stories"],
    "bread-is-a-conversation-with-air": ["craft", "science"],
    "how-to-read-an-error-message": ["programming"],
}

SAMPLE_AUTHORS = {
    "mara": "Draws maps for a living. A few of the towns don't exist.",
    "tomas": "Bakes at night, repairs clocks by day, sleeps on Sundays.",
    "ife": "Reads what machines print when they are unhappy.",
}


def sample_authors() -> list[User]:
    """The authors of the sample articles. Nobody knows their passwords."""
    passwords = get_passwords(get_settings())
    return [
        User(
            username=name,
            email=f"{name}@example.org",
            password_hash=passwords.hash(secrets.token_urlsafe()),
            image=f"/people/{name}.svg",
            bio=bio,
        )
        for name, bio in SAMPLE_AUTHORS.items()
    ]


def add_samples(session: Session) -> None:
    """Add the articles in sample_articles/, one for each day until yesterday. The first file is the newest."""
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    authors = sample_authors()
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        article = Article(title=title.removeprefix("# "), description=description, body=body)
        article.slug = slug_from(article.title)
        article.created_at = article.updated_at = now() - timedelta(days=days)
        article.tags = find_tags(SAMPLE_TAGS.get(article.slug, []), session)
        article.author = authors[days % len(authors)]
        # Your own lines go below this one.
        session.add(article)
