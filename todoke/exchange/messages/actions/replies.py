"""What residents answer."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q

from todoke.exchange.messages.actions.single import mark_read
from todoke.exchange.messages.models import Message, Reply
from todoke.exchange.messages.types import Answer
from todoke.kernel import clock, events
from todoke.kernel.errors import TodokeError

LONGEST = 500
MOST = {timedelta(hours=1): 20, timedelta(days=1): 60}
"""Of each answer to a message by its link: far more than people give, and no other answer uses up a call for help."""


class TooManyRepliesError(TodokeError):
    """返事が多すぎるので、この返事はしばらく受け付けられません。"""

    code = "too-many-replies"
    status = 429


@transaction.atomic
def reply(*, message: Message, answer: Answer | str, needs: str = "", via: str = "link") -> Reply:
    """Add an answer to a message; the newest one holds. Who answers has read it. Tells ``messages.replied``.

    Raises TooManyRepliesError for what a program does with a link, not a person.
    """
    answer, now = Answer(answer), clock.now()
    if via == "link":
        _check_number(message, answer)
    made = Reply.objects.create(message=message, answer=answer, needs=needs.strip()[:LONGEST], at=now, via=via)
    mark_read(message=message)
    events.tell("messages.replied", reply=made)
    return made


def _check_number(message: Message, answer: Answer) -> None:
    same, now = Reply.objects.filter(message=message, answer=answer, via="link"), clock.now()
    given = {f"within_{number}": Count("pk", filter=Q(at__gt=now - span)) for number, span in enumerate(MOST)}
    if any(count >= most for count, most in zip(same.aggregate(**given).values(), MOST.values(), strict=True)):
        raise TooManyRepliesError
