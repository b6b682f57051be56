"""Where a resident can be reached, and how they want to be."""

from django.db import models
from django.db.models import Q

from todoke.kernel.sealed import SealedJSONField
from todoke.registry.people.models import Resident


class ContactPoint(models.Model):
    """A telephone, a device, an account of LINE, a webhook. The e-mail address stands with the resident."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="contact_points")
    channel = models.CharField(max_length=10)
    address = SealedJSONField(help_text="As the channel wants it: a number, or endpoint and keys of a device")
    fingerprint = models.CharField(max_length=64, help_text="Keyed hash of the address, to know it again")
    label = models.CharField(max_length=60, blank=True, help_text="By which the resident knows it: the end of a number")
    created_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True, help_text="Of the code that was sent there")
    code_tries = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True, help_text="Since when it is used")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, blank=True, help_text="resident, replaced, or a failure")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "channel", "fingerprint"],
                condition=Q(ended_at=None),
                name="a_contact_point_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.label}"


class Preference(models.Model):
    """In which order the channels of a resident are tried, and when they want quiet."""

    resident = models.OneToOneField(Resident, on_delete=models.CASCADE, primary_key=True, related_name="preference")
    channels = models.JSONField(default=list, help_text="Names, the first one first; others follow in the usual order")
    quiet_from = models.TimeField(null=True, help_text="In Japan; emergencies come all the same")
    quiet_to = models.TimeField(null=True)

    def __str__(self) -> str:
        return str(self.resident_id)
