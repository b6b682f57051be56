"""Files of standard data sets as a municipality would send them, made up, and taken in as any other."""

import csv
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from todoke.faces.demonstration.population import story_municipality
from todoke.kernel import clock
from todoke.loops.improve.models import StandardRow
from todoke.loops.improve.open_data.importing import import_rows
from todoke.loops.improve.open_data.problems import Problems
from todoke.registry.places.models import Shelter

PLACES = 12
"""Shelters of the town whose buildings are given an AED and stand in the list of public facilities."""

MADE_UP = "見本として作ったデータです"
Row = dict[str, str]


def load_standard_sets() -> None:
    """AEDs, public facilities and events of the story's municipality, once."""
    if StandardRow.objects.exists():
        return
    town = story_municipality()
    with TemporaryDirectory() as folder:
        for name, rows in _files(town.code, town.name).items():
            path = Path(folder) / f"{town.code}_{name}.csv"
            _write(path, rows)
            import_rows(data_set_id=name, path=path, municipality=town.code, problems=Problems())


def _files(code: str, town: str) -> Mapping[str, list[Row]]:
    shelters = list(Shelter.objects.filter(municipality_id=code, withdrawn_at=None).order_by("code")[:PLACES])
    return {
        "aed": [
            {**_at(shelter, number, town), "設置位置": "正面玄関", "小児対応設備の有無": "有"}
            for number, shelter in enumerate(shelters, 1)
        ],
        "public-facilities": [
            {**_at(shelter, number, town), "車椅子可": "1" if number % 3 else ""}
            for number, shelter in enumerate(shelters, 1)
        ],
        "events": list(_events(shelters[:4], town)),
    }


def _at(shelter: Shelter, number: int, town: str) -> Row:
    return {
        "ID": f"{number:06}",
        "地方公共団体名": town,
        "名称": shelter.name,
        "所在地_連結表記": shelter.address or town,
        "緯度": f"{shelter.latitude:.6f}",
        "経度": f"{shelter.longitude:.6f}",
        "備考": MADE_UP,
    }


def _events(shelters: list[Shelter], town: str) -> Iterator[Row]:
    """A drill at each place, a week apart, from next month on."""
    for number, shelter in enumerate(shelters, 1):
        day = (clock.today() + timedelta(days=30 + 7 * number)).isoformat()
        row = _at(shelter, number, town)
        place = row.pop("名称")
        yield {
            **row,
            "イベント名": f"避難訓練と受付の体験（{shelter.name}）",
            "開始日": day,
            "終了日": day,
            "開始時間": "10:00",
            "終了時間": "12:00",
            "場所名称": place,
        }


def _write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
