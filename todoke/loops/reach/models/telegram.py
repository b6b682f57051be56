from django.db import models


class Telegram(models.Model):
    """What came in from outside, as it came; a second copy of the same bytes is not kept."""

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the body")
    source = models.CharField(max_length=20, help_text="folder, push, feed, commons, cap, sensor, drill")
    name = models.CharField(max_length=200, blank=True, help_text="Of its file or address")
    received_at = models.DateTimeField()
    body = models.BinaryField()
    type = models.CharField(max_length=20, blank=True, help_text="VTSE41 and so on; empty: not understood")
    title = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, blank=True, help_text="normal, drill, test")
    info_type = models.CharField(max_length=10, blank=True)
    event_id = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=300, blank=True, help_text="Within a unit of information the newest counts")
    issued_at = models.DateTimeField(null=True, help_text="ReportDateTime")
    sent_at = models.DateTimeField(null=True, help_text="Control/DateTime: the order within the unit")
    kind = models.CharField(max_length=40, blank=True)
    level = models.PositiveSmallIntegerField(null=True)
    concern = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it is of concern, or of none")
    error = models.CharField(max_length=300, blank=True, help_text="Why it could not be read")
    superseded = models.BooleanField(default=False, help_text="It came after a newer one of its unit")
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-sent_at"], name="telegram_newest"),
            models.Index(fields=["received_at"], name="telegram_received"),
        ]

    def __str__(self) -> str:
        return self.title or self.name
