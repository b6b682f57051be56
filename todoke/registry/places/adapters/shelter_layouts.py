"""How files of shelters name their columns: the standard data set 03, its older form, and those of the GSI."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from todoke.registry.places.types import Feature, Hazard

HAZARDS = {
    "洪水": Hazard.FLOOD,
    "崖崩れ、土石流及び地滑り": Hazard.LANDSLIDE,
    "高潮": Hazard.STORM_SURGE,
    "地震": Hazard.EARTHQUAKE,
    "津波": Hazard.TSUNAMI,
    "大規模な火事": Hazard.FIRE,
    "内水氾濫": Hazard.INLAND_FLOOD,
    "火山現象": Hazard.VOLCANO,
}
"""Columns of flags; the standard data set writes 災害種別_ before them."""

FEATURES = {
    "車椅子可": Feature.WHEELCHAIR,
    "スロープ、エレベータ、エスカレータ": Feature.WHEELCHAIR,
    "バリアフリートイレ": Feature.TOILET,
    "非常用電源": Feature.POWER,
    "授乳室": Feature.INFANTS,
    "ペット可": Feature.PETS,
}
"""Columns of 公共施設一覧 and of municipalities' own that say what a place has; no layout asks for them."""


class ShelterLayout(StrEnum):
    """Whose lines count most comes first: a municipality's own file before the government's collection."""

    STANDARD = "standard"
    RECOMMENDED = "recommended"
    GSI = "gsi"
    OWN = "own"


@dataclass(frozen=True)
class Columns:
    """Names of a layout's columns; empty for what it does not have."""

    layout: ShelterLayout
    marker: str
    """A column that only this layout has."""

    number: str
    municipality_code: str
    municipality: str
    name: str
    address: str
    name_kana: str = ""
    name_en: str = ""
    phone: str = ""
    capacity: str = ""
    hazard_prefix: str = ""
    also_designated: str = ""


STANDARD = Columns(
    layout=ShelterLayout.STANDARD,
    marker="全国地方公共団体コード",
    number="ID",
    municipality_code="全国地方公共団体コード",
    municipality="地方公共団体名",
    name="名称",
    address="所在地_連結表記",
    name_kana="名称_カナ",
    name_en="名称_英字",
    phone="電話番号",
    capacity="想定収容人数",
    hazard_prefix="災害種別_",
    also_designated="指定避難所との重複",
)
RECOMMENDED = Columns(
    layout=ShelterLayout.RECOMMENDED,
    marker="NO",
    number="NO",
    municipality_code="市区町村コード",
    municipality="市区町村名",
    name="名称",
    address="住所",
    name_kana="名称_カナ",
    phone="電話番号",
    capacity="想定収容人数",
    hazard_prefix="災害種別_",
    also_designated="指定避難所との重複",
)
GSI = Columns(
    layout=ShelterLayout.GSI,
    marker="共通ID",
    number="共通ID",
    municipality_code="municipality_code",
    municipality="都道府県名及び市町村名",
    name="施設・場所名",
    address="住所",
)
LAYOUTS = (GSI, STANDARD, RECOMMENDED)
GSI_DESIGNATED = "指定緊急避難場所との住所同一"
"""A column of the GSI's file of designated shelters; that of emergency sites has flags of hazards instead."""


def plain(header: str) -> str:
    """A column's name without regard to width, brackets and spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", header))


def columns_of(headers: Iterable[str]) -> Columns | None:
    """The layout of a file whose headers are ``plain``."""
    there = set(headers)
    return next((columns for columns in LAYOUTS if columns.marker in there and columns.name in there), None)


def hazard_columns(columns: Columns, row: Mapping[str, str]) -> dict[str, Hazard]:
    """The columns of flags that a row has."""
    named = {plain(columns.hazard_prefix + name): hazard for name, hazard in HAZARDS.items()}
    return {name: hazard for name, hazard in named.items() if name in row}
