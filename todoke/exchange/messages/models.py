"""What was said to whom, and how it got there."""

from django.db import models
from django.db.models import Q

from todoke.kernel.ids import new_id
from todoke.registry.people.models import Resident


class Message(models.Model):
    """A message to one person, as it was worded."""

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=120, unique=True, help_text="What caused it: the same cause makes one message")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.CASCADE, related_name="messages")
    sender = models.CharField(max_length=120)
    about = models.CharField(max_length=80, blank=True, help_text="kind:key of what it is about: case:<receipt number>")
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["resident", "-created_at"], name="message_newest")]

    def __str__(self) -> str:
        return self.subject


class Delivery(models.Model):
    """One way of a message to its reader; queued, then sent or failed, each with its time."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, help_text="inbox or email")
    address = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=10, default="queued", help_text="queued, sent, failed")
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="a_channel_once"),
            models.CheckConstraint(condition=Q(state__in=["queued", "sent", "failed"]), name="delivery_state"),
        ]
        indexes = [models.Index(fields=["state"], name="delivery_state_index")]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
