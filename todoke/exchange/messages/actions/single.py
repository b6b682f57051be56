"""A message to one person."""

from django.db import transaction

from todoke.exchange.messages.dispatch.rows import LEASE
from todoke.exchange.messages.jobs import deliver
from todoke.exchange.messages.models import Cause, Delivery, Message
from todoke.exchange.messages.types import State
from todoke.kernel import clock, events
from todoke.kernel.ids import new_id
from todoke.registry.people.models import Resident


@transaction.atomic
def send_message(
    *,
    key: str,
    resident: Resident | None,
    email: str,
    sender: str,
    about: str,
    language: str,
    subject: str,
    body: str,
) -> Message:
    """Put a message into the inbox and on its way by e-mail, in the transaction of what caused it.

    ``key`` names the cause: a second call with it changes nothing. Without ``resident`` there is no inbox,
    without ``email`` no mail.
    """
    now, message_id = clock.now(), new_id()
    cause, new = Cause.objects.get_or_create(key=key, defaults={"message_id": message_id})
    if not new:
        return cause.message
    message = Message.objects.create(
        id=message_id,
        resident=resident,
        municipality_code=resident.household.municipality_code if resident else "",
        sender=sender,
        about=about,
        language=language,
        subject=subject,
        body=body,
        created_at=now,
    )
    if resident is not None:
        Delivery.objects.create(message=message, resident=resident, channel="inbox", state=State.SENT, changed_at=now)
    if email:
        Delivery.objects.create(
            message=message, channel="email", address=email, changed_at=now, next_attempt_at=now + LEASE
        )
        deliver.enqueue(deliveries=[[str(message_id), "email"]])
    events.tell("messages.sent", message=message)
    return message


@transaction.atomic
def mark_read(*, message: Message) -> None:
    """The reader opened it; the first time counts."""
    now = clock.now()
    if Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=now):
        deliveries = Delivery.objects.filter(message=message)
        deliveries.filter(channel="inbox", state__in=(State.SENT, State.DELIVERED)).update(
            state=State.READ, changed_at=now
        )
        # Nobody needs to be tried on another channel who has seen it.
        deliveries.filter(state__in=(State.SENT, State.FAILED)).update(next_attempt_at=None)
        events.tell("messages.read", message=message)
