"""The sample articles of a new database, and their authors."""

import secrets
from datetime import timedelta
from pathlib import Path

from conduit.accounts.models import User
from conduit.articles.models import Article
from conduit.articles.services import slugify
from conduit.extensions import db
from conduit.models import now

AUTHORS = {
    "mara": "Writes about places.",
    "tomas": "Takes old machines apart.",
    "ife": "Bakes, and asks why.",
}


def add_authors() -> list[User]:
    """Users who nobody can sign in as, because nobody knows their passwords."""
    users = []
    for name, bio in AUTHORS.items():
        user = User(username=name, email=f"{name}@example.org", bio=bio, image=f"/static/people/{name}.svg")
        user.set_password(secrets.token_urlsafe())
        users.append(user)
    db.session.add_all(users)
    return users


def add_samples() -> None:
    """Add the articles in sample_articles/, one for each day until yesterday. The first file is the newest."""
    authors = add_authors()
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        article = Article(title=title.removeprefix("# "), description=description, body=body)
        article.slug = slugify(article.title)
        article.created_at = article.updated_at = now() - timedelta(days=days)
        # Your own lines go below this one.
        article.author = authors[days % len(authors)]
        db.session.add(article)
