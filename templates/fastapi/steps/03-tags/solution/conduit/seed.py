"""The sample articles of a new database."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from conduit.models import Article, now
from conduit.routers.articles import slug_from
from conduit.tags import find_tags

SAMPLE_TAGS = {
    "the-town-that-a-map-invented": ["maps", "paper", "stories"],
    "a-bridge-that-began-with-a-kite": ["craft", "stories"],
    "why-old-books-smell-of-vanilla": ["paper", "science"],
    "the-clock-that-found-the-ocean": ["maps", "stories"],
    "bread-is-a-conversation-with-air": ["craft", "science"],
    "how-to-read-an-error-message": ["programming"],
}


def add_samples(session: Session) -> None:
    """Add the articles in sample_articles/, one for each day until yesterday. The first file is the newest."""
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        article = Article(title=title.removeprefix("# "), description=description, body=body)
        article.slug = slug_from(article.title)
        article.created_at = article.updated_at = now() - timedelta(days=days)
        article.tags = find_tags(SAMPLE_TAGS.get(article.slug, []), session)
        # Your own lines go below this one.
        session.add(article)
