"""Who follows whom."""

from django.conf import settings
from django.db import models


class Bond(models.Model):
    """A reader follows a writer. The other way round is another bond."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bonds")
    writer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bonds_of_readers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "writer"], name="one_bond_for_each_pair")]

    def __str__(self):
        return f"{self.reader} follows {self.writer}"
