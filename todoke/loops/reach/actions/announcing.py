"""An order that was issued, or lifted, goes out to the residents."""

from django.db import transaction

from todoke.loops.reach.actions.alerts import leave_order, replace_order, send_order
from todoke.loops.reach.models import Order
from todoke.loops.reach.plans import plans
from todoke.loops.reach.types import OrderKind

PLAN = "evacuation-order"


@transaction.atomic
def announce(*, order_id: int, revision: int) -> None:
    """Once for each revision; an older one that is late changes nothing.

    When another kind took its place, or a graver one stays in force for all of its area, only that one is told of.
    """
    order = Order.objects.select_for_update(of=("self",)).select_related("incident").get(pk=order_id)
    if order.revision != revision:
        return
    plan, other = plans()[PLAN], _in_force_there(order) if order.lifted_at else None
    if order.replaced_by_id or (other and OrderKind(other.kind).level >= OrderKind(order.kind).level):
        replace_order(order=order, plan=plan)
    elif other:
        leave_order(order=order, lesser=other, plan=plan)
    else:
        send_order(order=order, plan=plan)


def _in_force_there(order: Order) -> Order | None:
    """The gravest other order from the same hazard that is in force for all of its area; of ours."""
    rows = Order.objects.filter(
        municipality_code=order.municipality_code,
        hazard=order.hazard,
        drill=order.drill,
        source="",
        issued_at__isnull=False,
        lifted_at=None,
    ).select_related("incident")
    there = [other for other in rows if order.source == "" and _covers(other, order)]
    return max(there, key=lambda other: OrderKind(other.kind).level, default=None)


def _covers(other: Order, order: Order) -> bool:
    if not other.zones and not other.drawn:
        return True
    if not order.zones and not order.drawn:
        return False
    drawn = order.drawn is None or (other.drawn is not None and bytes(other.drawn) == bytes(order.drawn))
    return drawn and set(order.zones) <= set(other.zones)
