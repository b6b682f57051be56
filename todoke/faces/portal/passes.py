"""The resident's own code for the door of a shelter, and where the family is."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from todoke.exchange.passes.actions.passes import code_of, pass_of, renew_pass
from todoke.exchange.passes.codes import picture
from todoke.exchange.passes.numbers import in_fours
from todoke.exchange.passes.queries import family_presence
from todoke.faces.visitors import ResidentRequest, resident_required
from todoke.registry.people.models import Resident


def pass_context(resident: Resident) -> dict[str, str]:
    """What ``portal/parts/pass.html`` shows: also for a message's page, whose reader has not logged in."""
    standing = pass_of(resident)
    shown = picture(code_of(standing))
    return {"pass_picture": shown, "pass_number": in_fours(standing.number), "pass_name": resident.name}


@never_cache
@require_safe
@resident_required
def own_pass(request: ResidentRequest) -> HttpResponse:
    """The code, large, and where the family is."""
    family = family_presence(request.resident)
    return render(request, "portal/pass.html", {**pass_context(request.resident), "family": family})


@require_POST
@resident_required
def renew(request: ResidentRequest) -> HttpResponse:
    """A new code; what was printed or copied so far is worth nothing any more."""
    renew_pass(resident=request.resident, by=f"resident:{(request.agent or request.resident).pk}")
    return redirect("portal:pass")
