"""The colours of levels: 5 black, 4 purple, 3 red, 2 yellow, 0 when nothing is in force."""

from todoke.loops.reach.queries.in_force import LEVELS
from todoke.loops.reach.telegrams.types import Severity
from todoke.loops.reach.types import OrderKind

CALM = 0
_OF_SEVERITY = {
    Severity.NONE: CALM,
    Severity.FORECAST: CALM,
    Severity.ADVISORY: 2,
    Severity.WARNING: 3,
    Severity.SEVERE: 4,
    Severity.EMERGENCY: 5,
}


def tone_of_warning(severity: int, kind: str = "", level: int | None = None) -> int:
    """Of information: its level's; without one by how grave it is. The agency's colour of 大津波警報 is purple."""
    if level:
        return level
    if kind == "tsunami" and severity == Severity.EMERGENCY:
        return 4
    return _OF_SEVERITY[Severity(severity)]


def tone_of_order(kind: str) -> int:
    """Of an order, also where its hazard has no level."""
    return LEVELS[OrderKind(kind)]


def tone_of(severity: Severity, *, plan: str, step: str, over: bool) -> int:
    """Of a message: what its plan says at a step."""
    if over:
        return CALM
    if step in set(OrderKind):
        return tone_of_order(step)
    return tone_of_warning(severity, plan)
