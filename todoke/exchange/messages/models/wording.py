"""What is said to many."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from todoke.exchange.messages.types import Priority


class Wording(models.Model):
    """What a message to many says, in every language, with gaps such as ``{shelter}``. It does not change."""

    key = models.CharField(max_length=120, unique=True)
    about = models.CharField(max_length=80, help_text="kind:key of what it is about: alert:12")
    sender = models.CharField(max_length=120)
    variant = models.CharField(max_length=40, blank=True, help_text="For whom it differs: helper, deaf")
    priority = models.PositiveSmallIntegerField(default=Priority.NORMAL)
    drill = models.BooleanField(default=False)
    spread = models.BooleanField(
        default=False, help_text="To all channels of a person at once, not one after the other"
    )
    texts = models.JSONField(help_text="By language: subject, body, short")
    words = models.JSONField(
        default=dict, blank=True, help_text="By gap, value and language: what stands for a value: the name of a shelter"
    )
    created_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, help_text="Called back: what is not sent yet stays here")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(priority__lte=3), name="wording_priority")]
        indexes = [models.Index(fields=["about"], name="wording_about")]

    def __str__(self) -> str:
        return self.key


class Mailing(models.Model):
    """Messages that were written in one go; their ids follow from its numbers and the place in the batch."""

    WIDTH: ClassVar[int] = 31
    """Bits of a message's place in its mailing, and of the mailing's wording, in an id."""

    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="mailings")
    started_at = models.DateTimeField(help_text="To the millisecond")
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wording", "started_at"], name="a_mailing_once")]

    def __str__(self) -> str:
        return f"{self.count} of {self.wording_id}"

    def message_id(self, place: int) -> UUID:
        """The id (RFC 9562, version 8) of the message at ``place``, from 0."""
        milliseconds = round(self.started_at.timestamp() * 1000)
        low = 2 << 62 | self.wording_id << self.WIDTH | place
        return UUID(int=milliseconds << 80 | 8 << 76 | low)


class Tally(models.Model):
    """How far the messages of a matter had got a moment ago, for those who ask often. Nothing is lost with it."""

    about = models.CharField(max_length=80, primary_key=True)
    counted_at = models.DateTimeField()
    figures = models.JSONField(help_text="Municipality, answer, marks, how many")

    def __str__(self) -> str:
        return self.about
