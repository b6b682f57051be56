"""What came of a measure in a year, by rule and by people."""

from django.db import models
from django.db.models import Q

from todoke.loops.improve.models.round import Round
from todoke.registry.organisations.models import Officer


class Evaluation(models.Model):
    """The class of a measure; one that an officer changed keeps the rule's beside it."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="evaluations")
    measure = models.CharField(max_length=60)
    class_id = models.CharField(max_length=60)
    mark = models.CharField(max_length=10)
    reasons = models.JSONField(help_text="By language: why, as everybody reads it")
    rule_class = models.CharField(max_length=60)
    rule_reasons = models.JSONField(help_text="By language: what the rule said")
    measured = models.JSONField(help_text="What the rule was worked out from")
    changed_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "measure"], name="a_measure_evaluated_once"),
            models.CheckConstraint(
                condition=Q(changed_by=None, changed_at=None) | Q(changed_by__isnull=False, changed_at__isnull=False),
                name="who_changed_a_class_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.mark}"


class Comment(models.Model):
    """A word of an outside adviser, on a measure or on the whole."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="comments")
    measure = models.CharField(max_length=60, blank=True, help_text="Empty: on the whole")
    adviser = models.CharField(max_length=60, help_text="In which role, not the name: 大学教授（情報学）")
    text = models.TextField()
    entered_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.adviser}: {self.text[:40]}"
