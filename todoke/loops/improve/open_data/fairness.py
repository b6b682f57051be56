"""Enough for everybody: each sender of requests has a bucket of tokens that fills at a steady rate.

The bucket is a row, so that all processes share it. It is known by a keyed hash of the address and the day: the
address is kept nowhere, and tomorrow's hash is another one.
"""

import math
from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db import connection

from todoke.kernel import clock
from todoke.kernel.signing import mac
from todoke.loops.improve.models import Visitor
from todoke.loops.improve.open_data.errors import TooManyRequestsError

STREAM = 10.0
"""What a file costs that is made for one reader; a page costs 1, a file that is ready 2."""

_TAKE = """
INSERT INTO improve_visitor AS v (mark, tokens, filled_at) VALUES (%(mark)s, %(most)s - %(cost)s, %(now)s)
ON CONFLICT (mark) DO UPDATE SET
    tokens = least(%(most)s, v.tokens + %(rate)s * greatest(0, extract(epoch FROM %(now)s - v.filled_at)::float))
             - %(cost)s,
    filled_at = %(now)s
 WHERE least(%(most)s, v.tokens + %(rate)s * greatest(0, extract(epoch FROM %(now)s - v.filled_at)::float)) >= %(cost)s
RETURNING tokens
"""


def take(address: str, cost: float = 1.0) -> None:
    """Take so many tokens from the bucket of an address. Raises TooManyRequestsError with the seconds to wait."""
    most, rate = max(settings.OPEN_DATA_BURST, STREAM), settings.OPEN_DATA_RATE
    mark = mac("open data", f"{clock.today()} {_sender(address)}".encode(), 16)
    values: dict[str, Any] = {"mark": mark, "most": most, "rate": rate, "cost": cost, "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        if cursor.fetchone() is None:
            row = Visitor.objects.get(mark=mark)
            missing = cost - row.tokens - rate * (values["now"] - row.filled_at).total_seconds()
            raise TooManyRequestsError(seconds=max(1, math.ceil(missing / rate)))


def _sender(address: str) -> str:
    """One house has a whole network of IPv6 addresses (RFC 6177): they are one sender."""
    with suppress(ValueError):
        if isinstance(known := ip_address(address), IPv6Address):
            return str(ip_network((int(known), 64), strict=False))
    return address


def forget_visitors() -> None:
    """Buckets that are full again say nothing any more."""
    full = settings.OPEN_DATA_BURST / settings.OPEN_DATA_RATE + 60
    Visitor.objects.filter(filled_at__lt=clock.now() - timedelta(seconds=full)).delete()
