"""Proposing, approving and giving back a decision."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from todoke.faces.console.case import carried_out, case_of_office, revision_of
from todoke.faces.visitors import OfficerRequest, officer_required
from todoke.kernel.errors import InvalidInputError, NotAllowedError
from todoke.loops.apply.actions.decision import approve_decision, propose_decision, send_back
from todoke.loops.apply.models import Case
from todoke.loops.apply.queries import may_approve
from todoke.registry.catalogue.queries import pack_of


class OutcomeMissingError(InvalidInputError):
    """決定の種類を選んでください。"""

    code = "outcome-missing"


class NotApproverError(NotAllowedError):
    """承認できるのは、この課の決裁者だけです。"""

    code = "not-approver"


@require_POST
@officer_required
def propose(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """Put a decision before the approver."""
    found = case_of_office(request, receipt_number)

    def deed() -> None:
        outcome = request.POST.get("outcome", "")
        if outcome not in {o.id for o in pack_of(found.pack_version_id).workflow.outcomes}:
            raise OutcomeMissingError
        propose_decision(
            case=found,
            officer=request.officer,
            outcome=outcome,
            reasons=request.POST.get("reasons", "")[:8000],
            revision=revision_of(request),
        )

    return carried_out(request, found, deed)


def _require_approver(request: OfficerRequest, case: Case) -> None:
    if not may_approve(request.officer, case):
        raise NotApproverError


@require_POST
@officer_required
def approve(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """Approve: the decision is made and sent."""
    found = case_of_office(request, receipt_number)

    def deed() -> None:
        _require_approver(request, found)
        ticks = request.POST.getlist("tick")
        approve_decision(case=found, officer=request.officer, ticks=ticks, revision=revision_of(request))

    return carried_out(request, found, deed)


@require_POST
@officer_required
def back(request: OfficerRequest, receipt_number: str) -> HttpResponse:
    """Give the proposal back."""
    found = case_of_office(request, receipt_number)

    def deed() -> None:
        _require_approver(request, found)
        reason = request.POST.get("reason", "")[:4000]
        send_back(case=found, officer=request.officer, reason=reason, revision=revision_of(request))

    return carried_out(request, found, deed)
