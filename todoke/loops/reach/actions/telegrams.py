"""Whatever comes in from outside is kept first, and told of in the same transaction."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from todoke.kernel import clock, events
from todoke.kernel.configuration import ConfigurationError
from todoke.loops.reach import telegrams
from todoke.loops.reach.models import AreaWarning, Telegram
from todoke.loops.reach.telegrams.catalogue import type_in
from todoke.loops.reach.telegrams.commons.profile import Profile, profile_at
from todoke.loops.reach.telegrams.markup import MAX_BYTES
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.types import Kind

log = structlog.get_logger(__name__)

LEVELS_FOR = timedelta(days=30)
"""An observatory that sent a telegram with levels within so long tells in those what it tells without them."""
MOMENTARY = timedelta(hours=1)
"""What shook, or poured, longer ago than this is news to nobody; warnings hold until they are lifted."""
AHEAD = timedelta(minutes=5)
"""Further in the future was sent by a wrong clock: it counts as sent when it arrived, and silences nothing after it."""
TOLD_FOR = timedelta(hours=24)
"""What arrived longer ago, and is only now understood, was followed by other telegrams or is over: nobody is told."""
_MOMENTARY_KINDS = {Kind.EARTHQUAKE, Kind.EARTHQUAKE_EARLY_WARNING, Kind.LONG_PERIOD_MOTION, Kind.TORNADO}


@dataclass(frozen=True)
class Received:
    """A stored telegram, and whether these bytes came for the first time."""

    telegram: Telegram
    new: bool


@transaction.atomic
def receive(*, body: bytes, source: str, name: str = "") -> Received:
    """Keep the bytes, once however often they come, and tell ``reach.telegram_received`` of them.

    What cannot be read is kept with its error. One that was sent before the newest of its unit is kept as superseded.
    Nothing is lost when this raises: the source still has it.
    """
    digest = hashlib.sha256(body).hexdigest()
    known = Telegram.objects.filter(digest=digest).first()
    if known:
        return Received(known, new=False)
    row = Telegram(digest=digest, source=source[:20], name=name[-200:], received_at=clock.now(), body=body[:MAX_BYTES])
    try:
        said = telegrams.read(body, prefecture=settings.PREFECTURE, name=name, profile=_edition())
    except telegrams.TelegramError as error:
        row.type, row.error = type_in(name), f"{error.code}: {error.message}"[:300]
    else:
        said = _believed(said, row.received_at)
        _lock(said.unit)
        _fill(row, _in_context(said, source, row.received_at))
    stored, new = _kept(row)
    if new:
        log.info("telegram", source=source, type=stored.type, concern=stored.concern, error=stored.error)
        events.tell("reach.telegram_received", telegram=stored)
    return Received(stored, new)


@dataclass(frozen=True)
class Reread:
    """How many telegrams that could not be read can be read now, how many of them are acted upon, and the others."""

    read: int = 0
    acted_upon: int = 0
    failed: int = 0


def reread() -> Reread:
    """Read again what could not be read, as after an upgrade; what was read is not read twice.

    The newest first: what came before it is superseded, as if both had been understood when they came. What is over,
    or arrived more than TOLD_FOR ago, tells nobody.
    """
    read = acted_upon = failed = 0
    for number in Telegram.objects.exclude(error="").order_by("-received_at", "-pk").values_list("pk", flat=True):
        row = _read_again(number)
        if row is not None:
            read, failed = read + (not row.error), failed + bool(row.error)
            acted_upon += not row.error and row.concern and not row.superseded
    return Reread(read, acted_upon, failed)


@transaction.atomic
def _read_again(number: int) -> Telegram | None:
    """None for one that somebody else has read meanwhile."""
    row = Telegram.objects.select_for_update().exclude(error="").filter(pk=number).first()
    if row is None:
        return None
    now = clock.now()
    try:
        said = telegrams.read(bytes(row.body), prefecture=settings.PREFECTURE, name=row.name, profile=_edition())
    except telegrams.TelegramError as error:
        row.error = f"{error.code}: {error.message}"[:300]
        row.save(update_fields=["error"])
        return row
    said = _believed(said, row.received_at)
    _lock(said.unit)
    said = _in_context(said, row.source, now)
    if said.concern and (_is_over(said, now) or now - row.received_at > TOLD_FOR):
        said = replace(said, concern=False, reason=Reason.OVER)
    row.error = ""
    _fill(row, said)
    row.save()
    log.info("telegram read again", type=row.type, concern=row.concern)
    events.tell("reach.telegram_received", telegram=row)
    return row


def _edition() -> Profile:
    """Of Lアラート; a mistake in its file must not keep out the telegrams of others."""
    try:
        return profile_at(settings.COMMONS_PROFILE)
    except ConfigurationError as error:
        log.error("commons profile", problem=str(error))
        return Profile()


def _kept(row: Telegram) -> tuple[Telegram, bool]:
    """Another process may have stored the same bytes since."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Telegram.objects.get(digest=row.digest), False
    return row, True


def _lock(unit: str) -> None:
    """Two telegrams of a unit at once: the second looks at what the first has stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [unit])


def _believed(said: telegrams.Telegram, now: datetime) -> telegrams.Telegram:
    return said if said.sent_at is not None and said.sent_at <= now + AHEAD else replace(said, sent_at=now)


def _fill(row: Telegram, said: telegrams.Telegram) -> None:
    row.type, row.title, row.status, row.info_type = said.type[:20], said.title[:200], said.status, said.info_type[:10]
    row.event_id, row.unit, row.kind, row.level = said.event_id[:200], said.unit, said.kind, said.level
    row.issued_at, row.sent_at = said.issued_at, said.sent_at
    row.concern, row.reason = said.concern, said.reason
    row.superseded = said.sent_at is not None and (
        Telegram.objects.filter(unit=said.unit, error="", sent_at__gt=said.sent_at).exists()
    )


def _in_context(said: telegrams.Telegram, source: str, now: datetime) -> telegrams.Telegram:
    """A telegram's concern in the light of those before it.

    One of which no place can be understood lifts nothing. One of the older scheme may still lift what it said before
    those with levels came.
    """
    if said.references:
        followed = Telegram.objects.filter(event_id__in=said.references, type=said.type, error="").first()
        said = replace(said, unit=followed.unit) if followed else said
    if said.concern and source == "feed" and _is_over(said, now):
        return replace(said, concern=False, reason=Reason.OVER)
    if said.scheme == "older" and said.concern and _levels_arrive(said):
        stands = AreaWarning.objects.filter(unit=said.unit, ended_at=None).exists()
        return replace(said, concern=stands, reason=Reason.LEVELS_ARRIVE)
    before = Telegram.objects.filter(unit=said.unit, superseded=False, error="").order_by("-sent_at", "-pk").first()
    if before is None:
        return said
    if said.withdraws and said.concern and not before.concern and not said.areas:
        return replace(said, concern=False, reason=before.reason)
    if said.replaces and not said.concern and said.reason == Reason.ELSEWHERE and before.concern:
        return replace(said, concern=True, reason=Reason.NO_LONGER_NAMED)
    return said


def _is_over(said: telegrams.Telegram, now: datetime) -> bool:
    """Feeds go back for days: what was over before it came is kept, and tells nobody."""
    if said.valid_until is not None and said.valid_until < now:
        return True
    momentary = said.kind in _MOMENTARY_KINDS or not said.unit_is_full_state
    return momentary and said.sent_at is not None and said.sent_at < now - MOMENTARY


def _levels_arrive(said: telegrams.Telegram) -> bool:
    if said.sent_at is None:
        return False
    return Telegram.objects.filter(
        unit__startswith="気象警報・注意報（Ｒ０６）",
        unit__endswith=f"|{said.editorial_office}|{said.status}",
        error="",
        sent_at__gt=said.sent_at - LEVELS_FOR,
    ).exists()
