"""What a new database begins with."""

from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from accounts.samples import PEOPLE
from articles.models import Article


def add_samples():
    """Add the articles of the folder sample_articles, one a day until yesterday, the first file last."""
    authors = User.objects.filter(username__in=PEOPLE).order_by("id")
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        Article.objects.create(
            title=title.removeprefix("# "),
            description=description,
            body=body,
            author=authors[days % len(authors)],
            created_at=timezone.now() - timedelta(days=days),
        )
