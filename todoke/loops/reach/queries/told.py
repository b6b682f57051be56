"""Who was told by alerts."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from todoke.exchange.messages.models import Mailing
from todoke.loops.reach.models import Alert
from todoke.loops.reach.types import Variant


def residents_told(alerts: Iterable[Alert], *, helping: bool = False) -> NDArray[Any]:
    """The ids, of 16 bytes each, of those whom these alerts told something for themselves; or as helpers."""
    abouts = [f"alert:{alert.pk}" for alert in alerts]
    mailings = Mailing.objects.filter(wording__about__in=abouts, count__gt=0)
    of_helpers = Q(wording__variant=Variant.HELPER)
    found = b""
    with connection.cursor() as cursor:
        for mailing in mailings.filter(of_helpers if helping else ~of_helpers):
            # Their ids lie side by side: the primary key finds them.
            cursor.execute(
                "SELECT string_agg(uuid_send(resident_id), '') FROM messages_message WHERE id BETWEEN %s AND %s",
                [mailing.message_id(0), mailing.message_id(mailing.count - 1)],
            )
            found += bytes(cursor.fetchone()[0] or b"")
    return np.unique(np.frombuffer(found, "S16"))
