"""A municipality's evacuation information: one officer enters it, another confirms it, and the same for its lifting."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from todoke.kernel import audit, clock, events
from todoke.kernel.errors import NotFoundError
from todoke.loops.reach.actions.incidents import end_if_over, incident_of_order, is_drill
from todoke.loops.reach.errors import (
    NoLevelsError,
    NotYourMunicipalityError,
    OrderMovedOnError,
    OrderOfAnotherError,
    OrderTooOldError,
    ReasonForActingError,
    ReasonForLiftingError,
    SecondPersonError,
)
from todoke.loops.reach.models import Incident, Order
from todoke.loops.reach.types import OrderKind
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.organisations.queries import offices_of
from todoke.registry.places.types import Hazard

OFFICE = "crisis"
"""The function of the offices that give orders."""

REVIEW = timedelta(minutes=30)
"""After so long the board asks whether an order can be lifted; 岩手 2019: a lifting went out nine hours late."""

CONFIRM_WITHIN = REVIEW
"""What was entered longer ago was judged, and its people counted, by another state of things: it is entered anew. As
often as an order in force is looked at again.
"""

WITHOUT_LEVELS = frozenset({Hazard.TSUNAMI, Hazard.EARTHQUAKE, Hazard.FIRE, Hazard.VOLCANO, Hazard.NUCLEAR})


def may_order(officer: Officer, municipality_code: str) -> Organisation | None:
    """The office in which the officer may give orders there: the municipality's own, else the prefecture's."""
    offices = {office.municipality_code: office for office in offices_of(officer) if office.function == OFFICE}
    return offices.get(municipality_code) or offices.get("")


def acts_for(officer: Officer, municipality_code: str) -> bool:
    """Whether an order there would be the prefecture's in place of the municipality, which needs a reason."""
    office = may_order(officer, municipality_code)
    return office is not None and not office.municipality_code


def may_confirm(officer: Officer, municipality_code: str, entered_by: str) -> bool:
    """Whether the officer may be the second person: somebody else, and of the same side.

    What an office of the municipality entered only its officers confirm; the prefecture what it entered itself.
    """
    office = may_order(officer, municipality_code)
    if office is None or entered_by == _actor(officer):
        return False
    first = Officer.objects.filter(pk=entered_by.removeprefix("officer:")).first()
    entering = may_order(first, municipality_code) if first else None
    side = entering.municipality_code if entering else municipality_code
    return office.municipality_code == side


@transaction.atomic
def enter_order(
    *,
    officer: Officer,
    municipality_code: str,
    kind: OrderKind,
    hazard: Hazard,
    area_name: str,
    zones: list[str],
    drawn: bytes | None,
    reason: str,
    people: int,
    households: int,
    incident: Incident | None = None,
    drill: bool = False,
) -> Order:
    """Write an order down for a second officer to confirm; nobody is told yet.

    ``zones`` and ``drawn`` (WKB) together are the area; neither is the whole municipality. In an ``incident`` it is a
    drill if that is one. Raises NotYourMunicipalityError, NoLevelsError, ReasonForActingError.
    """
    office = _office(officer, municipality_code)
    if hazard in WITHOUT_LEVELS and kind is not OrderKind.EVACUATE:
        raise NoLevelsError
    if not office.municipality_code and not reason.strip():
        raise ReasonForActingError
    drill = is_drill(incident) if incident else drill
    order = Order.objects.create(
        incident=incident or incident_of_order(hazard=hazard, drill=drill),
        municipality_code=municipality_code,
        kind=kind,
        hazard=hazard,
        area_name=area_name,
        zones=zones,
        drawn=drawn,
        reason=reason.strip(),
        people=people,
        households=households,
        drill=drill,
        entered_by=_actor(officer),
        entered_by_name=officer.name,
        entered_at=clock.now(),
        document_id=uuid4(),
    )
    _record(officer, "order.enter", order, office)
    return order


@transaction.atomic
def confirm_order(*, officer: Officer, order_id: int) -> Order:
    """Issue an order that somebody else entered: by every channel, in this transaction's jobs.

    Raises SecondPersonError, NotYourMunicipalityError, OrderMovedOnError, OrderTooOldError.
    """
    order = _locked(order_id)
    office = _office(officer, order.municipality_code)
    if order.issued_at is None and clock.now() - order.entered_at > CONFIRM_WITHIN:
        raise OrderTooOldError(minutes=CONFIRM_WITHIN // timedelta(minutes=1))
    if order.issued_at or order.withdrawn_at:
        raise OrderMovedOnError
    if order.entered_by == _actor(officer):
        raise SecondPersonError
    if not may_confirm(officer, order.municipality_code, order.entered_by):
        raise NotYourMunicipalityError
    order.confirmed_by, order.issued_at = _actor(officer), clock.now()
    order.review_at = order.issued_at + REVIEW
    order.revision = 1
    order.save()
    _record(officer, "order.issue", order, office)
    events.tell("reach.order_changed", order=order)
    return order


@transaction.atomic
def withdraw_order(*, officer: Officer, order_id: int) -> Order:
    """Take back an order that nobody has confirmed yet. Raises NotYourMunicipalityError, OrderMovedOnError."""
    order = _locked(order_id)
    office = _office(officer, order.municipality_code)
    if order.issued_at or order.withdrawn_at:
        raise OrderMovedOnError
    order.withdrawn_at = clock.now()
    order.save()
    _record(officer, "order.withdraw", order, office)
    end_if_over(incident=order.incident)
    return order


@transaction.atomic
def withdraw_old_orders() -> int:
    """Take back what nobody confirmed within CONFIRM_WITHIN, so that no board shows it as waiting. How many."""
    old = Order.objects.filter(issued_at=None, withdrawn_at=None, entered_at__lt=clock.now() - CONFIRM_WITHIN)
    found = list(old.select_for_update(of=("self",), skip_locked=True).select_related("incident"))
    for order in found:
        order.withdrawn_at = clock.now()
        order.save(update_fields=["withdrawn_at"])
        _record("system", "order.withdraw", order, None)
        end_if_over(incident=order.incident)
    return len(found)


@transaction.atomic
def keep_order(*, officer: Officer, order_id: int) -> Order:
    """It stays in force; the board asks again after REVIEW. Raises NotYourMunicipalityError, OrderMovedOnError."""
    order = _in_force(officer, order_id)
    order.review_at = clock.now() + REVIEW
    order.lift_entered_by, order.lift_entered_at, order.lift_reason = "", None, ""
    order.save()
    _record(officer, "order.keep", order, may_order(officer, order.municipality_code))
    return order


@transaction.atomic
def enter_lifting(*, officer: Officer, order_id: int, reason: str = "") -> Order:
    """Ask a second officer to lift it; the prefecture says why it does so in place of the municipality.

    Raises NotYourMunicipalityError, OrderMovedOnError, ReasonForLiftingError.
    """
    order = _in_force(officer, order_id)
    if acts_for(officer, order.municipality_code) and not reason.strip():
        raise ReasonForLiftingError
    order.lift_entered_by, order.lift_entered_at = _actor(officer), clock.now()
    order.lift_reason = reason.strip()
    order.save()
    _record(officer, "order.enter_lifting", order, may_order(officer, order.municipality_code))
    return order


@transaction.atomic
def confirm_lifting(*, officer: Officer, order_id: int) -> Order:
    """Lift an order, as somebody else asked: those who were told are told, by the same channels.

    Raises SecondPersonError, NotYourMunicipalityError, OrderMovedOnError.
    """
    order = _in_force(officer, order_id)
    if not order.lift_entered_by:
        raise OrderMovedOnError
    if order.lift_entered_by == _actor(officer):
        raise SecondPersonError
    if not may_confirm(officer, order.municipality_code, order.lift_entered_by):
        raise NotYourMunicipalityError
    order.lift_confirmed_by, order.lifted_at = _actor(officer), clock.now()
    order.revision += 1
    order.save()
    _record(officer, "order.lift", order, may_order(officer, order.municipality_code))
    events.tell("reach.order_changed", order=order)
    end_if_over(incident=order.incident)
    return order


def _locked(order_id: int) -> Order:
    order = Order.objects.select_for_update(of=("self",)).select_related("incident").filter(pk=order_id).first()
    if order is None:
        raise NotFoundError
    return order


def _in_force(officer: Officer, order_id: int) -> Order:
    order = _locked(order_id)
    _office(officer, order.municipality_code)
    if not order.issued_at or order.lifted_at:
        raise OrderMovedOnError
    if order.source:
        raise OrderOfAnotherError(source=order.source)
    return order


def _office(officer: Officer, municipality_code: str) -> Organisation:
    office = may_order(officer, municipality_code)
    if office is None:
        raise NotYourMunicipalityError
    return office


def _actor(officer: Officer) -> str:
    return f"officer:{officer.pk}"


def _record(officer: Officer | str, action: str, order: Order, office: Organisation | None) -> None:
    audit.record(
        actor=officer if isinstance(officer, str) else _actor(officer),
        action=action,
        subject=f"order:{order.pk}",
        organisation_id=office.pk if office else None,
        kind=order.kind,
        hazard=order.hazard,
        municipality=order.municipality_code,
        people=order.people,
        **({"lift_reason": order.lift_reason} if order.lift_reason else {}),
    )
