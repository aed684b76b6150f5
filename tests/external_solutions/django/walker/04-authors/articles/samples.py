"""What a new database begins with."""

from datetime import timedelta
from itertools import cycle
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from articles.models import Article


def add_samples():
    """Add the articles of the folder sample_articles, one a day until yesterday, the first file last."""
    files = sorted(Path(__file__).parent.glob("sample_articles/*.md"))
    writers = cycle(User.objects.order_by("pk"))
    for days, file in enumerate(files, start=1):
        title, description, body = file.read_text("utf-8").split("\n\n", 2)
        Article.objects.create(
            writer=next(writers),
            title=title.removeprefix("# "),
            description=description,
            body=body,
            created_at=timezone.now() - timedelta(days=days),
        )
