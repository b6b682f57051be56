"""Where a resident flees to, before anything has happened."""

from dataclasses import dataclass

import numpy as np

from todoke.loops.reach.assignment import assigned
from todoke.loops.reach.audience.types import Because, Selection
from todoke.registry.people.models import Resident
from todoke.registry.people.population import NoSnapshotError, as_of, load
from todoke.registry.people.queries import own_facts
from todoke.registry.places.models import Shelter
from todoke.registry.places.queries import shelters
from todoke.registry.places.types import Hazard

SHOWN = (Hazard.TSUNAMI, Hazard.FLOOD, Hazard.LANDSLIDE, Hazard.EARTHQUAKE)


@dataclass(frozen=True)
class OwnShelter:
    """A shelter with the hazards from which the resident flees there; the distance is straight."""

    shelter: Shelter
    hazards: tuple[Hazard, ...]
    metres: int
    bearing: int
    """Degrees from north."""


def own_shelters(resident: Resident) -> list[OwnShelter]:
    """As worked out beforehand for everybody; none where that has not been done yet."""
    try:
        everybody = as_of(load())
    except NoSnapshotError:
        return []
    rows = everybody.rows([resident.pk])
    if rows[0] < 0:
        return []
    selection = Selection(everybody, rows, np.array([Because.HOME], np.uint8), np.array([-1]))
    facts = own_facts(resident)
    wheelchair = np.array(["needs.wheelchair" in facts and facts["needs.wheelchair"].value is True])
    found: dict[str, tuple[list[Hazard], int, int]] = {}
    for hazard in SHOWN:
        one = assigned(hazard, selection, wheelchair)
        if one.index[0] >= 0:
            code = one.codes[int(one.index[0])]
            found.setdefault(code, ([], int(one.metres[0]), int(one.bearing[0])))[0].append(hazard)
    return [
        OwnShelter(shelter, tuple(hazards), metres, bearing)
        for shelter in shelters(codes=found)
        for hazards, metres, bearing in [found[shelter.code]]
    ]
