"""Who was told in an incident."""

from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from todoke.exchange.messages.models import Mailing
from todoke.loops.reach.models import Alert, Incident
from todoke.loops.reach.types import Variant


def residents_told(incident: Incident, plan_id: str) -> NDArray[Any]:
    """The ids, of 16 bytes each, of those to whom a plan told something of the incident for themselves, not as helpers."""
    abouts = [
        f"alert:{alert}" for alert in Alert.objects.filter(incident=incident, plan=plan_id).values_list("pk", flat=True)
    ]
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
