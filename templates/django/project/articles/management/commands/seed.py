from datetime import timedelta
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from articles.models import Article, slug_from

FOLDER = Path(__file__).parents[2] / "sample_articles"


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
            article.created_at = timezone.now() - timedelta(days=days)
            article.save()
            # Your own lines go below this one.
        self.stdout.write("The database has the sample articles.")
