"""Whose draft or case it is: the resident's who is logged in, or of who showed its secret in this session."""

from uuid import UUID

from django.http import HttpRequest

from todoke.capabilities.forms.models import Draft
from todoke.capabilities.forms.queries import draft_by_secret, draft_of_resident
from todoke.kernel.errors import NotFoundError
from todoke.loops.apply.models import Case
from todoke.loops.apply.queries import case_of_resident, cases_without_login

DRAFTS = "drafts"
CASES = "cases"


def remember_draft(request: HttpRequest, draft: Draft, secret: str) -> None:
    """Let this session go on with a draft without log-in."""
    request.session[DRAFTS] = {**request.session.get(DRAFTS, {}), str(draft.pk): secret}


def remember_case(request: HttpRequest, case: Case) -> None:
    """Let this session read a case without log-in."""
    request.session[CASES] = [*request.session.get(CASES, []), case.receipt_number]


def secret_of(request: HttpRequest, draft: Draft) -> str:
    """The secret of a draft without log-in, to show it to who holds it; '' for a resident's."""
    secret: str = request.session.get(DRAFTS, {}).get(str(draft.pk), "")
    return secret


def draft_for(request: HttpRequest, draft_id: UUID) -> Draft:
    """Raises NotFoundError for another's draft as for none."""
    resident = getattr(request, "resident", None)
    found = draft_of_resident(resident, draft_id) if resident else None
    if found is None and (secret := request.session.get(DRAFTS, {}).get(str(draft_id))):
        found = draft_by_secret(draft_id, secret)
    if found is None:
        raise NotFoundError
    return found


def case_for_visitor(request: HttpRequest, receipt_number: str) -> Case:
    """Raises NotFoundError for another's case as for none."""
    resident = getattr(request, "resident", None)
    found = case_of_resident(resident, receipt_number) if resident else None
    if found is None and receipt_number in request.session.get(CASES, []):
        found = cases_without_login().filter(receipt_number=receipt_number).first()
    if found is None:
        raise NotFoundError
    return found
