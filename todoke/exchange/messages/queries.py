"""Reads of messages."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

from todoke.exchange.messages.models import Cause, ContactPoint, Mailing, Message, Reply
from todoke.exchange.messages.tokens import message_id_of
from todoke.exchange.messages.types import Answer, Count, State
from todoke.exchange.messages.wordings import with_words
from todoke.registry.people.models import Resident


class _WithWords(ModelIterable):  # type: ignore[type-arg]
    """Messages as their readers see them, those of a wording too."""

    def __iter__(self) -> Iterator[Message]:
        yield from map(with_words, super().__iter__())


def _worded(messages: QuerySet[Message]) -> QuerySet[Message]:
    messages._iterable_class = _WithWords  # type: ignore[attr-defined]
    return messages


def inbox(resident: Resident) -> QuerySet[Message]:
    """The resident's messages, newest first, without those that were called back before they were sent."""
    found = Message.objects.filter(
        deliveries__channel="inbox",
        deliveries__resident=resident,
        deliveries__state__in=(State.SENT, State.DELIVERED, State.READ),
    )
    return _worded(found.order_by("-created_at"))


def unread_count(resident: Resident) -> int:
    """How many of them have not been opened."""
    return inbox(resident).filter(read_at__isnull=True).count()


def message_for(resident: Resident, message_id: UUID) -> Message | None:
    """One of the resident's own messages."""
    return _worded(Message.objects.filter(pk=message_id, resident=resident)).first()


def messages_about(about: str) -> QuerySet[Message]:
    """Messages of one matter, each with words of its own, oldest first, with their deliveries."""
    return Message.objects.filter(about=about).prefetch_related("deliveries").order_by("created_at")


def was_sent(key: str) -> bool:
    """Whether a message of this cause was sent."""
    return Cause.objects.filter(key=key).exists()


def message_by_token(token: str) -> Message | None:
    """The message of a signed link, with its words."""
    message_id = message_id_of(token)
    return _worded(Message.objects.filter(pk=message_id)).first() if message_id else None


def answer_to(message: Message) -> Reply | None:
    """What holds of what was answered."""
    return message.replies.order_by("-pk").first()


COUNTS = """
    WITH ways AS (
        SELECT message_id,
            bool_or(state IN ('sent', 'delivered', 'read')) AS sent,
            bool_or(state IN ('delivered', 'read')) AS delivered,
            bool_or(channel <> 'inbox' AND state <> 'failed') AS hope
        FROM messages_delivery WHERE message_id BETWEEN %(low)s AND %(high)s GROUP BY message_id
    ), said AS (
        SELECT DISTINCT ON (message_id) message_id, answer FROM messages_reply
        WHERE message_id BETWEEN %(low)s AND %(high)s ORDER BY message_id, id DESC
    )
    SELECT m.municipality_code, count(*), count(*) FILTER (WHERE w.sent),
        count(*) FILTER (WHERE w.delivered OR m.read_at IS NOT NULL), count(m.read_at),
        count(*) FILTER (WHERE w.sent AND NOT w.hope AND m.read_at IS NULL),
        count(*) FILTER (WHERE s.answer = 'safe'), count(*) FILTER (WHERE s.answer = 'moving'),
        count(*) FILTER (WHERE s.answer = 'help')
    FROM messages_message m LEFT JOIN ways w ON w.message_id = m.id LEFT JOIN said s ON s.message_id = m.id
    WHERE m.id BETWEEN %(low)s AND %(high)s GROUP BY m.municipality_code
"""


def counts_about(about: str) -> list[Count]:
    """How far the messages to many of one matter have got, by municipality; a message counts once for each state."""
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        for mailing in Mailing.objects.filter(wording__about=about, count__gt=0):
            cursor.execute(COUNTS, {"low": mailing.message_id(0), "high": mailing.message_id(mailing.count - 1)})
            for municipality, *numbers in cursor.fetchall():
                before = found.get(municipality, [0] * len(numbers))
                found[municipality] = [a + b for a, b in zip(before, numbers, strict=True)]
    return [
        Count(code, *numbers[:5], answers=dict(zip(Answer, numbers[5:], strict=True)))
        for code, numbers in sorted(found.items())
    ]


def contact_points_of(resident: Resident) -> QuerySet[ContactPoint]:
    """Where they are reached, or will be once a code is typed in."""
    return resident.contact_points.filter(ended_at=None).order_by("channel", "pk")
