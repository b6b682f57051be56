"""The crisis desk: what goes on, and the situation board of each disaster."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.console.board import COLUMNS, board
from todoke.faces.console.call_list import reader_of, with_names
from todoke.faces.console.calls import do_call
from todoke.faces.console.crisis import CrisisRequest, desk_required
from todoke.faces.console.crisis_words import label, title_of
from todoke.faces.console.incident import incident_of
from todoke.faces.console.typed import typed
from todoke.faces.console.waiting_alerts import waiting_alerts
from todoke.kernel.errors import TodokeError
from todoke.loops.reach.actions.incidents import is_drill
from todoke.loops.reach.actions.orders import OFFICE
from todoke.loops.reach.models import Incident, Order
from todoke.loops.reach.queries.incidents import incidents, warnings_of
from todoke.registry.organisations.models import Organisation

SORTS = ("code", "share", *COLUMNS)


@never_cache
@require_safe
@desk_required
def situations(request: CrisisRequest) -> HttpResponse:
    """Disasters in force, drills, and those that are over."""
    standing, drills, over = incidents()
    groups = [(_("いま続いているもの"), standing), (_("訓練・試験"), drills), (_("終わったもの"), over)]
    return render(
        request,
        "console/situations.html",
        {"groups": [(name, [_summary(one) for one in rows]) for name, rows in groups], "own": request.desk.own},
    )


def _summary(incident: Incident) -> dict[str, Any]:
    warnings = warnings_of(incident) if incident.ended_at is None else []
    orders = Order.objects.filter(incident=incident, issued_at__isnull=False)
    standing = orders.filter(lifted_at=None)
    return {
        "incident": incident,
        "title": title_of(incident),
        "drill": is_drill(incident),
        "warning": warnings[0] if warnings else None,
        "ordering": standing.values("municipality_code").distinct().count(),
        "waiting": Order.objects.filter(incident=incident, issued_at=None, withdrawn_at=None).count(),
    }


@never_cache
@require_safe
@desk_required
def situation(request: CrisisRequest, incident_id: int) -> HttpResponse:
    """The board."""
    return show_board(request, incident_of(incident_id))


@never_cache
@require_safe
@desk_required
def situation_live(request: CrisisRequest, incident_id: int) -> HttpResponse:
    """Its parts, to replace those that changed."""
    return show_board(request, incident_of(incident_id), "console/situation_parts.html")


def show_board(
    request: CrisisRequest,
    incident: Incident,
    template: str = "console/situation.html",
    *,
    error: str = "",
    chosen: str = "",
    status: int = 200,
) -> HttpResponse:
    """The board, or its parts; with what was refused."""
    sort = request.GET.get("sort", "code")
    context = board(
        incident,
        request.desk,
        reading=request.reading,
        sort=sort if sort in SORTS else "code",
        phones=_phones(),
    )
    with_names(context["callees"], reader_of(request.desk, request.officer.pk))
    context |= {
        "columns": [(name, label(name)) for name in COLUMNS],
        "error": error,
        "chosen": chosen,
        "unsent": waiting_alerts(incident),
        "me": request.officer.pk,
    }
    return render(request, template, context, status=status)


def _phones() -> dict[str, str]:
    rows = Organisation.objects.filter(function=OFFICE).exclude(phone="")
    return dict(rows.values_list("municipality_code", "phone"))


@require_POST
@desk_required
def call(request: CrisisRequest, incident_id: int) -> HttpResponse:
    """Take a person on, forward them to their helpers, or say that nothing is left to be done."""
    incident = incident_of(incident_id)
    try:
        chosen = do_call(request, incident)
    except TodokeError as refused:
        asked = typed(request.POST, "resident", 40)
        return show_board(request, incident, error=refused.message, chosen=asked, status=refused.status)
    return redirect(f"{reverse('console:situation', args=[incident.pk])}?chosen={chosen}")
