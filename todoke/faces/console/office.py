"""An office's people: who works here, with which roles; invitations; leaving."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from todoke.faces.console.typed import typed
from todoke.faces.visitors import OfficerRequest, role_required
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.office import (
    administered_by,
    deactivate_officer,
    grant_role,
    invite_officer,
    officers_of,
    reinvite_officer,
    roles_given_by,
    withdraw_role,
)
from todoke.registry.organisations.types import Role

administrator_required = role_required(Role.ADMINISTRATOR, Role.PLATFORM)


@never_cache
@require_GET
@administrator_required
def office(request: OfficerRequest) -> HttpResponse:
    """Everyone of one office, and the forms to change it."""
    organisation = _chosen(request, request.GET.get("organisation", ""))
    return _page(request, organisation)


def _chosen(request: OfficerRequest, key: str) -> Organisation:
    """The organisation asked for, else the first. Raises NotFoundError for one that is not theirs."""
    organisations = administered_by(request.officer)
    if key:
        chosen = organisations.filter(pk=int(key)).first() if key.isdecimal() else None
    else:
        own = organisations.filter(memberships__officer=request.officer).first()
        chosen = own or organisations.first()
    if chosen is None:
        raise NotFoundError
    return chosen


def _page(
    request: OfficerRequest,
    organisation: Organisation,
    failure: TodokeError | None = None,
    part: str = "",
    **extra: Any,
) -> HttpResponse:
    context = {
        "organisation": organisation,
        "organisations": administered_by(request.officer),
        "officers": officers_of(organisation),
        "roles": roles_given_by(request.officer),
        "now": clock.now(),
        "failure": failure,
        "part": part,
        "typed": request.POST,
        "typed_roles": request.POST.getlist("roles"),
        **extra,
    }
    return render(request, "console/office.html", context, status=failure.status if failure else 200)


def _told(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("console:invitation", args=[secret]))


def _roles(values: list[str]) -> list[Role]:
    """Raises NotFoundError for a role that does not exist."""
    if not set(values) <= set(Role.values):
        raise NotFoundError
    return [Role(value) for value in values]


def _officer(request: OfficerRequest) -> Officer:
    key = request.POST.get("officer", "")
    officer = Officer.objects.filter(pk=int(key)).first() if key.isdecimal() else None
    if officer is None:
        raise NotFoundError
    return officer


@never_cache
@require_POST
@administrator_required
def invite(request: OfficerRequest) -> HttpResponse:
    """A new officer; the page that follows shows the address to hand over, once."""
    organisation = _chosen(request, request.POST.get("organisation", ""))
    try:
        invited, secret = invite_officer(
            actor=request.officer,
            organisation=organisation,
            login=typed(request.POST, "login", 60),
            name=typed(request.POST, "name", 60),
            email=typed(request.POST, "email", 254),
            roles=_roles(request.POST.getlist("roles")),
        )
    except TodokeError as error:
        return _page(request, organisation, error, "invite")
    return render(
        request,
        "console/office_invited.html",
        {"organisation": organisation, "invited": invited, "address": _told(request, secret)},
    )


@never_cache
@require_POST
@administrator_required
def reinvite(request: OfficerRequest) -> HttpResponse:
    """Start an officer's ways in anew."""
    organisation = _chosen(request, request.POST.get("organisation", ""))
    officer = _officer(request)
    try:
        secret = reinvite_officer(actor=request.officer, organisation=organisation, officer=officer)
    except TodokeError as error:
        return _page(request, organisation, error, "officers")
    return render(
        request,
        "console/office_invited.html",
        {"organisation": organisation, "invited": officer, "address": _told(request, secret)},
    )


@require_POST
@administrator_required
def role(request: OfficerRequest) -> HttpResponse:
    """Give a role to a login, or take one from an officer."""
    organisation = _chosen(request, request.POST.get("organisation", ""))
    given = request.POST.get("do") == "give"
    if not given and request.POST.get("do") != "take":
        raise NotFoundError
    try:
        chosen = _roles([request.POST.get("role", "")])[0]
        if given:
            grant_role(
                actor=request.officer, organisation=organisation, login=typed(request.POST, "login", 60), role=chosen
            )
        else:
            withdraw_role(actor=request.officer, organisation=organisation, officer=_officer(request), role=chosen)
    except TodokeError as error:
        return _page(request, organisation, error, "role" if given else "officers")
    return _back(organisation)


@require_POST
@administrator_required
def deactivate(request: OfficerRequest) -> HttpResponse:
    """Shut an officer out."""
    organisation = _chosen(request, request.POST.get("organisation", ""))
    try:
        deactivate_officer(actor=request.officer, organisation=organisation, officer=_officer(request))
    except TodokeError as error:
        return _page(request, organisation, error, "officers")
    return _back(organisation)


def _back(organisation: Organisation) -> HttpResponse:
    return redirect(f"{reverse('console:office')}?organisation={organisation.pk}")
