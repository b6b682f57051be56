"""What a resident said to a message."""

from django.db import models
from django.db.models import Q

from todoke.exchange.messages.models.message import Message
from todoke.exchange.messages.types import Answer
from todoke.kernel.sealed import SealedJSONField


class Reply(models.Model):
    """An answer. Rows are only added; the newest of a message holds."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="replies", db_constraint=False, db_index=False
    )
    answer = models.CharField(max_length=10)
    needs = SealedJSONField(default=str, blank=True, help_text="In their words: insulin")
    at = models.DateTimeField()
    via = models.CharField(max_length=10, help_text="link, inbox, sms, line, staff")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(answer__in=list(Answer)), name="reply_answer")]
        indexes = [models.Index(fields=["message", "-id"], name="reply_newest")]

    def __str__(self) -> str:
        return self.answer
