"""Meetings of the headquarters and of project teams: papers, decisions, minutes; teams and their end."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction

from todoke.kernel import audit, clock, files
from todoke.loops.improve.desks import plans
from todoke.loops.improve.errors import (
    DaysOutOfOrderError,
    MeetingChangedError,
    NotPlanningOfficeError,
    UnfinishedTeamError,
    WordsMissingError,
)
from todoke.loops.improve.models import Meeting, Round, Team
from todoke.loops.improve.queries.policies import policy_named
from todoke.loops.improve.types import Policy
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.officers import home_organisation_id, principal


def _require_planning(officer: Officer, policy_id: str) -> None:
    if not plans(officer, policy_named(policy_id)):
        raise NotPlanningOfficeError


def _lines(given: Sequence[str]) -> list[str]:
    return [line.strip() for line in given if line.strip()]


@transaction.atomic
def call_meeting(*, of: Round | Team, on: date, agenda: Sequence[str], officer: Officer) -> Meeting:
    """A meeting to come, of the headquarters on a round, or of a team.

    Raises NotPlanningOfficeError, WordsMissingError.
    """
    _require_planning(officer, of.policy)
    if not _lines(agenda):
        raise WordsMissingError
    made = Meeting.objects.create(
        round=of if isinstance(of, Round) else None,
        team=of if isinstance(of, Team) else None,
        on=on,
        agenda=_lines(agenda),
        written_by=officer,
        written_at=clock.now(),
    )
    _record(officer, "meeting.called", made)
    return made


def _locked(meeting: Meeting, officer: Officer, revision: int | None = None) -> Meeting:
    row = Meeting.objects.select_for_update(of=("self",)).select_related("round", "team").get(pk=meeting.pk)
    about = row.round or row.team
    assert about  # noqa: S101 - the table says so
    _require_planning(officer, about.policy)
    if revision is not None and revision != row.revision:
        raise MeetingChangedError
    return row


@transaction.atomic
def write_meeting(
    *,
    meeting: Meeting,
    on: date,
    agenda: Sequence[str],
    decisions: Sequence[str],
    minutes: str,
    officer: Officer,
    revision: int,
) -> Meeting:
    """What was decided and said. Raises NotPlanningOfficeError, WordsMissingError, MeetingChangedError."""
    row = _locked(meeting, officer, revision)
    if not _lines(agenda):
        raise WordsMissingError
    row.on, row.agenda, row.decisions, row.minutes = on, _lines(agenda), _lines(decisions), minutes.strip()
    row.revision += 1
    row.written_by, row.written_at = officer, clock.now()
    row.save()
    _record(officer, "meeting.written", row, decisions=len(row.decisions))
    return row


@transaction.atomic
def keep_papers(*, meeting: Meeting, content: bytes, officer: Officer) -> Meeting:
    """The papers as they are laid before the meeting. Raises NotPlanningOfficeError, and as ``files.store``."""
    row = _locked(meeting, officer)
    row.papers = files.store(content)
    row.save(update_fields=["papers"])
    _record(officer, "meeting.papers", row, sha256=row.papers.sha256)
    return row


@transaction.atomic
def found_team(
    *,
    policy: Policy,
    theme: str,
    lead: Organisation,
    members: Collection[Organisation],
    began_on: date,
    officer: Officer,
) -> Team:
    """A project team (検討チーム). Raises NotPlanningOfficeError, WordsMissingError."""
    _require_planning(officer, policy.id)
    if not theme.strip():
        raise WordsMissingError
    made = Team.objects.create(policy=policy.id, theme=theme.strip()[:100], lead=lead, began_on=began_on)
    made.members.set({lead, *members})
    _record_team(officer, "team.founded", made, lead=lead.code)
    return made


@transaction.atomic
def end_team(*, team: Team, ended_on: date, result: str, handed_to: Organisation | None, officer: Officer) -> Team:
    """The team's work is done, and an office goes on with it.

    Raises NotPlanningOfficeError, UnfinishedTeamError without a result or an office, DaysOutOfOrderError.
    """
    row = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    _require_planning(officer, row.policy)
    if not result.strip() or handed_to is None:
        raise UnfinishedTeamError
    if ended_on < row.began_on:
        raise DaysOutOfOrderError
    row.ended_on, row.result, row.handed_to = ended_on, result.strip(), handed_to
    row.save(update_fields=["ended_on", "result", "handed_to"])
    _record_team(officer, "team.ended", row, handed_to=handed_to.code)
    return row


def _record(officer: Officer, action: str, meeting: Meeting, **detail: object) -> None:
    audit.record(
        actor=principal(officer),
        action=action,
        subject=f"meeting:{meeting.pk}",
        organisation_id=home_organisation_id(officer),
        **detail,
    )


def _record_team(officer: Officer, action: str, team: Team, **detail: object) -> None:
    audit.record(
        actor=principal(officer),
        action=action,
        subject=f"team:{team.pk}",
        organisation_id=home_organisation_id(officer),
        **detail,
    )
