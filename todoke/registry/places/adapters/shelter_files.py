"""Shelters from GeoJSON of the GSI and from CSV, row by row; rows that cannot be read are said, not raised."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from todoke.registry.places.adapters.decoding import text_of
from todoke.registry.places.adapters.shelter_layouts import (
    FEATURES,
    GSI_DESIGNATED,
    Columns,
    ShelterLayout,
    columns_of,
    hazard_columns,
    plain,
)
from todoke.registry.places.errors import BadFileError
from todoke.registry.places.types import Problem

YES = frozenset({"1", "true", "○", "◯", "有", "可"})
NO = frozenset({"", "0", "false", "×", "無", "不可", "none"})
_PEOPLE = re.compile(r"約?([0-9,]+)[人名]?")
_WEIGHTS = (6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Content:
    """What a line says of a shelter."""

    name: str
    name_kana: str
    name_en: str
    address: str
    longitude: float
    latitude: float
    hazards: tuple[str, ...]
    capacity: int | None
    features: tuple[str, ...]
    phone: str

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"hazards": list(self.hazards), "features": list(self.features)}


@dataclass(frozen=True)
class ShelterRow:
    """A shelter as a line gives it. ``municipality`` is a name, for lines without a code."""

    line: int
    layout: ShelterLayout
    number: str
    municipality_code: str
    municipality: str
    emergency: bool
    designated: bool
    content: Content


@dataclass
class ShelterFile:
    """What a file has: shelters, and lines that cannot be read."""

    rows: list[ShelterRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _BadValueError(ValueError):
    """What is wrong with a line, in words."""


def read_shelters(path: Path, prefecture: str) -> ShelterFile:
    """Raises BadFileError for a file of another kind."""
    found = ShelterFile()
    columns: Columns | None = None
    rows = _features(path) if path.suffix.lower() in {".geojson", ".json"} else _lines(path)
    for line, row in rows:
        if isinstance(row, str):
            found.problems.append(Problem(line, row))
            continue
        columns = columns or columns_of(row)
        if columns is None:
            problem = "国土地理院の形式でも、標準データセット03の形式（新・旧）でもありません"
            raise BadFileError(file=path.name, problem=problem)
        try:
            found.rows.append(_shelter(line, row, columns, prefecture))
        except _BadValueError as error:
            found.problems.append(Problem(line, str(error)))
    return found


def five_digits(code: str, prefecture: str) -> str:
    """The municipality of a code with or without its check digit, also where leading zeros were lost.

    Five digits that can be read in two ways are of ``prefecture`` if they can be. Raises ValueError for what is no
    code, or has a wrong check digit.
    """
    digits = unicodedata.normalize("NFKC", code).strip().removesuffix(".0")
    if not (digits.isascii() and digits.isdecimal() and 4 <= len(digits) <= 6):
        raise ValueError(code)
    if len(digits) == 6 and check_digit(digits[:5]) != digits[5]:
        raise ValueError(code)
    if (
        len(digits) == 5
        and digits[0] != "0"
        and digits[:2] != prefecture
        and check_digit(f"0{digits[:4]}") == digits[4]
    ):
        return f"0{digits[:4]}"
    return digits.zfill(5)[:5]


def check_digit(code: str) -> str:
    """The sixth digit of 全国地方公共団体コード."""
    total = sum(int(digit) * weight for digit, weight in zip(code, _WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str] | str]]:
    reader = csv.reader(io.StringIO(text_of(path), newline=""), strict=True)
    try:
        headers = [plain(header) for header in next(reader, [])]
        if columns_of(headers) is None:
            raise BadFileError(
                file=path.name, problem="見出しが、標準データセット03（新・旧）・国土地理院のどれとも違います"
            )
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(headers):
                yield reader.line_num, f"列の数が見出しと違います（{len(values)} 列、見出しは {len(headers)} 列）"
            else:
                yield reader.line_num, {name: value.strip() for name, value in zip(headers, values, strict=True)}
    except csv.Error as error:
        raise BadFileError(file=path.name, problem=f"{reader.line_num} 行目: {error}") from None


def _features(path: Path) -> Iterator[tuple[int, dict[str, str] | str]]:
    try:
        features = json.loads(text_of(path))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadFileError(file=path.name, problem=f"GeoJSON の FeatureCollection ではありません（{error}）") from None
    for number, feature in enumerate(features, 1):
        try:
            longitude, latitude = feature["geometry"]["coordinates"][:2]
            given = {plain(name): "" if value is None else str(value) for name, value in feature["properties"].items()}
            yield number, {**given, "経度": str(longitude), "緯度": str(latitude)}
        except (KeyError, TypeError, ValueError, AttributeError):
            yield number, "点として読めません"


def _shelter(line: int, row: dict[str, str], columns: Columns, prefecture: str) -> ShelterRow:
    def said(name: str) -> str:
        return row.get(plain(name), "") if name else ""

    if not said(columns.name):
        raise _BadValueError(f"名前（{columns.name}）がありません")
    if not said(columns.number):
        raise _BadValueError(f"番号（{columns.number}）がありません")
    code = said(columns.municipality_code) or (said("共通ID")[1:6] if columns.layout is ShelterLayout.GSI else "")
    try:
        code = five_digits(code, prefecture) if code else ""
    except ValueError:
        raise _BadValueError(f"市区町村コードの検査数字が合いません: {code}") from None
    longitude, latitude = _point(row)
    flags = hazard_columns(columns, row)
    designated = GSI_DESIGNATED in row or _flag(columns.also_designated, said(columns.also_designated))
    content = Content(
        name=said(columns.name)[:120],
        name_kana=said(columns.name_kana)[:200],
        name_en=said(columns.name_en)[:200],
        address=said(columns.address)[:200],
        longitude=longitude,
        latitude=latitude,
        hazards=tuple(sorted(hazard.value for name, hazard in flags.items() if _flag(name, row[name]))),
        capacity=_people(said(columns.capacity)),
        features=tuple(
            sorted({feature.value for name, feature in FEATURES.items() if _flag(name, row.get(plain(name), ""))})
        ),
        phone=unicodedata.normalize("NFKC", said(columns.phone))[:20],
    )
    return ShelterRow(
        line=line,
        layout=columns.layout,
        number=said(columns.number),
        municipality_code=code,
        municipality=said(columns.municipality),
        emergency=GSI_DESIGNATED not in row,
        designated=designated,
        content=content,
    )


def _flag(name: str, value: str) -> bool:
    plainly = unicodedata.normalize("NFKC", value).strip().lower()
    if plainly in YES:
        return True
    if plainly in NO:
        return False
    raise _BadValueError(f"{name} は 1 か空欄です: {value}")


def _people(value: str) -> int | None:
    plainly = unicodedata.normalize("NFKC", value).strip()
    if not plainly:
        return None
    match = _PEOPLE.fullmatch(plainly)
    if match is None:
        raise _BadValueError(f"想定収容人数が数字ではありません: {value}")
    people = int(match[1].replace(",", "") or "0")
    if people > 1_000_000:
        raise _BadValueError(f"想定収容人数が大きすぎます: {value}")
    return people


def _point(row: dict[str, str]) -> tuple[float, float]:
    try:
        longitude = float(unicodedata.normalize("NFKC", row.get("経度", "")))
        latitude = float(unicodedata.normalize("NFKC", row.get("緯度", "")))
    except ValueError:
        longitude = latitude = 0.0
    if not (122 <= longitude <= 154 and 20 <= latitude <= 46):
        raise _BadValueError(f"日本の経度・緯度ではありません: {row.get('経度')}, {row.get('緯度')}")
    return longitude, latitude
