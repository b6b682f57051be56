"""Telegrams: bytes of the JMA or of CAP become one frozen dataclass. Nothing here asks the database."""

from todoke.loops.reach.telegrams.errors import TelegramError
from todoke.loops.reach.telegrams.reading import read
from todoke.loops.reach.telegrams.types import Area, Telegram

__all__ = ["Area", "Telegram", "TelegramError", "read"]
