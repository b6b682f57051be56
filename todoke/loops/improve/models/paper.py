"""Applications that came on paper, as offices count them."""

from django.db import models

from todoke.registry.organisations.models import Officer


class PaperCount(models.Model):
    """How many a service had in a month at a place; a correction is another row, the newest holds."""

    service = models.CharField(max_length=60)
    month = models.DateField(help_text="Its first day")
    municipality_code = models.CharField(max_length=5, blank=True)
    count = models.PositiveIntegerField()
    by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "month", "municipality_code"],
                condition=models.Q(current=True),
                name="one_current_count_of_paper",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.month}: {self.count}"
