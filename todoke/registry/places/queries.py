"""Where an address or a point lies."""

import re

import shapely
from django.conf import settings

from todoke.kernel.text import search_key, to_halfwidth
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality, Town
from todoke.registry.places.prefectures import PREFECTURES
from todoke.registry.places.types import TownMatch

_NOT_OF_A_POSTAL_CODE = re.compile(r"[\s〒‐‑‒–—―−ー－ｰ-]")
_POSTAL_CODE = re.compile("[0-9]{7}")
_POSTAL_CODE_BEFORE = re.compile("〒?[0-9]{3}-?[0-9]{4}")
_VARIANTS = str.maketrans("ヶヵ竈", "ケカ釜")
"""Characters of names of places that are written in turn: 七ヶ浜 and 七ケ浜, 塩竈 and 塩釜."""


def municipalities() -> list[Municipality]:
    """Those of the prefecture served, by code."""
    return list(Municipality.objects.filter(prefecture_code=settings.PREFECTURE).defer("boundary"))


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
