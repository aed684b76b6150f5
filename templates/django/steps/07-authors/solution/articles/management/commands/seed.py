from datetime import timedelta
from pathlib import Path

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from accounts.models import User
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
SAMPLE_AUTHORS = {
    "mara": "Draws maps for a living. A few of the towns don't exist.",
    "tomas": "Bakes at night, repairs clocks by day, sleeps on Sundays.",
    "ife": "Reads what machines print when they are unhappy.",
}
EDITORS_MAY = ["view_article", "change_article", "view_comment", "delete_comment"]


class Command(BaseCommand):
    help = "Add the sample articles that are missing, one for each day until yesterday."

    @transaction.atomic
    def handle(self, **options):
        group, _ = Group.objects.get_or_create(name="Editors")
        group.permissions.set(Permission.objects.filter(codename__in=EDITORS_MAY))
        authors = [self.author(name, bio) for name, bio in SAMPLE_AUTHORS.items()]
        for days, file in enumerate(sorted(FOLDER.glob("*.md")), start=1):
            title, description, body = file.read_text("utf-8").split("\n\n", 2)
            title = title.removeprefix("# ")
            if Article.objects.filter(slug=slug_from(title)).exists():
                continue
            article = Article(title=title, description=description, body=body, author=authors[days % len(authors)])
            article.created_at = article.published_at = timezone.now() - timedelta(days=days)
            article.save()
            article.tags.set(Tag.objects.named(SAMPLE_TAGS.get(article.slug, [])))
            # Your own lines go below this one.
        self.stdout.write("The database has the sample articles.")

    def author(self, name, bio):
        """The user with this name. Nobody can sign in as a new one, because it has no password."""
        user = User.objects.filter(username=name).first()
        image = f"/static/people/{name}.svg"
        return user or User.objects.create_user(name, f"{name}@example.org", password=None, bio=bio, image=image)
