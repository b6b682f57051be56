"""Who is meant: by where they are, by a rule, with their households and helpers."""

from todoke.loops.reach.audience.counting import Counts, count
from todoke.loops.reach.audience.selecting import select
from todoke.loops.reach.audience.types import Audience, AudienceError, Because, Selection
from todoke.loops.reach.audience.uniting import told_before, united

__all__ = ["Audience", "AudienceError", "Because", "Counts", "Selection", "count", "select", "told_before", "united"]
