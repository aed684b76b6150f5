"""The sample articles of a new database."""

import secrets
from datetime import timedelta
from pathlib import Path

from conduit.extensions import db
from conduit.identity.passwords import hash_password
from conduit.models import Article, User, now
from conduit.slugs import slugify


def sample_writer(name: str) -> User:
    """A user with a picture. Nobody knows the password."""
    return User(
        username=name,
        email=f"{name.lower()}@example.org",
        password_hash=hash_password(secrets.token_urlsafe()),
        image=f"/static/people/{name.lower()}.svg",
    )


def add_samples() -> None:
    """Add the articles in sample_articles/, one for each day until yesterday. The first file is the newest."""
    writers = [sample_writer(name) for name in ("Ife", "Mara", "Tomas")]
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        article = Article(title=title.removeprefix("# "), description=description, body=body, author=writers[days % 3])
        article.slug = slugify(article.title)
        article.created_at = article.updated_at = now() - timedelta(days=days)
        # Your own lines go below this one.
        db.session.add(article)
