"""Services as they were published."""

from django.db import models
from django.db.models import Q


class PackVersion(models.Model):
    """A published version of a pack; a case keeps the one it began with."""

    pack = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    content = models.JSONField(help_text="Pack.as_json()")
    published_at = models.DateTimeField()
    current = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="a_version_number_once"),
            models.UniqueConstraint(fields=["pack"], condition=Q(current=True), name="one_current_version"),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.number}"
