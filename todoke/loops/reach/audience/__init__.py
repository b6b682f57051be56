"""Who is meant: by where they are, by a rule, with their households and helpers."""

from todoke.loops.reach.audience.counting import Counts, count
from todoke.loops.reach.audience.selecting import select, with_helpers
from todoke.loops.reach.audience.types import Audience, AudienceError, Because, Selection
from todoke.loops.reach.audience.uniting import told_before, told_themselves, united, without

__all__ = [
    "Audience",
    "AudienceError",
    "Because",
    "Counts",
    "Selection",
    "count",
    "select",
    "told_before",
    "told_themselves",
    "united",
    "with_helpers",
    "without",
]
