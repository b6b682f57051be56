"""Writes of messages."""

from todoke.exchange.messages.actions.contacts import (
    begin_line,
    begin_telephone,
    confirm_telephone,
    end_contact_point,
    link_line,
    register,
    register_push,
    register_webhook,
    set_preferences,
    unlink_line,
)
from todoke.exchange.messages.actions.many import stop_wording, write_many
from todoke.exchange.messages.actions.receipts import note_receipts
from todoke.exchange.messages.actions.replies import reply
from todoke.exchange.messages.actions.single import mark_read, send_message
from todoke.exchange.messages.tokens import token_of

__all__ = [
    "begin_line",
    "begin_telephone",
    "confirm_telephone",
    "end_contact_point",
    "link_line",
    "mark_read",
    "note_receipts",
    "register",
    "register_push",
    "register_webhook",
    "reply",
    "send_message",
    "set_preferences",
    "stop_wording",
    "token_of",
    "unlink_line",
    "write_many",
]
