"""Orders in force as the board lists them: who ordered, when, what became of it in Lアラート, what has no place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from todoke.faces.console.crisis import Desk
from todoke.faces.console.crisis_words import place_name
from todoke.loops.reach.models import Order
from todoke.loops.reach.queries.in_force import LEVELS
from todoke.loops.reach.queries.publications import PublicationNow, publications_of, publications_of_shelters
from todoke.loops.reach.types import OrderKind
from todoke.registry.organisations.models import Officer
from todoke.registry.places.models import Municipality


@dataclass(frozen=True)
class StandingOrder:
    """An order in force. ``by`` are the officers, or who published it in Lアラート."""

    order: Order
    place: str
    by: str
    published: PublicationNow | None
    may_send_again: bool


@dataclass(frozen=True)
class TroubledShelters:
    """A municipality whose shelters Lアラート did not take."""

    place: str
    published: PublicationNow
    may_send_again: bool


def standing_orders(
    orders: Collection[Order], places: Mapping[str, Municipality], desk: Desk, reading: str
) -> list[StandingOrder]:
    """The gravest first, of one kind the newest."""
    standing = [order for order in orders if order.issued_at and not order.lifted_at]
    published = publications_of([order.pk for order in standing])
    names = names_of(standing)
    rows = [
        StandingOrder(
            order,
            place_name(places[order.municipality_code], reading)
            if order.municipality_code in places
            else order.municipality_code,
            order.source or names[order.pk],
            published.get(order.pk),
            may_send_again(published.get(order.pk), desk),
        )
        for order in standing
    ]
    return sorted(rows, key=lambda row: (-LEVELS[OrderKind(row.order.kind)], -row.order.known_at.timestamp()))


def names_of(orders: Collection[Order]) -> dict[int, str]:
    """By order of ours, who entered and who confirmed it."""
    seconds = confirmers_of(orders)
    return {
        order.pk: _("入力 {first}、確認 {second}").format(
            first=order.entered_by_name, second=seconds.get(order.pk, "—")
        )
        for order in orders
    }


def confirmers_of(orders: Collection[Order]) -> dict[int, str]:
    """By order of ours that was confirmed, the name of the officer who did."""
    ids = {order.pk: int(number) for order in orders if (number := order.confirmed_by.partition(":")[2]).isdecimal()}
    names = dict(Officer.objects.filter(pk__in=ids.values()).values_list("pk", "name"))
    return {pk: names[officer] for pk, officer in ids.items() if officer in names}


def troubled_shelters(
    codes: Collection[str], places: Mapping[str, Municipality], desk: Desk, reading: str
) -> list[TroubledShelters]:
    """Of these municipalities those of whose shelters the last publication failed, or has not got through."""
    return [
        TroubledShelters(place_name(places[code], reading), now, may_send_again(now, desk))
        for code, now in sorted(publications_of_shelters(codes).items())
        if now.wrong and code in places
    ]


def may_send_again(now: PublicationNow | None, desk: Desk) -> bool:
    """Whether the desk can put it back: it failed, and is its own."""
    return now is not None and now.publication.state == "failed" and desk.sees(now.publication.municipality_code)
