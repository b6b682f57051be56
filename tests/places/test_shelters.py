"""Shelters: files of the government and of municipalities, and who may be sent where."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from todoke.kernel.models import AuditEntry
from todoke.registry.places.adapters.shelter_files import check_digit, five_digits
from todoke.registry.places.errors import BadFileError, BadRowsError, ShelterWithdrawnError
from todoke.registry.places.models import Shelter, ShelterState
from todoke.registry.places.queries import shelters, states
from todoke.registry.places.shelters import close_shelter, import_shelters, mark_full, open_shelter
from todoke.registry.places.types import Hazard, Openness

STANDARD = [
    "全国地方公共団体コード",
    "ID",
    "名称",
    "名称_カナ",
    "名称_英字",
    "所在地_全国地方公共団体コード",
    "町字ID",
    "所在地_連結表記",
    "所在地_都道府県",
    "所在地_市区町村",
    "所在地_町字",
    "所在地_番地以下",
    "建物名等(方書)",
    "緯度",
    "経度",
    "標高",
    "電話番号",
    "内線番号",
    "連絡先メールアドレス",
    "連絡先FormURL",
    "連絡先備考（その他、SNSなど）",
    "郵便番号",
    "市区町村コード",
    "地方公共団体名",
    "災害種別_洪水",
    "災害種別_崖崩れ、土石流及び地滑り",
    "災害種別_高潮",
    "災害種別_地震",
    "災害種別_津波",
    "災害種別_大規模な火事",
    "災害種別_内水氾濫",
    "災害種別_火山現象",
    "指定避難所との重複",
    "想定収容人数",
    "対象となる町会・自治会",
    "URL",
    "画像",
    "画像_ライセンス",
    "備考",
]
RECOMMENDED = [
    "NO",
    "名称",
    "名称_カナ",
    "住所",
    "方書",
    "緯度",
    "経度",
    "標高",
    "電話番号",
    "内線番号",
    "市区町村コード",
    "都道府県名",
    "市区町村名",
    "災害種別_洪水",
    "災害種別_崖崩れ、土石流及び地滑り",
    "災害種別_高潮",
    "災害種別_地震",
    "災害種別_津波",
    "災害種別_大規模な火事",
    "災害種別_内水氾濫",
    "災害種別_火山現象",
    "指定避難所との重複",
    "想定収容人数",
    "対象となる町会・自治会",
    "URL",
    "備考",
]
Row = dict[str, str]


def standard(number: str = "1", **values: str) -> Row:
    row = dict.fromkeys(STANDARD, "")
    row |= {
        "全国地方公共団体コード": "042021",
        "ID": number,
        "名称": f"見本{number}小学校",
        "緯度": "38.43",
        "経度": "141.30",
    }
    row |= {"所在地_連結表記": "宮城県石巻市見本1", "災害種別_津波": "1", "災害種別_地震": "1", "想定収容人数": "300"}
    return row | values


def recommended(number: str = "1", **values: str) -> Row:
    row = dict.fromkeys(RECOMMENDED, "")
    row |= {"NO": number, "名称": f"見本{number}小学校", "緯度": "38.43", "経度": "141.30", "市区町村コード": "42021"}
    return row | {"災害種別_洪水": "1", "指定避難所との重複": "1", "想定収容人数": "約1,200人"} | values


def table(path: Path, headers: list[str], *rows: Row, encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headers)
    for row in rows:
        writer.writerow(row.values())
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def gsi(path: Path, *shelters: dict[str, Any]) -> Path:
    features = []
    for shelter in shelters:
        longitude, latitude = shelter.pop("at", (141.30, 38.43))
        point = {"type": "Point", "coordinates": [longitude, latitude]}
        features.append({"type": "Feature", "geometry": point, "properties": {"municipality_code": "04202"} | shelter})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def site(number: int, name: str, **values: Any) -> dict[str, Any]:
    flags = {"洪水": "", "津波": "1", "崖崩れ、土石流及び地滑り": "1"}
    return {"共通ID": f"E04202{number:08}", "施設・場所名": name, "住所": "宮城県石巻市見本1", **flags, **values}


def designated(number: int, name: str, **values: Any) -> dict[str, Any]:
    kind = {"指定緊急避難場所との住所同一": "1"}
    return {"共通ID": f"E04202{number:08}", "施設・場所名": name, "住所": "宮城県石巻市見本1", **kind, **values}


def stored() -> list[dict[str, Any]]:
    return list(Shelter.objects.order_by("pk").values())


def test_the_standard_data_set(miyagi: None, tmp_path: Path) -> None:
    path = table(tmp_path / "03.csv", STANDARD, standard(), standard("2", 指定避難所との重複="1"))
    done = import_shelters(path=path)
    assert (done.added, done.changed, done.bad) == (2, 0, ())
    before = stored()
    done = import_shelters(path=path)
    assert (done.added, done.changed, done.withdrawn, done.unchanged) == (0, 0, 0, 2)
    assert stored() == before
    one = Shelter.objects.get(name="見本1小学校")
    assert (one.municipality_id, one.emergency, one.designated) == ("04202", True, False)
    assert (one.hazards, one.capacity, one.longitude) == (["earthquake", "tsunami"], 300, 141.30)
    assert Shelter.objects.get(name="見本2小学校").designated


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_the_older_data_set_however_encoded(miyagi: None, tmp_path: Path, encoding: str) -> None:
    import_shelters(path=table(tmp_path / "03.csv", RECOMMENDED, recommended(), encoding=encoding))
    one = Shelter.objects.get()
    assert (one.name, one.municipality_id, one.hazards) == ("見本1小学校", "04202", ["flood"])
    assert (one.capacity, one.emergency, one.designated) == (1200, True, True)


def test_headers_of_other_width(miyagi: None, tmp_path: Path) -> None:
    headers = [name.replace("(", "（").replace("_", "＿").replace("ID", "ＩＤ") for name in STANDARD]
    import_shelters(path=table(tmp_path / "03.csv", headers, standard()))
    assert Shelter.objects.get().hazards == ["earthquake", "tsunami"]


def test_codes_of_municipalities() -> None:
    assert [check_digit(code) for code in ("04100", "04202", "13101", "01100")] == ["9", "1", "6", "2"]
    for code in ("042021", "42021", "04202", "4202", "０４２０２１"):
        assert five_digits(code, "04") == "04202"
    assert five_digits("13101", "13") == "13101"
    for code in ("042022", "石巻市", "42", "0420210"):
        with pytest.raises(ValueError, match=r"."):
            five_digits(code, "04")


BAD: list[tuple[Row, str]] = [
    (standard("9", 全国地方公共団体コード="042029"), "検査数字"),
    (standard("9", 全国地方公共団体コード="049999"), "市区町村"),
    (standard("9", 緯度="141.3", 経度="38.4"), "経度・緯度"),
    (standard("9", 名称=""), "名称"),
    (standard("9", ID=""), "ID"),
    (standard("9", 災害種別_津波="たぶん"), "災害種別_津波"),
    (standard("9", 想定収容人数="多数"), "想定収容人数"),
    (standard("1"), "同じ番号"),
]


def test_every_bad_row_is_said_and_nothing_kept(miyagi: None, tmp_path: Path) -> None:
    path = table(tmp_path / "03.csv", STANDARD, standard(), *[row for row, _ in BAD])
    with pytest.raises(BadRowsError) as caught:
        import_shelters(path=path)
    assert [problem.line for problem in caught.value.problems] == list(range(3, 3 + len(BAD)))
    for problem, (_, reason) in zip(caught.value.problems, BAD, strict=True):
        assert reason in problem.reason
    assert not Shelter.objects.exists()
    done = import_shelters(path=path, skip_bad=True)
    assert (done.added, len(done.bad)) == (1, len(BAD))


def test_a_line_that_is_too_short_is_said(miyagi: None, tmp_path: Path) -> None:
    path = table(tmp_path / "03.csv", STANDARD, standard(), {"a": "042021"})
    with pytest.raises(BadRowsError) as caught:
        import_shelters(path=path)
    assert "列の数" in caught.value.problems[0].reason


def test_a_file_without_a_line_of_ours_withdraws_nothing(miyagi: None, tmp_path: Path) -> None:
    path = table(tmp_path / "03.csv", STANDARD, standard())
    import_shelters(path=path)
    path.write_text(path.read_text(encoding="utf-8-sig").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(BadFileError):
        import_shelters(path=path)
    assert Shelter.objects.filter(withdrawn_at=None).count() == 1


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "", "{}"])
def test_a_file_of_another_kind(miyagi: None, tmp_path: Path, text: str) -> None:
    for name in ("file.csv", "file.geojson"):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(BadFileError):
            import_shelters(path=path)


def test_other_prefectures_are_left_out(miyagi: None, tmp_path: Path) -> None:
    path = table(tmp_path / "03.csv", STANDARD, standard(), standard("2", 全国地方公共団体コード="072010"))
    done = import_shelters(path=path)
    assert (done.added, done.elsewhere) == (1, 1)


def test_a_site_and_a_designated_shelter_of_one_place_are_one(miyagi: None, tmp_path: Path) -> None:
    sites = gsi(tmp_path / "2.geojson", site(1, "見本小学校（2階以上）"), site(2, "例示公園", at=(141.31, 38.43)))
    import_shelters(path=sites)
    homes = gsi(
        tmp_path / "1.geojson",
        designated(101, "見本小学校", at=(141.3005, 38.4305)),
        designated(102, "例示公園", at=(141.33, 38.43)),
    )
    assert import_shelters(path=homes).added == 2
    assert Shelter.objects.count() == 3
    one = Shelter.objects.get(name="見本小学校")
    assert (one.emergency, one.designated, one.hazards) == (True, True, ["landslide", "tsunami"])
    assert sorted(Shelter.objects.filter(name="例示公園").values_list("emergency", "designated")) == [
        (False, True),
        (True, False),
    ]
    before = stored()
    for path in (sites, homes):
        done = import_shelters(path=path)
        assert (done.added, done.changed, done.withdrawn) == (0, 0, 0)
    assert stored() == before


def test_what_left_the_file_is_withdrawn_and_comes_back(miyagi: None, tmp_path: Path) -> None:
    both = [site(1, "見本小学校"), site(2, "例示公園")]
    import_shelters(path=gsi(tmp_path / "a.geojson", *map(dict, both)))
    import_shelters(path=gsi(tmp_path / "d.geojson", designated(101, "見本小学校")))
    done = import_shelters(path=gsi(tmp_path / "b.geojson", site(3, "試験公園")))
    assert (done.added, done.withdrawn) == (1, 2)
    assert [shelter.name for shelter in shelters()] == ["見本小学校", "試験公園"]
    kept = Shelter.objects.get(name="見本小学校")
    assert (kept.emergency, kept.designated, kept.hazards, kept.withdrawn_at) == (False, True, [], None)
    gone = Shelter.objects.get(name="例示公園")
    assert gone.withdrawn_at is not None
    import_shelters(path=gsi(tmp_path / "a.geojson", *map(dict, both)))
    gone.refresh_from_db()
    assert gone.withdrawn_at is None
    assert [shelter.name for shelter in shelters()] == ["見本小学校", "例示公園"]


def test_a_municipalitys_own_line_counts_before_the_governments(miyagi: None, tmp_path: Path) -> None:
    import_shelters(path=gsi(tmp_path / "a.geojson", site(1, "見本1小学校")))
    import_shelters(path=table(tmp_path / "03.csv", STANDARD, standard(災害種別_津波="", 災害種別_洪水="1")))
    one = Shelter.objects.get()
    assert (one.hazards, one.capacity) == (["earthquake", "flood"], 300)


def test_a_corrected_line_changes_its_shelter(miyagi: None, tmp_path: Path) -> None:
    import_shelters(path=table(tmp_path / "03.csv", STANDARD, standard(), standard("2")))
    done = import_shelters(path=table(tmp_path / "04.csv", STANDARD, standard(想定収容人数="450"), standard("2")))
    assert (done.added, done.withdrawn) == (0, 0)
    assert Shelter.objects.get(name="見本1小学校").capacity == 450


def test_which_one_may_flee_to(miyagi: None, tmp_path: Path) -> None:
    import_shelters(path=gsi(tmp_path / "a.geojson", site(1, "見本小学校"), site(2, "例示公園", 津波="", 洪水="1")))
    import_shelters(path=gsi(tmp_path / "d.geojson", designated(101, "試験会館")))

    def names(hazard: Hazard) -> list[str]:
        return [shelter.name for shelter in shelters(hazard)]

    assert names(Hazard.TSUNAMI) == ["見本小学校"]
    assert names(Hazard.FLOOD) == ["例示公園"]
    assert names(Hazard.NUCLEAR) == ["試験会館"]
    assert shelters(municipality_code="04100") == []


def test_opening_filling_and_closing(miyagi: None, tmp_path: Path) -> None:
    import_shelters(path=table(tmp_path / "03.csv", STANDARD, standard(), standard("2")))
    one, other = shelters()
    assert states() == {}
    deeds: list[tuple[Callable[..., ShelterState], Openness]] = [
        (open_shelter, Openness.OPEN),
        (mark_full, Openness.FULL),
        (close_shelter, Openness.CLOSED),
    ]
    for deed, openness in deeds:
        first = deed(shelter=one, actor="officer:1", actor_name="石巻市 防災課")
        assert deed(shelter=one, actor="officer:1", actor_name="石巻市 防災課").pk == first.pk, (
            "said twice is said once"
        )
        assert states()[one.pk].openness is openness
        assert AuditEntry.objects.filter(action=f"shelter.{openness.value}", actor="officer:1").count() == 1
    assert states([other.pk]) == {}
    assert ShelterState.objects.count() == 3
    assert [openness.takes_people for openness in Openness] == [True, True, False, False]


def test_a_withdrawn_shelter_is_not_opened(miyagi: None, tmp_path: Path) -> None:
    import_shelters(path=table(tmp_path / "03.csv", STANDARD, standard(), standard("2")))
    import_shelters(path=table(tmp_path / "03.csv", STANDARD, standard("2")))
    with pytest.raises(ShelterWithdrawnError):
        open_shelter(shelter=Shelter.objects.get(name="見本1小学校"), actor="officer:1", actor_name="石巻市")


def test_the_governments_files(miyagi: None, data: Path) -> None:
    done = import_shelters(path=data / "shelters-emergency.geojson")
    assert (done.added, done.bad) == (2361, ())
    done = import_shelters(path=data / "shelters-designated.geojson")
    assert (done.added, done.bad) == (1641, ())
    assert 2361 < Shelter.objects.count() < 2361 + 1641
    both = Shelter.objects.filter(emergency=True, designated=True).count()
    assert both > 1000
    before = stored()
    for name in ("emergency", "designated"):
        done = import_shelters(path=data / f"shelters-{name}.geojson")
        assert (done.added, done.changed, done.withdrawn) == (0, 0, 0)
    assert stored() == before
    assert len(shelters(Hazard.TSUNAMI)) == 860
