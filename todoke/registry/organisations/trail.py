"""Reading the audit trail: an auditor that of their organisation and its parts, the platform's administrator all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from todoke.kernel import clock
from todoke.kernel.errors import NotAllowedError
from todoke.kernel.models import AuditEntry
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.office import is_platform
from todoke.registry.organisations.officers import principal
from todoke.registry.organisations.trees import with_parts
from todoke.registry.organisations.types import Role

PAGE = 100
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(9999, 1, 1)


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty fields ask for everything. Dates are Japan's, both included."""

    since: date | None = None
    until: date | None = None
    who: str = ""
    action: str = ""
    subject: str = ""
    organisation_id: int | None = None


@dataclass(frozen=True)
class TrailPage:
    """Entries from new to old, and the id before which older ones go on."""

    entries: Sequence[AuditEntry]
    before: int | None


def audited_by(officer: Officer) -> QuerySet[Organisation]:
    """Organisations whose trail ``officer`` may read. Raises NotAllowedError for who is no auditor."""
    organisations = Organisation.objects.order_by("code")
    if is_platform(officer):
        return organisations
    roots = list(officer.memberships.filter(role=Role.AUDITOR).values_list("organisation_id", flat=True))
    if not roots:
        raise NotAllowedError
    return organisations.filter(pk__in=with_parts(roots))


def trail_for(officer: Officer, wanted: Wanted, before: int | None = None) -> TrailPage:
    """A page of at most 100 entries. Raises NotAllowedError."""
    organisations = audited_by(officer)
    entries = AuditEntry.objects.order_by("-id")
    if not is_platform(officer):
        entries = entries.filter(organisation_id__in=list(organisations.values_list("pk", flat=True)))
    if wanted.organisation_id is not None:
        entries = entries.filter(organisation_id__in=with_parts([wanted.organisation_id]))
    if wanted.since:
        entries = entries.filter(at__gte=_midnight(wanted.since))
    if wanted.until:
        entries = entries.filter(at__lt=_midnight(wanted.until, 1))
    if wanted.who:
        entries = entries.filter(actor__in=_principals(wanted.who))
    if wanted.action:
        entries = entries.filter(action=wanted.action)
    if wanted.subject:
        entries = entries.filter(subject__in=_principals(wanted.subject))
    if before is not None:
        entries = entries.filter(pk__lt=before)
    found = list(entries[: PAGE + 1])
    return TrailPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def _midnight(day: date, later: int = 0) -> datetime:
    """The start of ``day``, or of the day ``later`` days after it; the calendar's ends stay within it."""
    bounded = min(max(day, _FIRST_DAY), _LAST_DAY)
    return datetime.combine(bounded + timedelta(days=later), time.min, clock.JAPAN)


def _principals(typed: str) -> list[str]:
    """What was typed as it stands, and the officers whose name or login holds it."""
    officers = Officer.objects.filter(Q(name__icontains=typed) | Q(login__icontains=typed))
    return [typed, *(principal(officer) for officer in officers[:200])]


def names_of(principals: Iterable[str]) -> dict[str, str]:
    """``officer:3`` → 見本 花子, for those that exist. Residents have no names here."""
    parted = (name.partition(":") for name in principals)
    keys = {int(key) for kind, _, key in parted if kind == "officer" and key.isdecimal()}
    return {principal(officer): officer.name for officer in Officer.objects.filter(pk__in=keys)}
