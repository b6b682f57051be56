"""Meetings of the headquarters and of the project teams."""

from django.db import models
from django.db.models import Q

from todoke.kernel.models import StoredFile
from todoke.loops.improve.models.round import Round
from todoke.registry.organisations.models import Officer, Organisation


class Team(models.Model):
    """検討チーム: offices that work at a theme together, until its result is handed over."""

    policy = models.CharField(max_length=60)
    theme = models.CharField(max_length=100)
    lead = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    members = models.ManyToManyField(Organisation, related_name="+")
    began_on = models.DateField()
    ended_on = models.DateField(null=True)
    result = models.TextField(blank=True)
    handed_to = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | (~Q(result="") & Q(handed_to__isnull=False)),
                name="a_team_ends_with_a_result_in_somebodys_hands",
            ),
        ]

    def __str__(self) -> str:
        return self.theme


class Meeting(models.Model):
    """推進本部会議 of a round, or a team's: what was to be spoken of, what was decided, and by which papers."""

    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="meetings")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="meetings")
    on = models.DateField()
    agenda = models.JSONField(default=list, help_text="A line each")
    decisions = models.JSONField(default=list, help_text="A line each")
    minutes = models.TextField(blank=True)
    papers = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="papers_of")
    revision = models.PositiveIntegerField(default=0, help_text="Grows with each change: who saw an older one is told")
    written_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(round=None, team__isnull=False) | Q(round__isnull=False, team=None),
                name="a_meeting_is_of_a_round_or_a_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on}"
