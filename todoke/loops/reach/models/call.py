from django.db import models

from todoke.loops.reach.models.incident import Incident
from todoke.registry.people.models import Resident


class Call(models.Model):
    """Who looks after a resident who needs help or does not answer, and how far that has got.

    One row for each incident and resident: a second officer sees that the first has taken it.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="calls")
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, help_text="taken, forwarded (to a helper), resolved")
    officer_id = models.BigIntegerField(help_text="Who did that")
    officer_name = models.CharField(max_length=60)
    office_name = models.CharField(max_length=100)
    helper_name = models.CharField(max_length=100, blank=True, help_text="To whom it was forwarded")
    note = models.CharField(
        max_length=200, blank=True, help_text="How it was resolved: reached by phone, is with family"
    )
    at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "resident"], name="a_call_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["taken", "forwarded", "resolved"]), name="a_state_of_a_call"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} by {self.officer_name}"
