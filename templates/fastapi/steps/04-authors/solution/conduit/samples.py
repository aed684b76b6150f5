"""What a new database begins with."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from conduit.database import now
from conduit.models.article import Article
from conduit.settings import Settings
from conduit.slugs import slug_from


async def add_samples(session: AsyncSession, settings: Settings) -> None:
    """Add what the site begins with, so that it has something to show. The command saves it."""
    articles = sample_articles()
    session.add_all(articles)

    from conduit.sample_tags import add_tags

    add_tags(articles)

    from conduit.passwords import Passwords
    from conduit.sample_authors import sample_authors

    authors = await sample_authors(Passwords(settings))
    for number, article in enumerate(articles):
        article.author = authors[number % len(authors)]

    # Your own lines go below this one.


def sample_articles() -> list[Article]:
    """The articles of the folder sample_articles, one a day until yesterday, the first file last."""
    articles = []
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        title, written = title.removeprefix("# "), now() - timedelta(days=days)
        article = Article(title=title, description=description, body=body, slug=slug_from(title))
        article.created_at = article.updated_at = written
        articles.append(article)
    return articles
