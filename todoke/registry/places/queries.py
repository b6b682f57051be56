"""Where an address or a point lies; what is dangerous, and where it is safe."""

import re
from collections.abc import Iterable

import shapely
from django.conf import settings
from django.db.models import Count, Max, Q

from todoke.kernel.text import search_key, to_halfwidth
from todoke.registry.places import outlines
from todoke.registry.places.errors import NoPlacesError
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality, Shelter, ShelterState, Town, Zone
from todoke.registry.places.prefectures import PREFECTURES
from todoke.registry.places.types import DESIGNATED_FOR, Hazard, Openness, StateNow, TownMatch

_NOT_OF_A_POSTAL_CODE = re.compile(r"[\s〒‐‑‒–—―−ー－ｰ-]")
_POSTAL_CODE = re.compile("[0-9]{7}")
_POSTAL_CODE_BEFORE = re.compile("〒?[0-9]{3}-?[0-9]{4}")
_VARIANTS = str.maketrans("ヶヵ竈", "ケカ釜")
"""Characters of names of places that are written in turn: 七ヶ浜 and 七ケ浜, 塩竈 and 塩釜."""


def municipalities() -> list[Municipality]:
    """Those of the prefecture served, by code."""
    return list(Municipality.objects.filter(prefecture_code=settings.PREFECTURE).defer("boundary"))


def known_municipalities() -> dict[str, Municipality]:
    """Those of the prefecture served by code, with boundaries. Raises NoPlacesError."""
    known = {row.code: row for row in Municipality.objects.filter(prefecture_code=settings.PREFECTURE)}
    if not known:
        raise NoPlacesError
    return known


def zones_in_force(hazard: Hazard | str | None = None) -> list[Zone]:
    """Zones that have not ended, of one hazard or of all, by code."""
    rows = Zone.objects.filter(ended_at=None)
    return list(rows.filter(hazard=str(hazard)) if hazard else rows)


def shelters(
    hazard: Hazard | str | None = None, *, municipality_code: str = "", codes: Iterable[str] | None = None
) -> list[Shelter]:
    """Shelters that are not withdrawn, by code.

    With a ``hazard`` those that one may flee to from it: sites designated for it, or, where the law knows no
    designation for it, all designated shelters. Whether they lie in a zone, and are open, is asked elsewhere.
    """
    rows = Shelter.objects.filter(withdrawn_at=None)
    if hazard:
        fit = Q(hazards__contains=[str(hazard)])
        rows = rows.filter(fit if hazard in DESIGNATED_FOR else fit | Q(designated=True))
    if municipality_code:
        rows = rows.filter(municipality_id=municipality_code)
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    return list(rows)


def shelters_version() -> str:
    """Changes whenever any shelter does; not with its opening and closing."""
    newest = Shelter.objects.aggregate(count=Count("pk"), newest=Max("imported_at"))
    return f"{newest['count']}-{newest['newest']}"


def zone_versions_of(hazard: Hazard | str) -> dict[str, str]:
    """The zones of a hazard in force by code, each with what changes whenever it does."""
    rows = Zone.objects.filter(hazard=str(hazard), ended_at=None).values_list("code", flat=True)
    return outlines.zone_versions(list(rows))


def states(shelter_ids: Iterable[int] | None = None) -> dict[int, StateNow]:
    """What was last said of each shelter by its id; a shelter of which nothing was said is ``ready``, and not here."""
    rows = ShelterState.objects.order_by("shelter_id", "-id").distinct("shelter_id")
    if shelter_ids is not None:
        rows = rows.filter(shelter_id__in=list(shelter_ids))
    found = rows.values_list("shelter_id", "state", "at", "actor_name", "reason")
    return {shelter: StateNow(Openness(state), at, name, reason) for shelter, state, at, name, reason in found}


def municipality_at(longitude: float, latitude: float) -> str | None:
    """Code of the municipality at a point in WGS 84; None outside of the prefecture."""
    rows = Municipality.objects.filter(prefecture_code=settings.PREFECTURE, boundary__isnull=False)
    for code, boundary in rows.values_list("code", "boundary"):
        if boundary and shapely.intersects_xy(from_wkb(boundary), longitude, latitude):
            return str(code)
    return None


def postal_code_of(typed: str) -> str | None:
    """The seven digits of what a person typed: full width, 〒, hyphens and spaces do not matter."""
    digits = _NOT_OF_A_POSTAL_CODE.sub("", to_halfwidth(typed))
    return digits if _POSTAL_CODE.fullmatch(digits) else None


def towns_for_postal_code(code: str) -> list[TownMatch]:
    """Towns that share a postal code, as typed; none for what is no code of the prefecture."""
    digits = postal_code_of(code)
    if digits is None:
        return []
    rows = Town.objects.filter(postal_code=digits).select_related("municipality").defer("municipality__boundary")
    return [
        TownMatch(
            municipality_code=town.municipality_id,
            municipality_name=town.municipality.district + town.municipality.name,
            town=town.name,
            town_kana=town.name_kana,
            postal_code=town.postal_code,
        )
        for town in rows.order_by("municipality_id", "name")
    ]


def find_municipality_in_address(address: str) -> str | None:
    """Code of the municipality that an address begins with; None when it is none of the prefecture's.

    The prefecture's name and the 郡 may be left out. An address of another prefecture is never one of ours, though
    the name of its municipality may be the same.
    """
    rest = _key(_POSTAL_CODE_BEFORE.sub("", _key(address), count=1) if "〒" in address else address)
    for code, prefecture in PREFECTURES.items():
        if rest.startswith(_key(prefecture.name)):
            if code != settings.PREFECTURE:
                return None
            rest = rest.removeprefix(_key(prefecture.name))
            break
    best: tuple[int, str] | None = None
    rows = Municipality.objects.filter(prefecture_code=settings.PREFECTURE)
    for code, district, name in rows.values_list("code", "district", "name"):
        for start in {_key(name), _key(district + name)}:
            if rest.startswith(start) and (best is None or len(start) > best[0]):
                best = (len(start), code)
    return best[1] if best else None


def _key(text: str) -> str:
    return search_key(text).translate(_VARIANTS)
