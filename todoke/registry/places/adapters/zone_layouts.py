"""Which properties the files of the national land data (国土数値情報) have, and what their codes mean.

The layouts differ from year to year; what a new year calls otherwise is a line here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from todoke.registry.places.types import Hazard, ZoneKind

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Zoned:
    """What the properties of a feature say. Features of one ``key`` are parts of one zone."""

    key: str
    name: str
    properties: dict[str, str]


@dataclass(frozen=True)
class ZoneLayout:
    """A layout is known by a property that only it has. ``read`` raises KeyError for one that is missing."""

    marker: re.Pattern[str]
    hazard: Hazard
    kind: ZoneKind
    prefecture: Callable[[Properties], str]
    read: Callable[[Properties], Zoned]


FLOOD_LAYERS = {
    "1": "計画規模",
    "2": "想定最大規模",
    "3": "浸水継続時間",
    "4": "家屋倒壊等氾濫想定区域",
}
FLOOD_DEPTHS = {
    "1": "0.5m未満",
    "2": "0.5m以上3m未満",
    "3": "3m以上5m未満",
    "4": "5m以上10m未満",
    "5": "10m以上20m未満",
    "6": "20m以上",
}
FLOOD_DEPTHS_2012 = {
    "11": "0.5m未満",
    "12": "0.5m以上1m未満",
    "13": "1m以上2m未満",
    "14": "2m以上5m未満",
    "15": "5m以上",
    "21": "0.5m未満",
    "22": "0.5m以上1m未満",
    "23": "1m以上2m未満",
    "24": "2m以上3m未満",
    "25": "3m以上4m未満",
    "26": "4m以上5m未満",
    "27": "5m以上",
}
LANDSLIDES = {"1": "急傾斜地の崩壊", "2": "土石流", "3": "地すべり"}
LANDSLIDE_ZONES = {
    "1": "土砂災害警戒区域",
    "2": "土砂災害特別警戒区域",
    "3": "土砂災害警戒区域（指定前）",
    "4": "土砂災害特別警戒区域（指定前）",
}

_FLOOD = re.compile(r"A31a?_(?P<layer>[1-4])05")
"""A31_105 of 2020 and 2021, A31a_105 since 2022: layers 1 to 4, each with river, prefecture and rank."""


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _flood(properties: Properties) -> Zoned:
    rank_name = next(name for name in properties if _FLOOD.fullmatch(name))
    layer, stem = rank_name[-3], rank_name[:-2]
    rank, river = _text(properties[rank_name]), _text(properties[f"{stem}02"])
    told = {"river": river, "scale": FLOOD_LAYERS[layer], "rank": rank}
    if layer in "12":
        told["depth"] = FLOOD_DEPTHS[rank]
    return Zoned(
        key=f"{layer}-{_text(properties[f'{stem}01'])}-{rank}",
        name=f"{river} {FLOOD_LAYERS[layer]} {told.get('depth', '')}".strip(),
        properties=told,
    )


def _flood_prefecture(properties: Properties) -> str:
    name = next(name for name in properties if _FLOOD.fullmatch(name))
    return _text(properties.get(f"{name[:-2]}03")).zfill(2)


def _flood_2012(properties: Properties) -> Zoned:
    rank = _text(properties["A31_001"])
    river = _text(properties.get("A31_004"))
    told = {"river": river, "rank": rank, "depth": FLOOD_DEPTHS_2012[rank]}
    return Zoned(key=f"{river}-{rank}", name=f"{river} 浸水想定 {told['depth']}".strip(), properties=told)


def _landslide(properties: Properties) -> Zoned:
    kind, zone = _text(properties["A33_001"]), _text(properties["A33_002"])
    number, name = _text(properties["A33_004"]), _text(properties.get("A33_005"))
    told = {
        "phenomenon": LANDSLIDES[kind],
        "zone": LANDSLIDE_ZONES[zone],
        "number": number,
        "address": _text(properties.get("A33_006")),
        "announced": _text(properties.get("A33_007")),
    }
    return Zoned(key=f"{kind}-{zone}-{number}", name=f"{name or number} {LANDSLIDE_ZONES[zone]}", properties=told)


def _tsunami(properties: Properties) -> Zoned:
    depth = _text(properties["A40_003"])
    return Zoned(key=depth, name=f"津波浸水想定 {depth}", properties={"depth": depth})


def _nuclear(properties: Properties) -> Zoned:
    kind, name = _text(properties["kind"]).lower(), _text(properties["name"])
    return Zoned(key=f"{kind}-{name}", name=name, properties={})


def _served(properties: Properties) -> str:
    return ""


def _of_kind(kind: ZoneKind) -> ZoneLayout:
    return ZoneLayout(re.compile("kind"), Hazard.NUCLEAR, kind, _served, _nuclear)


LAYOUTS = (
    ZoneLayout(_FLOOD, Hazard.FLOOD, ZoneKind.FLOOD, _flood_prefecture, _flood),
    ZoneLayout(re.compile("A31_001"), Hazard.FLOOD, ZoneKind.FLOOD, _served, _flood_2012),
    ZoneLayout(
        re.compile("A33_002"),
        Hazard.LANDSLIDE,
        ZoneKind.LANDSLIDE,
        lambda properties: _text(properties.get("A33_003")).zfill(2),
        _landslide,
    ),
    ZoneLayout(
        re.compile("A40_003"),
        Hazard.TSUNAMI,
        ZoneKind.TSUNAMI,
        lambda properties: _text(properties.get("A40_002")).zfill(2),
        _tsunami,
    ),
)
NUCLEAR = {kind.value: _of_kind(kind) for kind in (ZoneKind.PAZ, ZoneKind.UPZ)}


def layout_of(properties: Properties) -> ZoneLayout | None:
    """The layout that the properties of a feature follow; None for a file of another kind."""
    for layout in LAYOUTS:
        if any(layout.marker.fullmatch(name) for name in properties):
            return layout
    return NUCLEAR.get(_text(properties.get("kind")).lower())
