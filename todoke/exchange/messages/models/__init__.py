"""What was said to whom, how it got there, and what they said."""

from todoke.exchange.messages.models.contact import ContactPoint, Preference
from todoke.exchange.messages.models.delivery import Allowance, Delivery
from todoke.exchange.messages.models.message import Cause, Message
from todoke.exchange.messages.models.reply import Reply
from todoke.exchange.messages.models.wording import Mailing, Tally, Wording

__all__ = [
    "Allowance",
    "Cause",
    "ContactPoint",
    "Delivery",
    "Mailing",
    "Message",
    "Preference",
    "Reply",
    "Tally",
    "Wording",
]
