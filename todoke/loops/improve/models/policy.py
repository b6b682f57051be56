"""Policies as they were published."""

from django.db import models
from django.db.models import Q


class PolicyVersion(models.Model):
    """A published version of a policy; what a later one changed can be shown."""

    policy = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    content = models.JSONField()
    published_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was changed, for everybody to read")
    current = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="a_policy_version_number_once"),
            models.UniqueConstraint(fields=["policy"], condition=Q(current=True), name="one_current_policy_version"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.number}"
