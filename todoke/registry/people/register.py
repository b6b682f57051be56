"""What the register of residents says of moves and ends; an alert a moment later goes by it."""

from datetime import date

from django.db import transaction

from todoke.kernel import audit, clock, events
from todoke.registry.people.models import Helper, Household, Resident

WHY = ("died", "elsewhere", "abroad")


@transaction.atomic
def move(
    *,
    residents: list[Resident],
    municipality_code: str,
    address: str,
    postal_code: str = "",
    longitude: float | None = None,
    latitude: float | None = None,
    by: str = audit.SYSTEM,
) -> Household:
    """Residents move into a household of their own, together; without coordinates only their municipality is known."""
    made = Household.objects.create(
        municipality_code=municipality_code,
        postal_code=postal_code,
        address=address,
        longitude=longitude,
        latitude=latitude,
    )
    for resident in residents:
        resident.household, resident.left_on, resident.left_because = made, None, ""
        resident.save(update_fields=["household", "left_on", "left_because"])
        audit.record(actor=by, action="register.move", subject=f"resident:{resident.pk}", to=municipality_code)
    events.tell("residents-moved", residents=residents)
    return made


@transaction.atomic
def leave(*, resident: Resident, because: str, on: date, by: str = audit.SYSTEM) -> None:
    """Somebody died, or moved out of the prefecture: they live at no address here, and nobody's household has them.

    Who died helps nobody and is nowhere. Raises ValueError for a reason that is none.
    """
    if because not in WHY:
        raise ValueError(because)
    resident.household = Household.objects.create(municipality_code="", address="")
    resident.relation, resident.registered = "head", False
    resident.left_on, resident.left_because = on, because
    resident.save(update_fields=["household", "relation", "registered", "left_on", "left_because"])
    if because == "died":
        now = clock.now()
        resident.whereabouts.filter(ended_at=None).update(ended_at=now)
        for side in ("person", "helper"):
            Helper.objects.filter(**{side: resident}, ended_at=None).update(ended_at=now, code_hash="")
    audit.record(actor=by, action="register.leave", subject=f"resident:{resident.pk}", because=because)
    events.tell("residents-moved", residents=[resident])
