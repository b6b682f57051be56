"""Tables of the loop from use and reports to what is published, a file per noun."""

from todoke.loops.improve.models.figure import Figure, Release
from todoke.loops.improve.models.policy import PolicyVersion
from todoke.loops.improve.models.use import Outdated, Use, UseCell

__all__ = ["Figure", "Outdated", "PolicyVersion", "Release", "Use", "UseCell"]
