from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from todoke.loops.reach.models.order import Order
from todoke.loops.reach.models.telegram import Telegram


class CommonsDocument(models.Model):
    """A document of another sender in Lアラート, and the revision of it that holds."""

    document_id = models.UUIDField()
    status = models.CharField(max_length=10, help_text="normal, drill: of one number they are two documents")
    category = models.CharField(max_length=30, help_text="EvacuationOrder, Shelter")
    sender_id = models.CharField(max_length=200)
    publisher = models.CharField(max_length=100)
    municipality_code = models.CharField(max_length=5, blank=True)
    revision = models.PositiveIntegerField(default=0)
    cancelled = models.BooleanField(default=False)
    telegram = models.ForeignKey(Telegram, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    unknown = ArrayField(
        models.CharField(max_length=200), default=list, help_text="Shelters, or words for orders, that we do not know"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document_id", "status"], name="a_commons_document_once")]

    def __str__(self) -> str:
        return f"{self.category} {self.document_id} {self.revision}"


class Publication(models.Model):
    """A revision of a document of ours on its way to Lアラート. The row is written with what it tells of."""

    document_id = models.UUIDField()
    revision = models.PositiveIntegerField()
    category = models.CharField(max_length=30, help_text="EvacuationOrder, Shelter")
    municipality_code = models.CharField(max_length=5)
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE, related_name="publications")
    drill = models.BooleanField(default=False)
    body = models.BinaryField(null=True, help_text="As sent; every attempt sends the same bytes")
    closes = models.BooleanField(default=False, help_text="No shelter is open any more: the next is another document")
    state = models.CharField(max_length=10, default="waiting", help_text="waiting, sent, failed")
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=20, blank=True, help_text="Of the last attempt, a name of publishing.Failure")
    said = models.CharField(max_length=300, blank=True, help_text="What the other side said to it")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Of the next attempt")
    answered_at = models.DateTimeField(null=True, help_text="When it was taken, or given up")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document_id", "revision"], name="a_publication_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "failed"]), name="a_state_of_a_publication"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="publication_due"),
            models.Index(fields=["municipality_code", "-created_at"], name="publication_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.document_id} {self.revision}"
