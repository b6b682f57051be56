"""A shelter for everyone: fit for the hazard, outside of its zones, open or to be opened, with room, and near."""

from todoke.loops.reach.assignment.finding import assigned
from todoke.loops.reach.assignment.making import prepare
from todoke.loops.reach.assignment.types import Assigned, Why

__all__ = ["Assigned", "Why", "assigned", "prepare"]
