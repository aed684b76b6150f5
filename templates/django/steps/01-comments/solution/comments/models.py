"""Comments: what readers answer to an article."""

from django.db import models

from articles.models import Article


class Comment(models.Model):
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    body = models.TextField("comment", max_length=5_000)
    created_at = models.DateTimeField(auto_now_add=True)
    # Your own lines go below this one.

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self):
        return self.body[:60]
