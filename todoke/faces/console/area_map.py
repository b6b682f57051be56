"""An area chosen on a map: zones that were imported, and outlines drawn by hand, of one municipality or of several."""

from collections.abc import Collection, Sequence
from typing import Any

import shapely
from django.http import QueryDict

from todoke.faces.console.situation_map import coast_of, frame_of, path_of
from todoke.registry.places.models import Zone
from todoke.registry.places.outlines import municipality_outlines, zone_outlines, zone_versions
from todoke.registry.places.queries import zones_in_force
from todoke.registry.places.types import Hazard

HAZARDS = (
    *(Hazard.TSUNAMI, Hazard.FLOOD, Hazard.INLAND_FLOOD, Hazard.LANDSLIDE, Hazard.STORM_SURGE),
    *(Hazard.EARTHQUAKE, Hazard.FIRE, Hazard.VOLCANO, Hazard.NUCLEAR),
)
ON_MAP = 200
"""Zones that can be picked at once; of more, the largest."""

DETAIL = 0.001


def ticked_zones(said: QueryDict) -> tuple[str, ...]:
    """Of the zones that a form names, those that there are."""
    named = list(dict.fromkeys(code[:60] for code in said.getlist("zone")))
    there = set(zone_versions(named))
    return tuple(code for code in named if code in there)


def area_map(
    codes: Collection[str], hazard: str, picked: Sequence[str], drawn: bytes | None = None
) -> dict[str, Any] | None:
    """Of municipalities, with the zones of a hazard in them, or only those picked; None without known boundaries."""
    outlines = municipality_outlines()
    known = [code for code in codes if code in outlines]
    if not known:
        return None
    outline = shapely.union_all([outlines[code] for code in known])
    frame = frame_of(outline.bounds, margin=0.02, tallest=480)
    window = frame.box
    there = [zone.code for zone in zones_in_force(hazard)] if hazard else []
    chosen = list(dict.fromkeys([*picked, *there]))
    shapes = {code: shape for code, shape in zone_outlines(zone_versions(chosen)).items() if shape.intersects(outline)}
    largest = sorted(shapes, key=lambda code: (code not in picked, -shapes[code].area))[:ON_MAP]
    names = dict(Zone.objects.filter(code__in=largest).values_list("code", "name"))
    others = [shape for code, shape in outlines.items() if code not in known and shape.intersects(window)]
    coastal = hazard in {Hazard.TSUNAMI, Hazard.STORM_SURGE}
    inside = [shapely.simplify(outlines[code], DETAIL).intersection(window) for code in known]
    return {
        "frame": frame,
        "place": "".join(path_of(shape, frame) for shape in inside),
        "around": "".join(path_of(shapely.simplify(shape, DETAIL * 3).intersection(window), frame) for shape in others),
        "coast": path_of(coast_of(known).intersection(window), frame) if coastal else "",
        "zones": [
            {
                "code": code,
                "name": names.get(code, code),
                "path": path_of(shapely.simplify(shapes[code].intersection(outline), DETAIL), frame),
                "picked": code in picked,
            }
            for code in largest
        ],
        "drawn": path_of(shapely.from_wkb(drawn).intersection(window), frame) if drawn else "",
    }
