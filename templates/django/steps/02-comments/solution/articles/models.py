"""The tables for articles. Each class is a table, and each of its fields is a column."""

import secrets

from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify


class Article(models.Model):
    slug = models.SlugField(max_length=100, unique=True, editable=False)
    title = models.CharField(max_length=200)
    description = models.CharField(max_length=500)
    body = models.TextField("text", max_length=50_000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # Your own lines go below this one.

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


def slug_from(title):
    """The title in lowercase Latin letters, digits and hyphens: "Crème brûlée!" becomes "creme-brulee"."""
    return slugify(title.replace("_", " "))[:80].strip("-") or "article"


class Comment(models.Model):
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    body = models.TextField("comment", max_length=5_000)
    created_at = models.DateTimeField(auto_now_add=True)
    # Your own lines go below this one.

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self):
        return self.body[:60]


# Your own lines go below this one.
