"""One way of a message to its reader."""

from django.db import models
from django.db.models import Q

from todoke.exchange.messages.models.message import Message
from todoke.exchange.messages.types import Failure, State
from todoke.registry.people.models import Resident


class Delivery(models.Model):
    """A message on one channel. Partitioned like the messages; written when it is sent out, not before."""

    pk = models.CompositePrimaryKey("message_id", "channel")
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    resident = models.ForeignKey(
        Resident,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="Whose inbox; of the channel inbox alone",
    )
    channel = models.CharField(max_length=10, help_text="inbox, email, push, sms, line, webhook")
    state = models.CharField(max_length=10, default=State.CREATED)
    failure = models.CharField(max_length=20, blank=True, db_default="", help_text="The last one that was met")
    priority = models.PositiveSmallIntegerField(default=2)
    attempts = models.PositiveSmallIntegerField(default=0)
    address = models.CharField(max_length=254, blank=True, db_default="", help_text="Of who has no row of their own")
    contact = models.BigIntegerField(null=True, help_text="The contact point that it went to")
    provider_id = models.CharField(max_length=100, blank=True, db_default="", help_text="By which receipts name it")
    changed_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(
        null=True, help_text="When to look again: to retry, or when sent, to try the next channel"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="delivery_state"),
            models.CheckConstraint(condition=Q(failure__in=["", *Failure]), name="delivery_failure"),
        ]
        indexes = [
            models.Index(fields=["resident", "-message"], name="delivery_inbox", condition=Q(resident__isnull=False)),
            models.Index(fields=["next_attempt_at"], name="delivery_due", condition=Q(next_attempt_at__isnull=False)),
            models.Index(fields=["provider_id"], name="delivery_provider_id", condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Allowance(models.Model):
    """How many a provider still takes now, shared by all workers."""

    channel = models.CharField(max_length=10, primary_key=True)
    tokens = models.FloatField()
    filled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.channel}: {self.tokens}"
