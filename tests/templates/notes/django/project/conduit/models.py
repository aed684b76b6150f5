"""The notes."""

from django.db import models


class Note(models.Model):
    """A note of the list."""

    text = models.CharField(max_length=200)

    class Meta:
        ordering = ["-pk"]
