"""What a new database begins with."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from conduit.database import now
from conduit.models.article import Article
from conduit.settings import Settings
from conduit.slugs import slug_from

SAMPLE_TAGS = [{"maps", "history"}, {"bridges", "history"}, {"books"}, {"clocks", "sea"}, {"bread"}, {"code"}]


async def add_samples(session: AsyncSession, settings: Settings) -> None:
    """Add what the site begins with, so that it has something to show. The command saves it."""
    articles = sample_articles()
    session.add_all(articles)

    # Your own lines go below this one.
    for article, words in zip(articles, SAMPLE_TAGS, strict=False):
        article.tag_list = words


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
