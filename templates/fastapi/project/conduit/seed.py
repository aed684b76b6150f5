"""The sample articles of a new database."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from conduit.models import Article, now
from conduit.routers.articles import slug_from


def add_samples(session: Session) -> None:
    """Add the articles in sample_articles/, one for each day until yesterday. The first file is the newest."""
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        article = Article(title=title.removeprefix("# "), description=description, body=body)
        article.slug = slug_from(article.title)
        article.created_at = article.updated_at = now() - timedelta(days=days)
        # Your own lines go below this one.
        session.add(article)
