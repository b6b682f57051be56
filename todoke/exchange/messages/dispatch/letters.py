"""Letters out of messages."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from todoke.exchange.messages.dispatch.carrying import Item
from todoke.exchange.messages.dispatch.planning import Address
from todoke.exchange.messages.models import Message
from todoke.exchange.messages.tokens import token_of
from todoke.exchange.messages.types import Letter, Priority
from todoke.exchange.messages.wordings import text_of, wording


def item_of(
    message: Message, channel: str, addresses: Sequence[Address], *, priority: Priority, attempt: int, falls_back: bool
) -> Item:
    """A message in hand, with what its channel needs to know."""
    letter = Letter(
        message=message.pk,
        key=f"{message.pk}:{channel}",
        address=None,
        text=text_of(message),
        link=link_of(message),
        priority=priority,
        drill=message.wording_id is not None and wording(message.wording_id).drill,
        expires_at=message.created_at + timedelta(hours=priority.expires_hours),
    )
    return Item(letter, channel, addresses, attempt, falls_back)


def link_of(message: Message) -> str:
    """Where its reader sees it: without log-in what was said to many, else behind the log-in."""
    if message.wording_id is not None:
        return f"{settings.BASE_URL}/m/{token_of(message.pk)}/"
    return f"{settings.BASE_URL}/inbox/" if message.resident_id else f"{settings.BASE_URL}/follow/"
