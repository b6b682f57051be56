"""Acting for somebody else, and letting somebody act."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.visitors import ResidentRequest, begin_acting_for, end_acting, oneself_required, resident_required
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.registry.people import agency


def _page(
    request: ResidentRequest, *, code: str = "", failed: TodokeError | None = None, part: str = ""
) -> HttpResponse:
    context = {
        "represented": agency.represented_by(request.resident),
        "agencies": agency.standing_agencies(request.resident),
        "code": code,
        "error": failed.message if failed else "",
        "part": part,
        "typed": request.POST.dict(),
    }
    return render(request, "portal/agents.html", context, status=failed.status if failed else 200)


@never_cache
@require_safe
@oneself_required
def agents(request: ResidentRequest) -> HttpResponse:
    """For whom the reader may act, and who may act for the reader."""
    return _page(request)


@never_cache
@require_POST
@oneself_required
def grant(request: ResidentRequest) -> HttpResponse:
    """Let somebody act until a day: the code is shown once, to be handed over."""
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        return _page(request, failed=agency.AgencyError(), part="grant")
    try:
        _made, code = agency.grant(
            person=request.resident, granted_by=f"resident:{request.resident.pk}", basis="consent", valid_to=until
        )
    except agency.AgencyError as failed:
        return _page(request, failed=failed, part="grant")
    return _page(request, code=code)


@require_POST
@oneself_required
def take_up(request: ResidentRequest) -> HttpResponse:
    """Become an agent with the code that one was handed."""
    try:
        agency.take_up(agent=request.resident, code=request.POST.get("code", "")[:40])
    except agency.AgencyCodeError as failed:
        return _page(request, failed=failed, part="take-up")
    return redirect("portal:agents")


@require_POST
@oneself_required
def end(request: ResidentRequest, agency_id: int) -> HttpResponse:
    """Either of them ends it."""
    agency.end(agency_id=agency_id, by=request.resident)
    return redirect("portal:agents")


@require_POST
@oneself_required
def act(request: ResidentRequest) -> HttpResponse:
    """From now on the pages are the other person's; they see that it was done."""
    person = agency.may_act_for(request.resident, request.POST.get("person", ""))
    if person is None:
        raise NotFoundError
    agency.begin_acting(agent=request.resident, person=person)
    begin_acting_for(request, person)
    return redirect("portal:home")


@require_POST
@resident_required
def stop(request: ResidentRequest) -> HttpResponse:
    """Back to one's own pages."""
    end_acting(request)
    return redirect("portal:home")
