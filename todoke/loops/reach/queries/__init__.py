"""Reads of the loop: what is in force, and what became of what somebody was told."""

from todoke.loops.reach.queries.in_force import (
    Alarm,
    Bulletin,
    alarm,
    bulletins,
    level_of,
    orders_in_force,
    orders_since,
    source_state,
    warnings_in_force,
    warnings_since,
)
from todoke.loops.reach.queries.present import Present, present_of

__all__ = [
    "Alarm",
    "Bulletin",
    "Present",
    "alarm",
    "bulletins",
    "level_of",
    "orders_in_force",
    "orders_since",
    "present_of",
    "source_state",
    "warnings_in_force",
    "warnings_since",
]
