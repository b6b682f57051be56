"""Writes of messages."""

from django.db import transaction

from todoke.exchange.messages.jobs import deliver_email
from todoke.exchange.messages.models import Delivery, Message
from todoke.kernel import clock
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
    now = clock.now()
    message, created = Message.objects.get_or_create(
        key=key,
        defaults={
            "resident": resident,
            "sender": sender,
            "about": about,
            "language": language,
            "subject": subject,
            "body": body,
            "created_at": now,
        },
    )
    if not created:
        return message
    if resident is not None:
        Delivery.objects.create(message=message, channel="inbox", state="sent", changed_at=now)
    if email:
        delivery = Delivery.objects.create(message=message, channel="email", address=email, changed_at=now)
        deliver_email.enqueue(delivery_id=delivery.pk)
    return message


def mark_read(*, message: Message) -> None:
    """The reader opened it; the first time counts."""
    Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=clock.now())
