"""Articles, and the questions that pages ask about them."""

import secrets

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify


class ArticleQuerySet(models.QuerySet):
    def for_pages(self, visitor):
        """These articles, with all that a page shows of them to this visitor. Every list and every page asks
        in this way, so here is the place to have related things come along."""
        given = Heart.objects.filter(article=models.OuterRef("pk"))
        number = given.values("article").annotate(number=models.Count("pk")).values("number")
        return (
            self.select_related("writer")
            .prefetch_related("labels")
            .annotate(heart_count=Coalesce(number, 0), has_my_heart=models.Exists(given.filter(reader=visitor.pk)))
        )


class Article(models.Model):
    slug = models.SlugField(max_length=100, unique=True, editable=False)
    title = models.CharField(max_length=200)
    description = models.CharField(max_length=500)
    body = models.TextField("text", max_length=50_000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    writer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="articles")
    labels = models.ManyToManyField(
        "labels.Label", related_name="articles", related_query_name="articles", blank=True, verbose_name="tags"
    )
    # Your own lines go below this one.

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        """Save the article, a new one under a slug of its own. Whether that is free is for the database to
        say: it alone sees everyone who publishes at this moment."""
        if self.slug:
            return super().save(*args, **kwargs)
        self.slug = slug_from(self.title)
        try:
            with transaction.atomic():
                return super().save(*args, **kwargs)
        except IntegrityError:
            self.slug = f"{self.slug}-{secrets.token_hex(4)}"
            return super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("articles:article", args=[self.slug])


class Heart(models.Model):
    """A reader likes an article."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="hearts")
    article = models.ForeignKey(Article, models.CASCADE, related_name="hearts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "article"], name="one_heart_for_each_pair")]

    def __str__(self):
        return f"{self.reader} likes {self.article}"


def slug_from(title):
    """The title in lower-case Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    return slugify(title.replace("_", " "))[:80].strip("-") or "article"
