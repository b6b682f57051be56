from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from todoke.loops.reach.models.incident import Incident
from todoke.loops.reach.models.telegram import Telegram


class AreaWarning(models.Model):
    """Information of an agency in force for an area (相当情報): never an order.

    One row for as long as the same warning stands; what is raised or lowered ends it and begins another.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="warnings")
    unit = models.CharField(max_length=300)
    kind = models.CharField(max_length=40)
    area_type = models.CharField(max_length=80, help_text="The code's list: 220 is a coast, or the north of Miyagi")
    area_code = models.CharField(max_length=20)
    area_name = models.CharField(max_length=100)
    municipalities = ArrayField(models.CharField(max_length=5), default=list)
    name = models.CharField(max_length=60, help_text="津波警報")
    severity = models.PositiveSmallIntegerField(help_text="types.Severity")
    level = models.PositiveSmallIntegerField(null=True, help_text="警戒レベル, where the scheme has them")
    detail = models.JSONField(default=dict, help_text="height, arrival, intensity, as the source says them")
    publisher = models.CharField(max_length=60)
    issued_at = models.DateTimeField(help_text="Of the telegram that last said so")
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField(
        null=True, help_text="Where nobody will lift it: an observation, or as its source says"
    )
    ended_at = models.DateTimeField(null=True)
    telegram = models.ForeignKey(Telegram, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "area_type", "area_code"],
                condition=Q(ended_at=None),
                name="a_warning_in_force_once",
            )
        ]
        indexes = [models.Index(fields=["ended_at"], name="warning_in_force")]

    def __str__(self) -> str:
        return f"{self.area_name} {self.name}"
