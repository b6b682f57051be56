"""Which channels a message may take, and with which addresses."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from todoke.exchange.messages.channels import ORDER, is_on
from todoke.exchange.messages.models import ContactPoint, Preference
from todoke.exchange.messages.types import Priority
from todoke.kernel import clock
from todoke.registry.people.models import Resident


class Address(NamedTuple):
    """Where to; ``contact`` is the contact point's number, None for an address that stands elsewhere."""

    contact: int | None
    value: Any


@dataclass
class Reach:
    """How one resident can be reached."""

    addresses: dict[str, list[Address]] = field(default_factory=dict)
    order: Sequence[str] = ()
    quiet: tuple[time, time] | None = None

    @cached_property
    def channels(self) -> list[str]:
        """Those that are on here and have an address, in the resident's order; asked for once all is known."""
        wanted = [*self.order, *(name for name in ORDER if name not in self.order)]
        return [name for name in wanted if name in self.addresses and is_on(name)]

    def quiet_until(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that it is in, if it is."""
        if self.quiet is None:
            return None
        local = now.astimezone(clock.JAPAN)
        since, until = self.quiet
        clock_time = local.time().replace(tzinfo=None)
        inside = since <= clock_time < until if since <= until else clock_time >= since or clock_time < until
        if not inside:
            return None
        end = local.replace(hour=until.hour, minute=until.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)


NOBODY = Reach()


def reach_of(residents: Collection[UUID] | QuerySet[Any, Any]) -> Mapping[UUID, Reach]:
    """How each of them, by id or by a query of ids, can be reached; of who has nothing but the inbox there is none."""
    found: dict[UUID, Reach] = defaultdict(Reach)
    points = ContactPoint.objects.filter(resident__in=residents, ended_at=None, verified_at__isnull=False)
    for number, resident, channel, address in points.order_by("pk").values_list(
        "pk", "resident_id", "channel", "address"
    ):
        found[resident].addresses.setdefault(channel, []).append(Address(number, address))
    mails = Resident.objects.filter(pk__in=residents, wants_email=True).exclude(email="")
    for resident, email in mails.values_list("pk", "email"):
        found[resident].addresses["email"] = [Address(None, email)]
    for wish in Preference.objects.filter(resident__in=residents):
        found[wish.resident_id].order = wish.channels
        if wish.quiet_from is not None and wish.quiet_to is not None:
            found[wish.resident_id].quiet = (wish.quiet_from, wish.quiet_to)
    return found


def first_channels(reach: Reach, *, spread: bool) -> list[str]:
    """With which it begins: all of them where it is spread, else the first."""
    channels = reach.channels
    return channels if spread else channels[:1]


def waits_until(reach: Reach, priority: Priority, now: datetime) -> datetime | None:
    """When the quiet hours end that it has to wait for; an emergency does not wait."""
    return None if priority is Priority.EMERGENCY else reach.quiet_until(now)
