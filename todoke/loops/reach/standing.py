"""What is in force, and what a telegram makes of it: pure functions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from todoke.loops.reach.plans import Plan, Step
from todoke.loops.reach.telegrams.types import Area, Severity, Telegram
from todoke.loops.reach.types import Change

Place = tuple[str, str, str]
"""Kind, list of codes, code: by which a warning of an area is known again."""


@dataclass(frozen=True)
class Standing:
    """A warning in force, with the municipalities in its area."""

    place: Place
    unit: str
    severity: Severity
    municipalities: frozenset[str]
    height: str = ""
    height_m: float | None = None
    arrives_at: datetime | None = None
    arrival: str = ""


@dataclass(frozen=True)
class Difference:
    """What changed for one municipality in the eyes of a plan. ``because`` is the gravest that stands, or stood."""

    municipality: str
    change: Change
    before: Step | None
    after: Step | None
    because: Standing


def place_of(area: Area) -> Place:
    """Of an area in a telegram."""
    return str(area.kind), area.code_type, area.code


def stands(area: Area) -> bool:
    """Whether it is more than a forecast (津波予報: 若干の海面変動), which nobody has to act on."""
    return area.severity >= Severity.ADVISORY


def ended_by(held: Iterable[Standing], telegram: Telegram) -> list[Standing]:
    """Warnings of its unit that a telegram lifts, or no longer names though it names all that there are.

    Also those of units that it takes over, of all kinds that it speaks for: what an observatory says with levels
    stands in place of what it said without.
    """
    named = {place_of(area) for area in telegram.areas if stands(area)}
    lifted = {place_of(area) for area in telegram.areas if not stands(area)}
    return [
        one
        for one in held
        if (one.unit == telegram.unit and one.place not in named and (telegram.replaces or one.place in lifted))
        or _is_taken_over(one, telegram)
    ]


def only_known(held: Iterable[Standing], telegram: Telegram) -> Telegram:
    """What a telegram says of the places of which its unit said something before: it begins nothing new."""
    places = {one.place for one in held if one.unit == telegram.unit}
    return replace(telegram, areas=tuple(area for area in telegram.areas if place_of(area) in places))


def _is_taken_over(one: Standing, telegram: Telegram) -> bool:
    units = any(one.unit == unit or one.unit.startswith(f"{unit}|") for unit in telegram.takes_over)
    return units and one.place[0] in telegram.speaks_for


def differences(before: Collection[Standing], after: Collection[Standing], plan: Plan) -> list[Difference]:
    """Municipality by municipality, against the gravest of all that stands there, whoever said it.

    What stays at the same step is left out, unless its wave is now said to be higher and the step has updates.
    """
    was, now = _gravest(before, plan), _gravest(after, plan)
    found = []
    for municipality in sorted({*was, *now}):
        old, new = was.get(municipality), now.get(municipality)
        first = plan.step_at(old.severity) if old else None
        second = plan.step_at(new.severity) if new else None
        because = new or old
        change = _change(first, second, old, new)
        if change and because:
            found.append(Difference(municipality, change, first, second, because))
    return found


def _gravest(standing: Iterable[Standing], plan: Plan) -> dict[str, Standing]:
    found: dict[str, Standing] = {}
    for one in standing:
        if one.place[0] in plan.kinds:
            for municipality in one.municipalities:
                known = found.get(municipality)
                if known is None or _gravity(one) > _gravity(known):
                    found[municipality] = one
    return found


def _gravity(one: Standing) -> tuple[int, float]:
    return one.severity, _metres(one)


def _metres(one: Standing | None) -> float:
    """The height of its wave; 「１０ｍ超」 is more than 「１０ｍ」, and a height in words is not known yet."""
    return (one.height_m or 0) + ("超" in one.height) if one else 0


def _change(before: Step | None, after: Step | None, old: Standing | None, new: Standing | None) -> Change | None:
    if after is None:
        return Change.CANCELLED if before else None
    if before is None:
        return Change.ISSUED
    if after.severity != before.severity:
        return Change.RAISED if after.severity > before.severity else Change.LOWERED
    return Change.UPDATED if after.updates and _metres(new) > _metres(old) else None
