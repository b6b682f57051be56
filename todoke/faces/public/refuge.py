"""Shelters that are open, and those near a place."""

from collections.abc import Sequence
from dataclasses import dataclass

from todoke.exchange.passes.queries import headcounts
from todoke.faces.public.naming import place_name
from todoke.faces.public.reading import Reading
from todoke.faces.public.sketch import Point, metres_between
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.queries import shelters, states
from todoke.registry.places.types import Openness, StateNow

NEAREST = 5


@dataclass(frozen=True)
class Refuge:
    """A shelter as the page shows it."""

    shelter: Shelter
    name: str
    tag: str
    place: str
    openness: Openness
    people: int
    away: str
    counts: str
    """How many are there and how many it holds, in words."""

    @property
    def share(self) -> int:
        """How full it is, in hundredths; 0 where its capacity or its count is not known."""
        capacity = self.shelter.capacity
        return min(100, round(100 * self.people / capacity)) if capacity else 0

    @property
    def full(self) -> bool:
        """Whether nobody can be taken in any more, as its keeper said or its count says."""
        capacity = self.shelter.capacity
        return self.openness is Openness.FULL or bool(capacity and self.people >= capacity)


def open_shelters(places: dict[str, Municipality], reading: Reading) -> list[Refuge]:
    """Those that were said to be open or full, by municipality and name."""
    now = {key: state for key, state in states().items() if state.openness in {Openness.OPEN, Openness.FULL}}
    found = [shelter for shelter in (shelters() if now else []) if shelter.pk in now]
    counts = headcounts([shelter.pk for shelter in found])
    people = {key: count.people for key, count in counts.items()}
    rows = [_refuge(shelter, now, people, places, reading, "") for shelter in found]
    return sorted(rows, key=lambda row: (row.shelter.municipality_id, row.name))


def near(
    places: dict[str, Municipality], reading: Reading, *, code: str, at: Point | None, hazards: Sequence[str]
) -> list[Refuge]:
    """The nearest to a point, else those of a municipality; open ones first, never closed ones.

    They are fit for all ``hazards``, the gravest of which comes first; where none is, for that one.
    """
    all_there = shelters() if at else shelters(municipality_code=code)
    fit = [one for one in all_there if set(hazards) <= {*one.hazards}]
    fit = fit or [one for one in all_there if hazards[0] in one.hazards]
    if at:
        fit = sorted(fit, key=lambda shelter: metres_between(at, (shelter.longitude, shelter.latitude)))[: NEAREST * 8]
    now = states([shelter.pk for shelter in fit])
    there = [one for one in fit if now.get(one.pk, StateNow(Openness.READY)).openness is not Openness.CLOSED]
    opened = [one for one in there if one.pk in now]
    chosen = (opened or there)[:NEAREST]
    people = {key: count.people for key, count in headcounts([one.pk for one in chosen]).items()}
    return [_refuge(one, now, people, places, reading, _away(at, one, reading) if at else "") for one in chosen]


def _refuge(
    shelter: Shelter,
    now: dict[int, StateNow],
    people: dict[int, int],
    places: dict[str, Municipality],
    reading: Reading,
    away: str,
) -> Refuge:
    place = places.get(shelter.municipality_id)
    count = people.get(shelter.pk, 0)
    said = [reading.say("present", count=f"{count:,}")] if count else []
    said += [reading.say("capacity", count=f"{shelter.capacity:,}")] if shelter.capacity else []
    name = shelter.name_en if shelter.name_en and not reading.han else shelter.name
    return Refuge(
        shelter=shelter,
        name=name,
        tag="ja" if name == shelter.name else "en",
        place=place_name(place, reading) if place else "",
        openness=now.get(shelter.pk, StateNow(Openness.READY)).openness,
        people=count,
        away=away,
        counts=("・" if reading.han else ", ").join(said),
    )


def _away(at: Point, shelter: Shelter, reading: Reading) -> str:
    metres = metres_between(at, (shelter.longitude, shelter.latitude))
    if metres < 1000:
        return reading.say("away", metres=f"{round(metres, -1):.0f}")
    return reading.say("away_km", km=f"{metres / 1000:.1f}")
