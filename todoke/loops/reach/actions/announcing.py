"""An order that was issued, or lifted, goes out: to the residents, and by Lアラート to broadcasters and apps."""

from django.db import transaction

from todoke.loops.reach.actions.alerts import send_order
from todoke.loops.reach.models import Order
from todoke.loops.reach.plans import plans

PLAN = "evacuation-order"


@transaction.atomic
def announce(*, order_id: int, revision: int) -> None:
    """Once for each revision; an older one that is late changes nothing."""
    order = Order.objects.select_for_update(of=("self",)).select_related("incident").get(pk=order_id)
    if order.revision == revision:
        send_order(order=order, plan=plans()[PLAN])
