"""Reads of messages."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

from todoke.exchange.messages.models import Cause, ContactPoint, Mailing, Message, Preference, Reply, Tally
from todoke.exchange.messages.tokens import message_id_of
from todoke.exchange.messages.types import Answer, Count, State
from todoke.exchange.messages.wordings import with_words
from todoke.kernel import clock
from todoke.registry.people.models import Resident


class _WithWords(ModelIterable):  # type: ignore[type-arg]
    """Messages as their readers see them, those of a wording too."""

    def __iter__(self) -> Iterator[Message]:
        yield from map(with_words, super().__iter__())


def _worded(messages: QuerySet[Message]) -> QuerySet[Message]:
    messages._iterable_class = _WithWords
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


SENT, DELIVERED, HOPE, READ = 1, 2, 4, 8
COUNTS = """
    WITH ways AS (
        SELECT message_id, bit_or(
            CASE WHEN state = 'sent' THEN 1 WHEN state IN ('delivered', 'read') THEN 3 ELSE 0 END
            | CASE WHEN channel <> 'inbox' AND state <> 'failed' THEN 4 ELSE 0 END) AS marks
        FROM messages_delivery WHERE message_id BETWEEN %(low)s AND %(high)s GROUP BY message_id
    ), said AS (
        SELECT DISTINCT ON (message_id) message_id, answer FROM messages_reply
        WHERE message_id BETWEEN %(low)s AND %(high)s ORDER BY message_id, id DESC
    ), one AS (
        SELECT m.municipality_code AS place, coalesce(said.answer, '') AS answer,
            coalesce(ways.marks, 0) | CASE WHEN m.read_at IS NOT NULL THEN 10 ELSE 0 END AS marks
        FROM messages_message m LEFT JOIN ways ON ways.message_id = m.id LEFT JOIN said ON said.message_id = m.id
        WHERE m.id BETWEEN %(low)s AND %(high)s
    )
    SELECT place, answer, marks, count(*) FROM one GROUP BY 1, 2, 3
"""


def counts_about(about: str, *, seconds_old: float = 0) -> list[Count]:
    """How far the messages to many of one matter have got, by municipality; a message counts once for each state.

    Who asks again and again, as a board does, takes figures that are up to ``seconds_old``: one of them counts for all.
    """
    kept = Tally.objects.filter(pk=about).first() if seconds_old else None
    if kept and (clock.now() - kept.counted_at).total_seconds() <= seconds_old:
        return _as_counts(kept.figures)
    figures = _figures(about)
    if seconds_old:
        Tally.objects.update_or_create(about=about, defaults={"figures": figures, "counted_at": clock.now()})
    return _as_counts(figures)


def _figures(about: str) -> list[list[Any]]:
    """Municipality, answer, marks, how many."""
    found: Counter[tuple[str, str, int]] = Counter()
    with connection.cursor() as cursor:
        for mailing in Mailing.objects.filter(wording__about=about, count__gt=0):
            cursor.execute(COUNTS, {"low": mailing.message_id(0), "high": mailing.message_id(mailing.count - 1)})
            for place, answer, marks, number in cursor.fetchall():
                found[place, answer, marks] += number
    return [[*key, number] for key, number in sorted(found.items())]


def _as_counts(figures: list[list[Any]]) -> list[Count]:
    made = []
    for place, group in groupby(figures, key=itemgetter(0)):
        rows = [(answer, marks, number) for _place, answer, marks, number in group]

        def marked(wanted: int, rows: list[tuple[str, int, int]] = rows) -> int:
            return sum(number for _answer, marks, number in rows if marks & wanted)

        made.append(
            Count(
                municipality=place,
                messages=sum(number for _answer, _marks, number in rows),
                sent=marked(SENT),
                delivered=marked(DELIVERED),
                read=marked(READ),
                failed=sum(number for _answer, marks, number in rows if marks & SENT and not marks & (HOPE | READ)),
                answers={one: sum(number for answer, _marks, number in rows if answer == one) for one in Answer},
            )
        )
    return made


def contact_points_of(resident: Resident) -> QuerySet[ContactPoint]:
    """Where they are reached, or will be once a code is typed in."""
    return resident.contact_points.filter(ended_at=None).order_by("channel", "pk")


def preference_of(resident: Resident) -> Preference:
    """What they wished for; where they said nothing, nothing."""
    return Preference.objects.filter(resident=resident).first() or Preference(resident=resident, channels=[])
