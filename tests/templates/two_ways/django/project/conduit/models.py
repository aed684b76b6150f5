"""The tables of the guest book."""

from django.db import models


class Line(models.Model):
    """A line that a visitor wrote."""

    text = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["-id"]
