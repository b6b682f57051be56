"""What Lアラート did not take is put back by an officer."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from todoke.faces.console.crisis import CrisisRequest, desk_required
from todoke.faces.console.incident import incident_of
from todoke.faces.console.orders import show_order
from todoke.faces.console.situation import show_board
from todoke.faces.console.typed import typed
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.reach.actions.publications import send_again
from todoke.loops.reach.models import Order, Publication


@require_POST
@desk_required
def publication_again(request: CrisisRequest, publication_id: int) -> HttpResponse:
    """Send it again, and back to the board or the order that it was pressed on; a refusal is said there."""
    row = Publication.objects.defer("body").filter(pk=publication_id).first()
    if row is None:
        raise NotFoundError
    back = typed(request.POST, "back", 12)
    incident = incident_of(int(back)) if back.isascii() and back.isdigit() else None
    order = Order.objects.select_related("incident").filter(pk=row.order_id).first() if row.order_id else None
    try:
        send_again(officer=request.officer, publication_id=row.pk)
    except TodokeError as refused:
        if incident:
            return show_board(request, incident, error=refused.message, status=refused.status)
        if order is None:
            raise
        return show_order(request, order, error=refused.message, status=refused.status)
    if incident:
        return redirect("console:situation", incident_id=incident.pk)
    return redirect("console:order", order_id=order.pk) if order else redirect("console:situations")
