from django.db import models


class Incident(models.Model):
    """A disaster, or a drill of one: what its warnings, orders, alerts and answers belong to."""

    key = models.CharField(max_length=120, unique=True, help_text="kind:event of the source, or kind:day")
    hazard = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    status = models.CharField(max_length=10, help_text="normal, drill, test")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-began_at"], name="incident_newest")]

    def __str__(self) -> str:
        return self.title
