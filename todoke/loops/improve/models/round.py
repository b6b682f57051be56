"""The yearly round: who reports on what, by when, and what became of it."""

from django.db import models
from django.db.models import F, Q

from todoke.capabilities.forms.models import Draft
from todoke.loops.apply.models import Case
from todoke.registry.organisations.models import Officer, Organisation


class Round(models.Model):
    """The reports and the evaluation of a fiscal year."""

    policy = models.CharField(max_length=60)
    year = models.PositiveIntegerField(help_text="The fiscal year that is reported on")
    opens_on = models.DateField()
    due_on = models.DateField()
    meeting_on = models.DateField()
    publishes_on = models.DateField()
    opened_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    evaluated_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "year"], name="one_round_a_year"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on"), due_on__lte=F("meeting_on"), meeting_on__lte=F("publishes_on")),
                name="days_of_a_round_follow_one_another",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(evaluated_at__isnull=False), name="evaluated_before_it_is_published"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.year}"


class Report(models.Model):
    """What an office is to report: on a measure, or a municipality on what it counts itself."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="reports")
    measure = models.CharField(max_length=60, blank=True, help_text="Empty: a municipality's")
    municipality_code = models.CharField(max_length=5, blank=True)
    office = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", help_text="The one that approves it"
    )
    pack = models.CharField(max_length=60)
    draft = models.ForeignKey(Draft, null=True, on_delete=models.SET_NULL, related_name="+")
    case = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="report")
    handed_in_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "measure", "municipality_code"], name="one_report_in_a_round"),
            models.CheckConstraint(
                condition=Q(measure="") & ~Q(municipality_code="") | ~Q(measure="") & Q(municipality_code=""),
                name="a_report_is_of_a_measure_or_a_municipality",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.measure}{self.municipality_code}"
