from django.db import models

from todoke.kernel.sealed import SealedJSONField
from todoke.loops.reach.models.incident import Incident


class Situation(models.Model):
    """What the answers and deliveries of an incident came to when they were last counted; boards read it."""

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, primary_key=True, related_name="situation")
    asked_at = models.DateTimeField(null=True, help_text="When a count was last asked for that is not done yet")
    counted_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(default=0, help_text="That the counting took")
    figures = models.JSONField(default=dict, help_text="By municipality: who was told, reached, said what")
    callees = SealedJSONField(default=list, help_text="Who is to be called, the first first, with the reasons")

    def __str__(self) -> str:
        return f"{self.incident_id} at {self.counted_at}"
