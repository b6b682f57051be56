"""From what somebody typed, or where their device says it is, to a municipality."""

import re
from dataclasses import dataclass

from todoke.faces.public.sketch import Point
from todoke.registry.places.queries import (
    find_municipality_in_address,
    municipalities,
    municipality_at,
    postal_code_of,
    towns_for_postal_code,
)

_AT = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]+)?),(-?[0-9]{1,3}(?:\.[0-9]+)?)")


@dataclass(frozen=True)
class Found:
    """``code`` is '' where nothing of the prefecture was meant."""

    code: str
    point: Point | None = None


def find(*, place: str, at: str) -> Found | None:
    """By a postal code, an address or a municipality's name; else by ``at``: latitude, longitude. None without both."""
    if place.strip():
        return Found(_code_of(place.strip()))
    spot = _AT.fullmatch(at)
    if spot is None:
        return None
    point = float(spot[2]), float(spot[1])
    code = municipality_at(*point)
    return Found(code or "", point if code else None)


def _code_of(place: str) -> str:
    if postal_code_of(place):
        towns = towns_for_postal_code(place)
        return towns[0].municipality_code if towns else ""
    if code := find_municipality_in_address(place):
        return code
    words = place.casefold()
    return next((row.code for row in municipalities() if words in {row.name_en.casefold(), row.name_kana}), "")
