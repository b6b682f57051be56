"""Shelters that are open, and how full they are: on the map and in a list."""

from collections.abc import Collection, Mapping
from typing import Any

from todoke.exchange.passes.queries import headcounts
from todoke.faces.console.crisis_words import place_name
from todoke.faces.console.situation_map import Frame
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.queries import states
from todoke.registry.places.types import Openness

Standing = tuple[Shelter, int, Openness]
LISTED = 6
ON_MAP = 60
MOST = 0.8
"""Of its places taken, from which on a shelter is marked as nearly full."""


def _fullness(people: int, capacity: int | None, state: Openness) -> str:
    if state is Openness.FULL or (capacity and people >= capacity):
        return "full"
    return "most" if capacity and people >= MOST * capacity else "room"


def standing_shelters(codes: Collection[str]) -> list[tuple[Shelter, int, Openness]]:
    """Those that are open or full, or have anybody in them, with how many: of municipalities, or of all."""
    counts, said = headcounts(), states()
    wanted = {pk for pk, state in said.items() if state.openness is not Openness.CLOSED} | counts.keys()
    rows = Shelter.objects.filter(pk__in=wanted, withdrawn_at=None)
    if codes:
        rows = rows.filter(municipality__in=codes)
    return [
        (
            row,
            counts[row.pk].people if row.pk in counts else 0,
            said[row.pk].openness if row.pk in said else Openness.OPEN,
        )
        for row in rows
    ]


def squares(frame: Frame, found: Collection[Standing]) -> list[dict[str, Any]]:
    """The fullest of those that lie in the drawing."""
    rows = sorted(found, key=lambda one: -one[1])[:ON_MAP]
    window = frame.box.bounds
    return [
        {
            "x": (at := frame.at(row.longitude, row.latitude))[0] - 4.5,
            "y": at[1] - 4.5,
            "fill": _fullness(people, row.capacity, state),
        }
        for row, people, state in rows
        if window[0] < row.longitude < window[2] and window[1] < row.latitude < window[3]
    ]


def listed(found: Collection[Standing], places: Mapping[str, Municipality], reading: str) -> dict[str, Any]:
    """The fullest first, and the counts of all."""
    fullest = sorted(found, key=lambda one: (-(one[1] / one[0].capacity if one[0].capacity else 0), one[0].code))
    shown = [
        {
            "name": row.name_en if reading == "en" and row.name_en else row.name,
            "place": place_name(places[row.municipality_id], reading) if row.municipality_id in places else "",
            "people": people,
            "capacity": row.capacity,
            "left": max(0, row.capacity - people) if row.capacity else None,
            "fill": _fullness(people, row.capacity, state),
            "width": min(60, round(60 * people / row.capacity)) if row.capacity else 0,
        }
        for row, people, state in fullest[:LISTED]
    ]
    return {
        "shelters": shown,
        "shelters_open": len(found),
        "shelters_full": sum(1 for row, people, state in found if _fullness(people, row.capacity, state) == "full"),
        "sheltered": sum(people for _row, people, _state in found),
    }
