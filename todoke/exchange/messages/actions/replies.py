"""What residents answer."""

from django.db import transaction

from todoke.exchange.messages.actions.single import mark_read
from todoke.exchange.messages.models import Message, Reply
from todoke.exchange.messages.types import Answer
from todoke.kernel import clock, events

LONGEST = 500


@transaction.atomic
def reply(*, message: Message, answer: Answer | str, needs: str = "", via: str = "link") -> Reply:
    """Add an answer to a message; the newest one holds. Who answers has read it. Tells ``messages.replied``."""
    made = Reply.objects.create(
        message=message, answer=Answer(answer), needs=needs.strip()[:LONGEST], at=clock.now(), via=via
    )
    mark_read(message=message)
    events.tell("messages.replied", reply=made)
    return made
