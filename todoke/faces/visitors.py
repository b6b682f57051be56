"""Who is looking: a resident, an officer, or nobody that we know."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from todoke.exchange.messages.queries import unread_count
from todoke.faces.failures import csrf_failure
from todoke.faces.portal.holders import CASES, DRAFTS
from todoke.faces.public.strip import strip_for
from todoke.kernel.errors import NotFoundError
from todoke.kernel.sessions import principal_of
from todoke.loops.improve.desks import has_work
from todoke.loops.reach.queries import alarm
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.naming import office_name
from todoke.registry.organisations.types import Role
from todoke.registry.people.agency import acting, may_act_for
from todoke.registry.people.models import Resident
from todoke.registry.places.prefectures import prefecture

ACTING_FOR = "acting_for"
Parameters = ParamSpec("Parameters")


class VisitorMiddleware:
    """Sets ``request.resident`` and ``request.officer``, at most one of which is not None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind, _, key = principal_of(request).partition(":")
        request.resident = Resident.objects.filter(pk=key).first() if kind == "resident" else None  # type: ignore[attr-defined]
        request.agent = None  # type: ignore[attr-defined]
        if request.resident and ACTING_FOR in request.session and not self._act(request) and request.method == "POST":  # type: ignore[attr-defined]
            request.officer = None  # type: ignore[attr-defined]
            return csrf_failure(request)
        request.officer = Officer.objects.filter(pk=key, active=True).first() if kind == "officer" else None  # type: ignore[attr-defined]
        token = acting.set(request.agent)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            acting.reset(token)
        if kind or DRAFTS in request.session or CASES in request.session:
            response.headers["Cache-Control"] = "private, no-store"
        return response

    @staticmethod
    def _act(request: HttpRequest) -> bool:
        """For whom the resident acts becomes the resident of the request; False once they may not act any more."""
        agent: Resident = request.resident  # type: ignore[attr-defined]
        person = may_act_for(agent, request.session[ACTING_FOR])
        if person is None:
            end_acting(request)
            return False
        request.resident, request.agent = person, agent  # type: ignore[attr-defined]
        return True


def begin_acting_for(request: HttpRequest, person: Resident) -> None:
    """From now on the pages are the other person's; forms that were opened before are refused as out of date."""
    request.session[ACTING_FOR] = str(person.pk)
    rotate_token(request)


def end_acting(request: HttpRequest) -> None:
    """Back to one's own pages; forms of the other person's are refused as out of date."""
    if request.session.pop(ACTING_FOR, None):
        rotate_token(request)


class ResidentRequest(HttpRequest):
    """A request of a resident who is logged in."""

    resident: Resident
    agent: Resident | None
    """Who acts for the resident, where it is not they themselves."""

    reading: str


class OfficerRequest(HttpRequest):
    """A request of an officer who is logged in."""

    officer: Officer
    reading: str


def resident_required(
    view: Callable[Concatenate[ResidentRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Sends strangers to the log-in, and back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if getattr(request, "resident", None) is None:
            return redirect(f"{reverse('portal:login')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return guarded


def oneself_required(
    view: Callable[Concatenate[ResidentRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """As ``resident_required``; what only the person themselves decides does not exist for their agent."""

    @wraps(view)
    def guarded(request: ResidentRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if request.agent is not None:
            raise NotFoundError
        return view(request, *args, **kwargs)

    return resident_required(guarded)


def officer_required(
    view: Callable[Concatenate[OfficerRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Sends strangers to the staff log-in, and back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if getattr(request, "officer", None) is None:
            return redirect(f"{reverse('console:login')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return guarded


def role_required(
    *roles: Role,
) -> Callable[
    [Callable[Concatenate[OfficerRequest, Parameters], HttpResponse]],
    Callable[Concatenate[HttpRequest, Parameters], HttpResponse],
]:
    """Lets in officers who hold one of ``roles`` anywhere; for others the page does not exist."""

    def wrap(
        view: Callable[Concatenate[OfficerRequest, Parameters], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
        @wraps(view)
        def guarded(request: OfficerRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
            if not request.officer.memberships.filter(role__in=roles).exists():
                raise NotFoundError
            return view(request, *args, **kwargs)

        return officer_required(guarded)

    return wrap


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame shows."""
    resident = getattr(request, "resident", None)
    officer = getattr(request, "officer", None)
    place = prefecture(settings.PREFECTURE)
    english = translation.get_language() == "en"
    return {
        "resident": resident,
        "agent": getattr(request, "agent", None),
        "officer": officer,
        "officer_roles": SimpleLazyObject(lambda: {m.role for m in officer.memberships.all()} if officer else set()),
        "registrar": SimpleLazyObject(lambda: officer.memberships.filter(organisation__function="residents").exists())
        if officer
        else False,
        "crisis_desk": SimpleLazyObject(lambda: officer.memberships.filter(organisation__function="crisis").exists())
        if officer
        else False,
        "policy_work": SimpleLazyObject(lambda: has_work(officer)) if officer else False,
        "danger": SimpleLazyObject(alarm),
        "officer_office": SimpleLazyObject(lambda: _first_office(officer) if officer else ""),
        "unread_count": SimpleLazyObject(lambda: unread_count(resident)) if resident else 0,
        "prefecture_name": place.short_name_en if english else place.short_name,
        "prefecture_full_name": place.name_en if english else place.name,
        "area": _area(request),
        "demonstration": settings.DEMONSTRATION,
        "strip": SimpleLazyObject(lambda: strip_for(request, resident)),
        "language": getattr(request, "reading", "ja"),
    }


_AREAS = {
    "home": "home",
    "services": "services",
    "service": "services",
    "draft": "cases",
    "page": "cases",
    "review": "cases",
    "follow": "cases",
    "rules": "rules",
    "agencies": "agencies",
    "situations": "situation",
    "situation": "situation",
    "situation-telegrams": "situation",
    "situation-calls": "situation",
    "waiting-alert": "situation",
    "order": "situation",
    "order-new": "situation",
    "check-in": "check-in",
    "shelters": "shelters",
    "shelter-door": "check-in",
    "shelter-people": "check-in",
    "pass-cards": "check-in",
    "for-me": "for-me",
    "fact": "my-data",
    "fact-say": "my-data",
    "for-me-answer": "for-me",
    "my-data": "my-data",
    "worklist": "worklist",
    "notices": "notices",
    "notice": "notices",
    "support-list": "support-list",
    "now": "now",
    "now-history": "now",
    "data": "data",
}


def _area(request: HttpRequest) -> str:
    """The part of the main menu that the page stands in."""
    match = request.resolver_match
    name = match.url_name or "" if match else ""
    if match and match.namespace == "console":
        if name.startswith("case"):
            return "worklist"
        if name.startswith("policy"):
            return "policy"
    return "cases" if name.startswith("case") else _AREAS.get(name, "")


def _first_office(officer: Officer) -> str:
    membership = officer.memberships.select_related("organisation__parent").first()
    if membership is None:
        return ""
    return office_name(membership.organisation, translation.get_language() or "ja")
