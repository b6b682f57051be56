"""The ways out of the house. Each is an adapter of one outside system behind ``types.Channel``."""

from functools import cache

from todoke.exchange.messages.channels.email import Email
from todoke.exchange.messages.channels.line import Line
from todoke.exchange.messages.channels.push import Push
from todoke.exchange.messages.channels.sms import Sms
from todoke.exchange.messages.channels.webhook import Webhook
from todoke.exchange.messages.types import Channel

ORDER = ("push", "line", "email", "sms", "webhook")
"""The usual one: what costs nothing and is seen at once goes first. The inbox is not a way out."""


@cache
def _all() -> dict[str, Channel]:
    made: list[Channel] = [Push(), Line(), Email(), Sms(), Webhook()]
    return {one.name: one for one in made}


def channel(name: str) -> Channel:
    """The adapter of that name."""
    return _all()[name]


def is_on(name: str) -> bool:
    """Whether there is such a channel here, with its settings."""
    return name in _all() and _all()[name].is_on()
