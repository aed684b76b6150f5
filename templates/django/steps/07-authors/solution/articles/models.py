"""The tables for articles. Each class is a table, and each of its fields is a column."""

import secrets

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify


class ArticleQuerySet(models.QuerySet):
    def published(self):
        """The articles that aren't drafts, newest first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-id")

    def visible_to(self, user):
        """The published articles, and the user's own drafts."""
        return self.filter(models.Q(published_at__isnull=False) | models.Q(author=user.pk))


class Article(models.Model):
    slug = models.SlugField(max_length=100, unique=True, editable=False)
    title = models.CharField(max_length=200)
    description = models.CharField(max_length=500)
    body = models.TextField("text", max_length=50_000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, editable=False)
    tags = models.ManyToManyField("Tag", related_name="articles", blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="articles")
    # Your own lines go below this one.

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        """Save the article. If its new slug is taken, even by an article of this moment, try another ending."""
        if self.slug:
            return super().save(*args, **kwargs)
        self.slug = slug_from(self.title)
        try:
            with transaction.atomic():
                return super().save(*args, **kwargs)
        except IntegrityError:
            self.slug += f"-{secrets.token_hex(4)}"
            return super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("articles:article", args=[self.slug])

    @property
    def is_draft(self):
        return self.published_at is None


def slug_from(title):
    """The title in lowercase Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    return slugify(title.replace("_", " "))[:80].strip("-") or "article"


class Comment(models.Model):
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    body = models.TextField("comment", max_length=5_000)
    created_at = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comments")
    # Your own lines go below this one.

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self):
        return self.body[:60]


class TagManager(models.Manager):
    def named(self, names):
        """The tags with these names. A tag that doesn't exist yet is created."""
        self.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
        return self.filter(name__in=names)

    def popular(self):
        """The names of the 20 most used tags, and of the 10 tags used last."""
        drafts = Article.objects.filter(published_at__isnull=True)
        uses = Article.tags.through.objects.exclude(article__in=drafts).values_list("tag__name", flat=True)
        most_used = uses.annotate(number=models.Count("id")).order_by("-number", "tag__name")[:20]
        used_last = uses.annotate(last=models.Max("id")).order_by("-last")[:10]
        return list(dict.fromkeys([*most_used, *used_last]))


class Tag(models.Model):
    name = models.CharField(max_length=50, unique=True)
    # Your own lines go below this one.

    objects = TagManager()

    class Meta:
        ordering = [Lower("name")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("articles:tag", args=[self.name])


# Your own lines go below this one.
