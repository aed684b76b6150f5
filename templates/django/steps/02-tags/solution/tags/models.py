"""Tags: words that sort articles. An article has many, and a tag is on many articles."""

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse


class TagManager(models.Manager):
    def named(self, names):
        """The tags of these names. Those that nobody has used before are made."""
        self.bulk_create([self.model(name=name) for name in names], ignore_conflicts=True)
        return self.filter(name__in=names)

    def popular(self):
        """The names of the 20 most used tags, and of the 10 that were put on an article last."""
        in_use = self.annotate(uses=models.Count("articles")).filter(uses__gt=0)
        most_used = in_use.order_by("-uses", "name").values_list("name", flat=True)[:20]
        pairs = self.model.articles.through.objects.values("tag__name")
        used_last = pairs.annotate(last=models.Max("id")).order_by("-last")[:10]
        return list(dict.fromkeys([*most_used, *(pair["tag__name"] for pair in used_last)]))


class Tag(models.Model):
    name = models.CharField(max_length=50, unique=True)
    # Your own lines go below this one.

    objects = TagManager()

    class Meta:
        ordering = [Lower("name")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("tags:tagged", args=[self.name])
