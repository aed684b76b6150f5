from datetime import timedelta
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from articles.models import Article, Tag, slug_from

FOLDER = Path(__file__).parents[2] / "sample_articles"
SAMPLE_TAGS = {
    "the-town-that-a-map-invented": ["maps", "paper", "stories"],
    "a-bridge-that-began-with-a-kite": ["craft", "stories"],
    "why-old-books-smell-of-vanilla": ["paper", "science"],
    "the-clock-that-found-the-ocean": ["maps", "stories"],
    "bread-is-a-conversation-with-air": ["craft", "science"],
    "how-to-read-an-error-message": ["programming"],
}


class Command(BaseCommand):
    help = "Add the sample articles that are missing, one for each day until yesterday."

    @transaction.atomic
    def handle(self, **options):
        for days, file in enumerate(sorted(FOLDER.glob("*.md")), start=1):
            title, description, body = file.read_text("utf-8").split("\n\n", 2)
            title = title.removeprefix("# ")
            if Article.objects.filter(slug=slug_from(title)).exists():
                continue
            article = Article(title=title, description=description, body=body)
            article.created_at = article.published_at = timezone.now() - timedelta(days=days)
            article.save()
            article.tags.set(Tag.objects.named(SAMPLE_TAGS.get(article.slug, [])))
            # Your own lines go below this one.
        self.stdout.write("The database has the sample articles.")
