"""Devices at the doors of shelters: enrolled by an officer, taken up with a link, ended."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from todoke.exchange.passes.models import Reader
from todoke.kernel import audit, clock, ids
from todoke.kernel.errors import InvalidInputError, NotFoundError
from todoke.registry.places.models import Shelter

LINK_GOOD_FOR = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=1)


class ReaderLinkError(NotFoundError):
    """このリンクは使えません。期限が切れたか、もう使われています。職員に、新しいリンクを出してもらってください。"""

    code = "reader-link"


class ReaderLabelError(InvalidInputError):
    """端末を置く場所を入れてください。例：入口1"""

    code = "reader-label"


def token_hash(token: str) -> str:
    """As the table keeps it."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def enrol_reader(*, shelter: Shelter, label: str, by: str) -> tuple[Reader, str]:
    """A reader to be, and the secret of the link that makes a device it, once. Raises ReaderLabelError."""
    label = label.strip()[:40]
    if not label:
        raise ReaderLabelError
    secret, now = ids.new_secret(), clock.now()
    reader = Reader.objects.create(
        shelter=shelter,
        label=label,
        code_hash=ids.secret_hash(secret),
        code_ends_at=now + LINK_GOOD_FOR,
        enrolled_by=by,
        created_at=now,
    )
    audit.record(actor=by, action="reader.enrol", subject=f"reader:{reader.pk}", shelter=shelter.code)
    return reader, secret


def reader_of_link(secret: str) -> Reader:
    """The reader that a link can still make. Raises ReaderLinkError."""
    waiting = Reader.objects.select_related("shelter").filter(
        code_hash=ids.secret_hash(secret), taken_up_at=None, ended_at=None, code_ends_at__gt=clock.now()
    )
    reader = waiting.first()
    if reader is None:
        raise ReaderLinkError
    return reader


@transaction.atomic
def take_up_reader(*, secret: str, operator: str) -> tuple[Reader, str]:
    """The device becomes the reader; the token that it keeps. Raises ReaderLinkError."""
    reader = reader_of_link(secret)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    taken = Reader.objects.filter(pk=reader.pk, taken_up_at=None).update(
        taken_up_at=now, seen_at=now, token_hash=token_hash(token), operator=operator.strip()[:60]
    )
    if not taken:
        raise ReaderLinkError
    audit.record(actor=f"reader:{reader.pk}", action="reader.take-up", subject=f"reader:{reader.pk}")
    reader.refresh_from_db()
    return reader, token


def change_operator(*, reader: Reader, operator: str) -> None:
    """Somebody else stands there now."""
    reader.operator = operator.strip()[:60]
    reader.save(update_fields=["operator"])


@transaction.atomic
def end_reader(*, reader: Reader, by: str) -> None:
    """At once; what it has not sent yet stays on it and is refused."""
    if Reader.objects.filter(pk=reader.pk, ended_at=None).update(ended_at=clock.now(), ended_by=by):
        audit.record(actor=by, action="reader.end", subject=f"reader:{reader.pk}")


def note_seen(*, reader: Reader, waiting: int | None = None) -> None:
    """It was there just now, and had so many scans still to send."""
    now = clock.now()
    fresh = reader.seen_at is not None and now - reader.seen_at < SEEN_EVERY
    if fresh and (waiting is None or waiting == reader.waiting):
        return
    reader.seen_at = now
    reader.waiting = reader.waiting if waiting is None else min(max(waiting, 0), 1_000_000)
    reader.save(update_fields=["seen_at", "waiting"])
