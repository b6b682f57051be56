"""Who may open these pages, and what all of them show."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from todoke.faces.visitors import OfficerRequest, officer_required
from todoke.kernel.errors import InvalidInputError, NotFoundError
from todoke.loops.improve.desks import is_concerned, may_comment, plans
from todoke.loops.improve.models import Round
from todoke.loops.improve.queries.papers import desks_for_paper
from todoke.loops.improve.queries.policies import current_policies
from todoke.loops.improve.queries.rounds import rounds_of
from todoke.loops.improve.types import Policy

Parameters = ParamSpec("Parameters")
SHORT, LONG = 200, 8000


class BadDayError(InvalidInputError):
    """日付を選んでください。"""

    code = "bad-day"


class PolicyRequest(OfficerRequest):
    """A request of an officer who has something to do with the policy."""

    policy: Policy
    plans: bool
    """Works in the office whose policy it is."""

    concerned: bool
    """Reports, or keeps figures; others only count paper."""


def policy_desk(
    view: Callable[Concatenate[PolicyRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Lets in who reports, keeps figures, or plans; for others the page does not exist."""

    @wraps(view)
    def guarded(request: PolicyRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        _fill(request)
        if not request.concerned:
            raise NotFoundError
        return view(request, *args, **kwargs)

    return never_cache(officer_required(guarded))  # type: ignore[arg-type]


def paper_desk(
    view: Callable[Concatenate[PolicyRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Lets in who decides on applications of a service, besides those above."""

    @wraps(view)
    def guarded(request: PolicyRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        _fill(request)
        if not request.concerned and not desks_for_paper(request.officer):
            raise NotFoundError
        return view(request, *args, **kwargs)

    return never_cache(officer_required(guarded))  # type: ignore[arg-type]


def _fill(request: PolicyRequest) -> None:
    policies = current_policies()
    if not policies:
        raise NotFoundError
    request.policy = policies[0]
    request.plans = plans(request.officer, request.policy)
    request.concerned = is_concerned(request.officer, request.policy)


def page(
    request: PolicyRequest, template: str, context: Mapping[str, Any], *, error: str = "", status: int = 200
) -> HttpResponse:
    """A page with the menu on its left; ``error`` says what is to be put right."""
    rounds = rounds_of(request.policy.id)
    whole = {
        "policy": request.policy,
        "plans": request.plans,
        "concerned": request.concerned,
        "comments_too": may_comment(request.officer, request.policy),
        "paper_desks": bool(desks_for_paper(request.officer)),
        "latest": rounds[0] if rounds else None,
        "rounds": rounds,
        "error": error,
        "typed": request.POST if error else {},
        **context,
    }
    return render(request, f"console/policy/{template}", whole, status=status)


def round_of(request: PolicyRequest, round_id: int) -> Round:
    """Raises NotFoundError for a round of another policy as for none."""
    found = Round.objects.filter(pk=round_id, policy=request.policy.id).first()
    if found is None:
        raise NotFoundError
    return found


def day(request: PolicyRequest, name: str) -> date:
    """A day that was chosen. Raises BadDayError."""
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError as error:
        raise BadDayError from error


def whole_number(text: str) -> int:
    """A number as a browser sends it; -1, which nothing has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
