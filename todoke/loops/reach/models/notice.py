from django.db import models
from django.db.models import F, Q

from todoke.registry.organisations.models import Organisation


class Notice(models.Model):
    """What an office tells an audience, with questions or without. More than a few people need a second officer."""

    nonce = models.UUIDField(null=True, unique=True, help_text="Of the form: sent twice, it makes one notice")
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="notices")
    audience = models.JSONField(help_text="As audience.Audience has it")
    texts = models.JSONField(help_text="By language: subject, body, short")
    questions = models.JSONField(default=list, help_text="As in a pack's form; none: it asks nothing")
    anonymous = models.BooleanField(default=False, help_text="Promised: no answer can be traced to who gave it")
    changeable = models.BooleanField(default=False, help_text="Whether an answer can be given anew")
    open_until = models.DateField(null=True, help_text="The last day for answers")
    people = models.PositiveIntegerField(default=0)
    by_municipality = models.JSONField(default=dict)
    state = models.CharField(max_length=12, help_text="waiting (for a second officer), sent, withdrawn")
    asked_by = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_by_name = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("asked_by")), name="who_asks_for_a_notice_does_not_confirm_it"
            ),
            models.CheckConstraint(
                condition=~Q(anonymous=True, changeable=True), name="an_anonymous_answer_is_not_changed"
            ),
            models.CheckConstraint(condition=Q(state__in=["waiting", "sent", "withdrawn"]), name="a_state_of_a_notice"),
        ]
        indexes = [models.Index(fields=["office", "-id"], name="notice_newest")]

    def __str__(self) -> str:
        return f"notice {self.pk}"
