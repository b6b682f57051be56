"""The audit trail, for auditors and the platform's administrators."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from todoke.faces.console.deeds import deed, deeds
from todoke.faces.console.typed import typed
from todoke.faces.visitors import OfficerRequest, role_required
from todoke.kernel import audit as trail
from todoke.kernel.models import AuditEntry
from todoke.registry.organisations.officers import home_organisation_id, principal
from todoke.registry.organisations.trail import Wanted, audited_by, names_of, trail_for
from todoke.registry.organisations.types import Role

FILTERS = ("since", "until", "who", "action", "subject", "organisation")


@never_cache
@require_GET
@role_required(Role.AUDITOR, Role.PLATFORM)
def audit(request: OfficerRequest) -> HttpResponse:
    """A page of the trail. To look for somebody in it is itself written down."""
    wanted = _wanted(request.GET)
    page = trail_for(request.officer, wanted, _number(request.GET.get("before", "")))
    filters = {name: typed(request.GET, name) for name in FILTERS}
    trail.record(
        actor=principal(request.officer),
        action="audit.read",
        subject="audit:trail",
        organisation_id=home_organisation_id(request.officer),
        filters=sorted(name for name, value in filters.items() if value),
        who=wanted.who,
        subject_read=wanted.subject,
    )
    older = request.GET.copy()
    older["before"] = str(page.before)
    organisations = list(audited_by(request.officer))
    context = {
        "rows": _rows(page.entries, {organisation.pk: organisation.name for organisation in organisations}),
        "older": older.urlencode() if page.before else "",
        "newest": not request.GET.get("before"),
        "typed": filters,
        "filtered": any(filters.values()),
        "organisations": organisations,
        "deeds": deeds(),
    }
    return render(request, "console/audit.html", context)


def _wanted(query: QueryDict) -> Wanted:
    return Wanted(
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        who=typed(query, "who", 64).strip(),
        action=typed(query, "action", 60).strip(),
        subject=typed(query, "subject", 80).strip(),
        organisation_id=_number(query.get("organisation", "")),
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _number(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


def _rows(entries: Iterable[AuditEntry], organisations: dict[int, str]) -> list[dict[str, Any]]:
    entries = list(entries)
    names = names_of({who for entry in entries for who in (entry.actor, entry.subject)})
    return [
        {
            "entry": entry,
            "actor": _named(entry.actor, names),
            "deed": deed(entry.action),
            "subject": _named(entry.subject, names),
            "organisation": organisations.get(entry.organisation_id or 0, ""),
            "detail": [
                (key, _value(value)) for key, value in sorted(entry.detail.items()) if value not in ("", [], None)
            ],
        }
        for entry in entries
    ]


def _named(who: str, names: dict[str, str]) -> str:
    if who in names:
        return names[who]
    kind, _colon, key = who.partition(":")
    return {
        "system": _("システム"),
        "anonymous": _("ログイン前の人"),
        "resident": _("住民 %(key)s") % {"key": key[:8]},
    }.get(kind, who)


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
