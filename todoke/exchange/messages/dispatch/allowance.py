"""How many a provider takes a second, shared by all workers through one row each in the database.

A row, and not a share for each worker: workers come and go, and a share of who is gone is lost.
"""

from django.conf import settings
from django.db import connection

from todoke.exchange.messages.types import Priority
from todoke.kernel import clock

RESERVE = 0.5
"""Of what can be saved up, so much is left for what is more pressing than a newsletter."""


def per_second(channel: str) -> float:
    """What the provider agreed to; 0: no limit."""
    return float(settings.LIMITS.get(channel, 0))


def take(channel: str, wanted: int, priority: Priority) -> int:
    """How many of ``wanted`` may go now."""
    rate = per_second(channel)
    if not rate or not wanted:
        return wanted
    most = max(rate, 1 / (1 - RESERVE))
    kept = most * RESERVE if priority is Priority.NEWSLETTER else 0.0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messages_allowance (channel, tokens, filled_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [channel, most, clock.now()],
        )
        cursor.execute(
            "WITH held AS (SELECT tokens AS before, filled_at FROM messages_allowance WHERE channel = %(channel)s"
            " FOR UPDATE), now AS (SELECT clock_timestamp() AS at), filled AS (SELECT least(%(most)s, before +"
            " %(rate)s * greatest(0, extract(epoch FROM now.at - filled_at)::float)) AS tokens, now.at FROM held, now),"
            " granted AS (SELECT tokens, at, greatest(0, least(%(wanted)s, floor(tokens - %(kept)s)))::int AS number"
            " FROM filled) UPDATE messages_allowance a SET tokens = granted.tokens - granted.number,"
            " filled_at = granted.at FROM granted WHERE a.channel = %(channel)s RETURNING granted.number",
            {"channel": channel, "most": most, "rate": rate, "wanted": wanted, "kept": kept},
        )
        return int(cursor.fetchone()[0])
