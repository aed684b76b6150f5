"""Tags: words that any number of articles share."""

from django.core.exceptions import ValidationError
from django.db import models


def can_be_addressed(word):
    """A tag stands in the address of its page. Browsers take out `.` and `..` there, and servers empty pieces."""
    if not {"", ".", ".."}.isdisjoint(word.split("/")):
        raise ValidationError("“%(word)s” cannot be a tag: no address can hold it.", params={"word": word})


class LabelManager(models.Manager):
    def called(self, words):
        """The tags with these words, made where they are new. Somebody else may make the same ones meanwhile."""
        self.bulk_create([Label(word=word) for word in words], ignore_conflicts=True)
        return self.filter(word__in=words)

    def beside_the_list(self):
        """The words most used, then those used last."""
        pairs = self.model.articles.through.objects.values_list("label__word", flat=True)
        pairs = pairs.annotate(times=models.Count("pk"), last=models.Max("pk"))
        return dict.fromkeys([*pairs.order_by("-times", "-last")[:20], *pairs.order_by("-last")[:10]])


class Label(models.Model):
    word = models.CharField(max_length=50, unique=True, validators=[can_be_addressed])

    objects = LabelManager()

    class Meta:
        verbose_name = "tag"

    def __str__(self):
        return self.word
