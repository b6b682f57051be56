"""Agencies of people who have neither phone nor card: an officer who saw the paper records them."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.faces.console.typed import typed
from todoke.faces.visitors import OfficerRequest, officer_required
from todoke.kernel.errors import NotFoundError
from todoke.registry.people import agency
from todoke.registry.people.models import Resident

FUNCTION = "residents"
"""The offices whose officers may do it."""


@never_cache
@require_http_methods(["GET", "POST"])
@officer_required
def agencies(request: OfficerRequest) -> HttpResponse:
    """The form, and after it the code to be handed over, once; or the end of what stands, if the person asks."""
    if not request.officer.memberships.filter(organisation__function=FUNCTION).exists():
        raise NotFoundError
    code = error = ""
    ended: int | None = None
    if request.method == "POST":
        try:
            if request.POST.get("deed") == "end":
                ended = agency.end_all(person=_person(request), by=f"officer:{request.officer.pk}")
            else:
                code = _granted(request)
        except agency.AgencyError as refused:
            error = refused.message
        except ValueError:
            error = _("この名前と生まれた日の人は、1人に決まりません。書き方を確かめてください。")
    done = bool(code) or ended is not None
    context = {"code": code, "ended": ended, "error": error, "typed": {} if done else request.POST.dict()}
    return render(request, "console/agencies.html", context, status=422 if error else 200)


def _person(request: OfficerRequest) -> Resident:
    """Raises ValueError when no one person of the office's own municipality is meant."""
    born = date.fromisoformat(typed(request.POST, "birth_date", 10))
    person = agency.registered_person(name=typed(request.POST, "name", 100), birth_date=born)
    offices = request.officer.memberships.filter(organisation__function=FUNCTION)
    own = offices.values_list("organisation__municipality_code", flat=True)
    if person is None or person.household.municipality_code not in own:
        raise ValueError
    return person


def _granted(request: OfficerRequest) -> str:
    """Raises ValueError when no one person is meant, AgencyError for an end that is none."""
    person = _person(request)
    try:
        until = date.fromisoformat(typed(request.POST, "until", 10))
    except ValueError:
        raise agency.AgencyError from None
    basis = "guardian" if request.POST.get("basis") == "guardian" else "paper"
    _made, code = agency.grant(person=person, granted_by=f"officer:{request.officer.pk}", basis=basis, valid_to=until)
    return code
