"""The ledger: a row for each person and message."""

from django.db import models

from todoke.exchange.messages.models.wording import Wording
from todoke.kernel.ids import new_id
from todoke.registry.people.models import Resident


class Message(models.Model):
    """A message to one person: with words of its own, or one of many with a wording and values for its gaps.

    Partitioned by month over ``id``, whose first 48 bits are the time. Its keys to others are not checked by the
    database, and it has no index by resident: either costs as much as the writing. A partition is dropped as a whole;
    what a resident has is found by the deliveries to their inbox.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    resident = models.ForeignKey(
        Resident, null=True, on_delete=models.CASCADE, related_name="messages", db_constraint=False, db_index=False
    )
    wording = models.ForeignKey(
        Wording, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    values = models.TextField(blank=True, db_default="", help_text="JSON: what fills the gaps of the wording")
    language = models.CharField(max_length=10)
    municipality_code = models.CharField(max_length=5, blank=True, db_default="", help_text="Where they were then")
    sender = models.CharField(
        max_length=120, blank=True, db_default="", help_text="This and the rest: of words of its own"
    )
    about = models.CharField(
        max_length=80, blank=True, db_default="", help_text="kind:key of what it is about: case:<receipt number>"
    )
    subject = models.CharField(max_length=200, blank=True, db_default="")
    body = models.TextField(blank=True, db_default="")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["about"], name="message_about", condition=~models.Q(about="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Cause(models.Model):
    """What caused a message: the same cause makes one. Apart from it, since a partition knows only its own keys."""

    key = models.CharField(max_length=120, primary_key=True)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="cause", db_constraint=False)

    def __str__(self) -> str:
        return self.key
