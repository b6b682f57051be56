"""The yearly round: opening it, and its days."""

from datetime import date

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.kernel.calendar import fiscal_year
from todoke.loops.improve.desks import MUNICIPALITIES, plans
from todoke.loops.improve.errors import (
    DaysOutOfOrderError,
    NoReportingOfficeError,
    NotPlanningOfficeError,
    PublishedError,
    RoundOpenError,
    YearNotOverError,
)
from todoke.loops.improve.models import Report, Round
from todoke.loops.improve.periods import end_of_fiscal_year
from todoke.loops.improve.queries.figures import current_figures
from todoke.loops.improve.queries.policies import policy_named
from todoke.loops.improve.report_packs import (
    Known,
    asked_of_municipalities,
    municipal_pack,
    municipal_pack_id,
    report_pack,
    report_pack_id,
)
from todoke.loops.improve.types import Grain, Indicator, Policy
from todoke.registry.catalogue.actions import publish_packs
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.officers import home_organisation_id, principal
from todoke.registry.organisations.queries import OfficeNotFoundError, office_for
from todoke.registry.organisations.types import OrganisationKind


@transaction.atomic
def open_round(
    *,
    policy: Policy,
    year: int,
    opens_on: date,
    due_on: date,
    meeting_on: date,
    publishes_on: date,
    officer: Officer,
) -> Round:
    """Ask every department for a report on each of its measures, and every municipality for its own.

    The forms are published as they are now: what was answered keeps its questions. Raises NotPlanningOfficeError,
    YearNotOverError, DaysOutOfOrderError, RoundOpenError, NoReportingOfficeError.
    """
    _require_planning(officer, policy)
    if not fiscal_year(policy.begins) <= year or end_of_fiscal_year(year) >= clock.today():
        raise YearNotOverError
    _require_order(opens_on, due_on, meeting_on, publishes_on)
    made, new = Round.objects.get_or_create(
        policy=policy.id,
        year=year,
        defaults={
            "opens_on": opens_on,
            "due_on": due_on,
            "meeting_on": meeting_on,
            "publishes_on": publishes_on,
            "opened_by": officer,
            "opened_at": clock.now(),
        },
    )
    if not new:
        raise RoundOpenError
    offices = _offices(policy)
    places = Organisation.objects.filter(kind=OrganisationKind.MUNICIPALITY).exclude(municipality_code="")
    packs = [report_pack(policy, one, year, _known(policy, one.id, year)) for one in policy.measures]
    reports = [
        Report(round=made, measure=one.id, office=offices[one.owner], pack=report_pack_id(policy.id, one.id))
        for one in policy.measures
    ]
    if asked_of_municipalities(policy):
        packs.append(municipal_pack(policy, year))
        reports += [
            Report(
                round=made, municipality_code=code, office=offices[MUNICIPALITIES], pack=municipal_pack_id(policy.id)
            )
            for code in places.order_by("code").values_list("municipality_code", flat=True)
        ]
    publish_packs(packs=packs, actor=principal(officer))
    Report.objects.bulk_create(reports)
    _record(officer, "round.opened", made, reports=len(reports))
    return made


@transaction.atomic
def move_round(*, of: Round, due_on: date, meeting_on: date, publishes_on: date, officer: Officer) -> Round:
    """Set other days; who was reminded by the old ones is reminded again by the new. Raises as ``open_round``."""
    row = Round.objects.select_for_update(of=("self",)).get(pk=of.pk)
    _require_planning(officer, policy_named(row.policy))
    if row.published_at:
        raise PublishedError
    _require_order(row.opens_on, due_on, meeting_on, publishes_on)
    row.due_on, row.meeting_on, row.publishes_on = due_on, meeting_on, publishes_on
    row.save(update_fields=["due_on", "meeting_on", "publishes_on"])
    _record(officer, "round.moved", row, due_on=str(due_on), meeting_on=str(meeting_on), publishes_on=str(publishes_on))
    return row


def _require_planning(officer: Officer, policy: Policy) -> None:
    if not plans(officer, policy):
        raise NotPlanningOfficeError


def _require_order(*days: date) -> None:
    if list(days) != sorted(days):
        raise DaysOutOfOrderError


def _offices(policy: Policy) -> dict[str, Organisation]:
    """The prefecture's offices that report, by function. Raises NoReportingOfficeError with all that are missing."""
    functions = {measure.owner for measure in policy.measures}
    if asked_of_municipalities(policy):
        functions.add(MUNICIPALITIES)
    found, missing = {}, []
    for function in sorted(functions):
        try:
            found[function] = office_for(function, "")
        except OfficeNotFoundError:
            missing.append(function)
    if missing:
        raise NoReportingOfficeError(functions=", ".join(missing))
    return found


def _known(policy: Policy, measure: str, year: int) -> dict[str, Known]:
    return {one.id: known_of(policy, one, year) for one in policy.indicators_of(measure)}


def known_of(policy: Policy, indicator: Indicator, year: int, municipality: str = "") -> Known:
    """What is known of an indicator at the end of a year: its figure of that day, else the last one before."""
    last_day = end_of_fiscal_year(year)
    last = (
        current_figures(policy.id)
        .filter(indicator=indicator.id, grain=Grain.QUARTER, municipality_code=municipality, service="")
        .filter(on__lte=last_day)
        .order_by("-on")
        .first()
    )
    if last is None:
        return Known()
    return Known(last.value, f"{last.on.year}年{last.on.month}月", last.value if last.on == last_day else None)


def _record(officer: Officer, action: str, of: Round, **detail: object) -> None:
    audit.record(
        actor=principal(officer),
        action=action,
        subject=f"round:{of.policy}:{of.year}"[:80],
        organisation_id=home_organisation_id(officer),
        **detail,
    )
