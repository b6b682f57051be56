from django.db import models

from todoke.loops.reach.models.incident import Incident
from todoke.loops.reach.models.order import Order
from todoke.loops.reach.models.telegram import Telegram


class Alert(models.Model):
    """One sending to an audience: what caused it, by which plan, to how many, and how fast."""

    key = models.CharField(max_length=200, unique=True, help_text="Of its cause: the same cause makes one alert")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.CASCADE, related_name="alerts")
    telegram = models.ForeignKey(Telegram, null=True, on_delete=models.PROTECT, related_name="alerts")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="alerts")
    plan = models.CharField(max_length=60)
    plan_digest = models.CharField(max_length=64)
    step = models.CharField(max_length=60)
    change = models.CharField(max_length=20, help_text="issued, raised, lowered, updated, cancelled")
    drill = models.BooleanField(default=False)
    audience = models.JSONField(help_text="Who: areas, zones, rule, as chosen")
    saying = models.JSONField(default=dict, help_text="What the texts are made of: before, hazard, height, arrival")
    people = models.PositiveIntegerField(default=0)
    by_municipality = models.JSONField(default=dict)
    caused_at = models.DateTimeField(help_text="When the telegram arrived, or the order was confirmed")
    written_at = models.DateTimeField(null=True, help_text="When the last message was written")
    stopped_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, help_text="waiting (for a second officer), writing, written, stopped")
    asked_by = models.CharField(max_length=64, blank=True)
    confirmed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["incident", "-caused_at"], name="alert_newest")]

    def __str__(self) -> str:
        return self.key
