"""Figures of indicators, and what of them was given to everybody."""

from django.db import models
from django.db.models import Q

from todoke.registry.organisations.models import Officer


class Release(models.Model):
    """A publication of figures: from then on they are what everybody sees."""

    policy = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    through = models.DateField(help_text="The last day that its figures are about")
    at = models.DateTimeField()
    by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+", help_text="Null: the clock")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="a_release_number_once")]

    def __str__(self) -> str:
        return f"{self.policy} {self.number}"


class Figure(models.Model):
    """What an indicator stood at. A correction is another row; the current one counts inside, the released outside."""

    policy = models.CharField(max_length=60)
    indicator = models.CharField(max_length=60)
    grain = models.CharField(max_length=8)
    on = models.DateField(help_text="The last day of what it is about")
    municipality_code = models.CharField(max_length=5, blank=True, help_text="Empty: the whole prefecture")
    service = models.CharField(max_length=60, blank=True, help_text="Empty: all services")
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True, help_text="Null: hidden, in a release")
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=10)
    detail = models.CharField(max_length=200, blank=True, help_text="The report, file or address it came from")
    note = models.CharField(max_length=300, blank=True, help_text="Why it was corrected, or why it is so unlike")
    at = models.DateTimeField()
    by = models.CharField(max_length=64)
    by_name = models.CharField(max_length=60, blank=True)
    current = models.BooleanField(default=True)
    release = models.ForeignKey(
        Release, null=True, on_delete=models.PROTECT, related_name="figures", help_text="The first that showed it"
    )
    hidden = models.BooleanField(default=False, help_text="Counts too few, or would tell of such a count")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "indicator", "grain", "on", "municipality_code", "service"],
                condition=Q(current=True),
                name="one_current_figure",
            ),
            models.CheckConstraint(
                condition=Q(municipality_code="") | Q(service=""), name="never_by_place_and_service_at_once"
            ),
        ]
        indexes = [
            models.Index(fields=["policy", "release", "indicator"], name="figure_released"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.on}: {self.value}"
