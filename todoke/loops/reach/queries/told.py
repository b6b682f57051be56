"""Who was told by alerts."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from todoke.exchange.messages.models import Mailing
from todoke.loops.reach.models import Alert
from todoke.loops.reach.types import Variant


def residents_told(alerts: Iterable[Alert]) -> NDArray[Any]:
    """The ids, of 16 bytes each, of those whom these alerts told something for themselves, not as helpers."""
    abouts = [f"alert:{alert.pk}" for alert in alerts]
    mailings = Mailing.objects.filter(wording__about__in=abouts).exclude(wording__variant=Variant.HELPER)
    found: set[bytes] = set()
    with connection.cursor() as cursor:
        for mailing in mailings:
            # Their ids lie side by side: the primary key finds them.
            cursor.execute(
                "SELECT uuid_send(resident_id) FROM messages_message WHERE id BETWEEN %s AND %s",
                [mailing.message_id(0), mailing.message_id(mailing.count - 1)],
            )
            found.update(bytes(row[0]) for row in cursor.fetchall())
    return np.array(sorted(found), "S16")
