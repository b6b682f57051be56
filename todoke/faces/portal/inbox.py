"""The resident's messages."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from todoke.exchange.messages import queries
from todoke.exchange.messages.actions import mark_read, token_of
from todoke.faces.visitors import ResidentRequest, resident_required
from todoke.kernel.errors import NotFoundError


@require_safe
@resident_required
def inbox(request: ResidentRequest) -> HttpResponse:
    """All messages, newest first."""
    page = Paginator(queries.inbox(request.resident), 20).get_page(request.GET.get("page"))
    return render(request, "portal/inbox.html", {"page": page})


@require_safe
@resident_required
def message(request: ResidentRequest, message_id: UUID) -> HttpResponse:
    """One message; opening it marks it as read. What was said to many has a page of its own, for all its languages."""
    found = queries.message_for(request.resident, message_id)
    if found is None:
        raise NotFoundError
    if found.wording_id is not None:
        return redirect("public:message", token_of(found.pk))
    mark_read(message=found)
    kind, _, key = found.about.partition(":")
    return render(request, "portal/message.html", {"message": found, "receipt_number": key if kind == "case" else ""})
