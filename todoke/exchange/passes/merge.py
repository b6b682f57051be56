"""From scans to who is where: a pure function, the same for every order and any repetition of its input."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from todoke.exchange.passes.types import Kind, Place, ScanRecord

LONGEST_WAIT = timedelta(days=30)
"""A scan that says it lay longer on its device has a wrong clock; it counts from then."""

_NONE = timedelta(0)
_IN, _VOID = Kind.IN.value, Kind.VOID.value


def happened_at(scan: ScanRecord) -> datetime:
    """When it was, by our clock.

    A device's clock may be wrong by hours, but the time between scan and upload it measures well: that is taken
    from the arrival.
    """
    waited = (scan.sent_at or scan.received_at) - scan.at
    if waited <= _NONE:
        return scan.received_at
    return scan.received_at - min(waited, LONGEST_WAIT)


def merge(scans: Iterable[ScanRecord]) -> dict[str, Place]:
    """Where each person is, or was last.

    The last arrival decides the place; a departure counts when it is from there and not before it. So who goes on
    to another shelter is there and no longer here, and a late departure from the first does not take them away
    from the second. A scan that came twice is one; of two with one nonce the first received counts. A voided scan
    counts as if it had never been.
    """
    once: dict[int, ScanRecord] = {}
    for scan in scans:
        nonce = scan.nonce.int
        known = once.get(nonce)
        if known is None or (known is not scan and _rank(scan) < _rank(known)):
            once[nonce] = scan
    voided = {scan.voids.int for scan in once.values() if scan.voids is not None and scan.kind == _VOID}
    arrivals: dict[str, tuple[datetime, int, ScanRecord]] = {}
    departures: dict[tuple[str, str], datetime] = {}
    for nonce, scan in once.items():
        kind = scan.kind
        if kind == _VOID or nonce in voided:
            continue
        at = happened_at(scan)
        if kind == _IN:
            last = arrivals.get(scan.person)
            if last is None or at > last[0] or (at == last[0] and nonce > last[1]):
                arrivals[scan.person] = (at, nonce, scan)
        else:
            key = (scan.person, scan.shelter)
            left = departures.get(key)
            if left is None or at > left:
                departures[key] = at
    return {person: _place(person, at, scan, departures) for person, (at, _nonce, scan) in arrivals.items()}


def _rank(scan: ScanRecord) -> tuple[datetime, str]:
    return scan.received_at, repr(scan)


def _place(person: str, at: datetime, scan: ScanRecord, departures: dict[tuple[str, str], datetime]) -> Place:
    left = departures.get((person, scan.shelter))
    present = left is None or left < at
    since = at if left is None or left < at else left
    return Place(scan.shelter, since, present, scan.people, scan.private, scan.nonce)
