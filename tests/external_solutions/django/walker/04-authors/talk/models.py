"""What readers have to say about an article."""

from django.conf import settings
from django.db import models

from articles.models import Article


class Remark(models.Model):
    """One comment. It belongs to its article, and goes with it."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="remarks")
    writer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="remarks")
    body = models.TextField(max_length=5_000)
    written = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "comment"

    def __str__(self):
        return self.body[:60]
