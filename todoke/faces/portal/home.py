"""The portal's first page: what the resident has to do comes first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from todoke.capabilities.forms.queries import open_drafts
from todoke.exchange.messages.queries import inbox
from todoke.kernel import clock
from todoke.loops.apply.queries import cases_of_resident
from todoke.loops.apply.types import OPEN_STATES, CaseState
from todoke.registry.catalogue.queries import current_packs, pack_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """For a stranger the log-in and the services; for a resident their tasks."""
    resident = getattr(request, "resident", None)
    packs = current_packs()
    if resident is None:
        return render(request, "portal/welcome.html", {"packs": packs})
    drafts = list(open_drafts(resident))
    cases = list(cases_of_resident(resident).filter(state__in=OPEN_STATES))
    returned = [
        {"case": case, "pack": pack_of(case.pack_version_id), "request": asked}
        for case in cases
        if case.state == CaseState.RETURNED and (asked := case.correction_requests.filter(answered_at=None).first())
    ]
    begun = [{"draft": draft, "pack": pack_of(draft.pack_version_id)} for draft in drafts if not draft.corrects]
    context = {
        "returned": returned,
        "begun": begun,
        "task_count": len(returned) + len(begun),
        "waiting": [
            {"case": case, "pack": pack_of(case.pack_version_id)} for case in cases if case.state != CaseState.RETURNED
        ],
        "messages": inbox(resident)[:3],
        "packs": packs,
        "today": clock.today(),
    }
    return render(request, "portal/home.html", context)
