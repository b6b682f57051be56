"""The only door to facts. Nothing is read before the row that its subject will see has been written.

PostgreSQL holds the door shut: the policy ``facts_to_announced_readers`` on the table of facts shows a row only to a
transaction that has written an AccessEntry for its resident, or a BatchRead, or that reads for the resident
themselves. The program's role is not a superuser and owns no exemption (FORCE ROW LEVEL SECURITY), so a query that
forgets to announce itself gets no rows, in whatever part of the program it is written.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Func

from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.registry.people.keys import KEYS
from todoke.registry.people.models import AccessEntry, BatchRead, Fact, Resident
from todoke.registry.people.types import Reader

SAME_LOOK = timedelta(minutes=10)
"""A reload within it is the same look."""


class ReasonNeededError(TodokeError):
    """この情報は、理由を書いてから見てください。理由は本人にも見えます。"""

    code = "reason-needed"
    status = 403


class _CurrentTransaction(Func):
    template = "pg_current_xact_id()::text::bigint"


def announce(*, resident: Resident, reader: Reader, keys: Collection[str], window: timedelta = SAME_LOOK) -> None:
    """Leave the row that the resident sees; the same look within ``window`` is the same row.

    Raises ReasonNeededError when an officer reads a sensitive key without a reason.
    """
    sensitive = any(KEYS[key].sensitive for key in keys)
    if sensitive and reader.actor.startswith("officer:") and not reader.reason:
        raise ReasonNeededError
    now, wanted = clock.now(), sorted(keys)
    same = AccessEntry.objects.filter(
        resident=resident,
        actor=reader.actor,
        what=reader.what,
        purpose=reader.purpose,
        reason=reader.reason,
        keys=wanted,
        at__gt=now - window,
    ).order_by("-id")[:1]
    if AccessEntry.objects.filter(pk__in=same.values("pk")).update(transaction=_CurrentTransaction()):
        return
    AccessEntry.objects.create(
        resident=resident,
        at=now,
        actor=reader.actor,
        actor_name=reader.name,
        what=reader.what,
        keys=wanted,
        purpose=reader.purpose,
        reason=reader.reason,
        transaction=_CurrentTransaction(),
    )


def announce_many(*, residents: Collection[Resident], reader: Reader, keys: Collection[str]) -> None:
    """As ``announce``, of several residents who are seen together: a row for each, in two queries.

    Their facts can be read after it inside a transaction only; outside of one there is nothing to mark.
    """
    sensitive = any(KEYS[key].sensitive for key in keys)
    if sensitive and reader.actor.startswith("officer:") and not reader.reason:
        raise ReasonNeededError
    now, wanted = clock.now(), sorted(keys)
    same = AccessEntry.objects.filter(
        resident__in=residents,
        actor=reader.actor,
        what=reader.what,
        purpose=reader.purpose,
        reason=reader.reason,
        keys=wanted,
        at__gt=now - SAME_LOOK,
    )
    seen = set(same.values_list("resident_id", flat=True))
    if seen and connection.in_atomic_block:
        same.update(transaction=_CurrentTransaction())
    unseen = [resident for resident in residents if resident.pk not in seen]
    if not unseen:
        return
    AccessEntry.objects.bulk_create(
        AccessEntry(
            resident=resident,
            at=now,
            actor=reader.actor,
            actor_name=reader.name,
            what=reader.what,
            keys=wanted,
            purpose=reader.purpose,
            reason=reader.reason,
            transaction=_CurrentTransaction(),
        )
        for resident in unseen
    )


def holds_on(row: Fact, day: date) -> bool:
    """Whether a row's time takes in a day."""
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or row.valid_to >= day)


@contextmanager
def batch(*, reader: Reader, keys: Collection[str]) -> Iterator[None]:
    """A transaction that may read ``keys`` of everybody; each resident can see that it was done, by whom and why."""
    with transaction.atomic():
        BatchRead.objects.create(
            at=clock.now(),
            actor=reader.actor,
            actor_name=reader.name,
            keys=sorted(keys),
            purpose=reader.purpose,
            transaction=_CurrentTransaction(),
        )
        yield


@contextmanager
def own(resident: Resident) -> Iterator[None]:
    """A transaction in which residents read what is held on themselves; that leaves no row."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('todoke.own', true)")
        before = cursor.fetchone()[0] or ""
        cursor.execute("SELECT set_config('todoke.own', %s, true)", [str(resident.pk)])
        yield
        cursor.execute("SELECT set_config('todoke.own', %s, true)", [before])
