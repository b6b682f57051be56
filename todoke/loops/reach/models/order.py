from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from todoke.loops.reach.models.incident import Incident


class Order(models.Model):
    """A municipality's evacuation information (避難情報, 災害対策基本法56条2項, 60条1項, 60条3項).

    Entered by one officer, issued when a second confirms, in force until it is lifted the same way. One with a
    ``source`` was issued in a municipality that does not use Todoke, and is lifted there.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="orders")
    municipality_code = models.CharField(max_length=5)
    kind = models.CharField(max_length=20, help_text="elderly, evacuate, secure")
    hazard = models.CharField(max_length=20)
    area_name = models.CharField(max_length=200, help_text="As people call it: 市内全域, 湊地区")
    zones = ArrayField(models.CharField(max_length=60), default=list, help_text="Codes of zones")
    drawn = models.BinaryField(null=True, help_text="Multipolygon in WGS 84 as WKB, drawn on the map")
    reason = models.CharField(max_length=300, blank=True)
    households = models.PositiveIntegerField(null=True)
    people = models.PositiveIntegerField(null=True)
    drill = models.BooleanField(default=False)
    entered_by = models.CharField(max_length=64)
    entered_by_name = models.CharField(max_length=60)
    entered_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True, help_text="Taken back before anybody confirmed it")
    review_at = models.DateTimeField(null=True, help_text="When the board asks whether it can be lifted")
    lift_entered_by = models.CharField(max_length=64, blank=True)
    lift_entered_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=300, blank=True, help_text="Why the prefecture lifts it")
    lift_confirmed_by = models.CharField(max_length=64, blank=True)
    lifted_at = models.DateTimeField(null=True)
    document_id = models.UUIDField(help_text="Of Lアラート's messages about it")
    revision = models.PositiveIntegerField(default=0, help_text="Of the last such message")

    source = models.CharField(
        max_length=100, blank=True, help_text="Who published it in Lアラート; empty: it was entered here"
    )
    unplaced = ArrayField(
        models.CharField(max_length=100),
        default=list,
        help_text="Areas of a source that we cannot place: the whole municipality is told",
    )
    replaced_by = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A graver one for the same area: nobody is told that this one ended",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_at=None) | Q(source__gt="") | ~Q(confirmed_by=""),
                name="an_order_of_ours_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(source__gt="") | ~Q(lift_confirmed_by=""),
                name="a_lifting_of_ours_is_confirmed",
            ),
            models.CheckConstraint(condition=Q(kind__in=["elderly", "evacuate", "secure"]), name="a_kind_of_order"),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("entered_by")), name="who_enters_an_order_does_not_confirm_it"
            ),
            models.CheckConstraint(
                condition=Q(lift_entered_by="") | ~Q(lift_confirmed_by=F("lift_entered_by")),
                name="who_enters_a_lifting_does_not_confirm_it",
            ),
        ]
        indexes = [models.Index(fields=["issued_at", "lifted_at"], name="order_in_force")]

    def __str__(self) -> str:
        return f"{self.kind} {self.municipality_code}"

    @property
    def known_at(self) -> datetime:
        """When its last change took effect here: one from elsewhere is issued before it arrives."""
        if self.source:
            return self.lift_entered_at or self.entered_at
        return self.lifted_at or self.issued_at or self.entered_at
