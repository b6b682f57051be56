"""An order that was issued, or lifted, goes out to the residents."""

from django.db import transaction

from todoke.loops.reach.actions.alerts import replace_order, send_order
from todoke.loops.reach.models import Order
from todoke.loops.reach.plans import plans

PLAN = "evacuation-order"


@transaction.atomic
def announce(*, order_id: int, revision: int) -> None:
    """Once for each revision; an older one that is late changes nothing.

    When another kind took its place, only that one is told of.
    """
    order = Order.objects.select_for_update(of=("self",)).select_related("incident").get(pk=order_id)
    if order.revision != revision:
        return
    if order.replaced_by_id:
        replace_order(order=order, plan=plans()[PLAN])
    else:
        send_order(order=order, plan=plans()[PLAN])
