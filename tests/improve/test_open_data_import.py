"""Municipalities' files as they really are: encodings, orders, headers, and what is wrong in them, line by line."""

import csv
import io
import json
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from todoke.kernel.errors import TodokeError
from todoke.loops.improve.models import StandardRow
from todoke.loops.improve.open_data.errors import NoHeaderError, NotImportedError, UnreadableFileError
from todoke.loops.improve.open_data.files import stream
from todoke.loops.improve.open_data.importing import Taken, import_rows
from todoke.loops.improve.open_data.layouts import AED, CHILD_FACILITIES, EVENTS, FACILITIES, SHELTERS
from todoke.loops.improve.open_data.problems import Problems, collecting
from todoke.loops.improve.open_data.registry import DATA_SETS
from todoke.loops.improve.open_data.types import Format
from todoke.registry.places.models import Municipality, Shelter

HEAD = [item.name for item in AED.items]
Row = dict[str, str]


@pytest.fixture(autouse=True)
def _towns(db: None) -> None:
    Municipality.objects.bulk_create(
        Municipality(code=code, prefecture_code="04", name=name, name_en=name)
        for code, name in (("04202", "石巻市"), ("04203", "塩竈市"))
    )


def _row(number: str, **more: str) -> Row:
    row = dict.fromkeys(HEAD, "")
    row |= {
        "全国地方公共団体コード": "042021",
        "ID": number,
        "名称": f"見本施設{number}",
        "所在地_連結表記": "宮城県石巻市見本1",
    }
    return row | {"緯度": "38.43", "経度": "141.30", "設置位置": "玄関、左側"} | more


def _written(
    path: Path, rows: Sequence[Row], encoding: str = "utf-8", head: Sequence[str] = HEAD, above: str = ""
) -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([[row.get(name, "") for name in head] for row in rows])
    path.write_bytes((above + text.getvalue()).encode(encoding))
    return path


def _import(path: Path, data_set: str = "aed", municipality: str = "04202", **more: Any) -> Taken:
    return import_rows(data_set_id=data_set, path=path, municipality=municipality, problems=Problems(), **more)


def _problems(path: Path, data_set: str = "aed", **more: Any) -> list[tuple[int, str, str]]:
    problems = Problems()
    with pytest.raises(NotImportedError):
        import_rows(data_set_id=data_set, path=path, municipality="04202", problems=problems, **more)
    assert not StandardRow.objects.exists()
    return [(one.line, one.column, one.value) for one in problems.kept]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    taken = _import(_written(tmp_path / "aed.csv", [_row("1"), _row("2")], encoding))
    assert (taken.added, taken.encoding) == (2, encoding)
    assert StandardRow.objects.get(number="1").content["名称"] == "見本施設1"


def test_a_second_import_changes_what_changed_and_withdraws_what_left(tmp_path: Path) -> None:
    _import(_written(tmp_path / "aed.csv", [_row("1"), _row("2"), _row("3")]))
    taken = _import(_written(tmp_path / "new.csv", [_row("1"), _row("2", 名称="新しい名前"), _row("4")]))
    assert (taken.added, taken.changed, taken.withdrawn, taken.unchanged) == (1, 1, 1, 1)
    taken = _import(_written(tmp_path / "new.csv", [_row("1"), _row("2", 名称="新しい名前"), _row("4")]))
    assert (taken.added, taken.changed, taken.withdrawn, taken.unchanged) == (0, 0, 0, 3)
    other = [_row("1", 全国地方公共団体コード="042030")]
    assert _import(_written(tmp_path / "other.csv", other), municipality="042030").added == 1
    assert StandardRow.objects.filter(withdrawn=False).count() == 4


def test_a_dry_run_says_the_same_and_keeps_nothing(tmp_path: Path) -> None:
    path = _written(tmp_path / "aed.csv", [_row("1"), _row("2")])
    assert _import(path, dry_run=True) == _import(path)
    assert StandardRow.objects.count() == 2
    bad = _written(tmp_path / "bad.csv", [_row("1"), _row("2", 緯度="141")])
    for dry in (True, False):
        with pytest.raises(NotImportedError):
            _import(bad, dry_run=dry)
    assert StandardRow.objects.filter(withdrawn=False).count() == 2


def test_columns_are_read_by_name_whatever_their_order_width_and_brackets(tmp_path: Path) -> None:
    turned = [*reversed(HEAD), "独自の列"]
    wide = [name.replace("(", "（").replace(")", "）").replace("ID", "ＩＤ") for name in turned]
    rows = [dict(zip(wide, [_row("1")[name] if name in HEAD else "x" for name in turned], strict=True))]
    taken = _import(_written(tmp_path / "aed.csv", rows, head=wide))
    assert (taken.added, taken.strange) == (1, ["独自の列"])
    assert StandardRow.objects.get().content["設置位置"] == "玄関、左側"


def test_lines_above_the_header_and_a_header_of_two_lines(tmp_path: Path) -> None:
    upper = "施設,,,所在地,,\n"
    lower = "ID,名称,名称_カナ,連結表記,緯度,経度\n"
    text = f"令和8年度 AED一覧,,,,,\n,,,,,\n{upper}{lower}1,役場,ヤクバ,宮城県石巻市1,38.4,141.3\n"
    path = tmp_path / "merged.csv"
    path.write_text(text)
    assert _import(path).added == 1
    content = StandardRow.objects.get().content
    assert (content["所在地_連結表記"], content["緯度"], content["全国地方公共団体コード"]) == (
        "宮城県石巻市1",
        "38.4",
        "042021",
    )


def test_the_older_layout(tmp_path: Path) -> None:
    head = (
        "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,住所,方書,緯度,経度,設置位置,電話番号"
    )
    head += ",備考"
    path = tmp_path / "old.csv"
    path.write_bytes(
        f"{head}\r\n42021,1,宮城県,石巻市,公民館,コウミンカン,石巻市1,2階,38.4,141.3,玄関,0225,\r\n".encode("cp932")
    )
    assert _import(path).added == 1
    content = StandardRow.objects.get().content
    assert (content["ID"], content["地方公共団体名"], content["建物名等(方書)"]) == ("1", "石巻市", "2階")
    assert content["全国地方公共団体コード"] == "042021"


@pytest.mark.parametrize("code", ["042021", "42021", "04202", "０４２０２１", "042021.0", ""])
def test_codes_that_lost_their_zeros(tmp_path: Path, code: str) -> None:
    _import(_written(tmp_path / "aed.csv", [_row("1", 全国地方公共団体コード=code)]))
    assert StandardRow.objects.get().content["全国地方公共団体コード"] == "042021"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("全国地方公共団体コード", "042022"),
        ("全国地方公共団体コード", "042030"),
        ("全国地方公共団体コード", "宮城県"),
        ("ID", ""),
        ("ID", "9" * 101),
        ("名称", ""),
        ("名称", "=HYPERLINK(1)"),
        ("名称", "a\x07b"),
        ("備考", "長" * 4001),
        ("緯度", "141.3"),
        ("緯度", "北緯38度"),
        ("経度", "NaN"),
        ("開始時間", "25:00"),
        ("郵便番号", "98"),
        ("法人番号", "8000020040003"),
        ("小児対応設備の有無", "たぶん"),
        ("外部利用不可", "2"),
        ("URL", "javascript:alert(1)"),
    ],
)
def test_a_bad_value_is_told_with_its_place(tmp_path: Path, column: str, value: str) -> None:
    path = _written(tmp_path / "aed.csv", [_row("1"), _row("2", **{column: value}), _row("3")])
    ((line, told, shown),) = _problems(path)
    assert (line, told) == (3, column)
    assert len(shown) <= 41


def test_values_are_put_into_the_form_of_the_standard(tmp_path: Path) -> None:
    given = {
        "開始時間": "９時",
        "終了時間": "1730".replace("1730", "17:30:00"),
        "郵便番号": "〒986-8501",
        "外部利用不可": "○",
    }
    given |= {"小児対応設備の有無": "あり", "緯度": "３８．４３", "法人番号": "8000020040002"}
    _import(_written(tmp_path / "aed.csv", [_row("1", **given)]))
    content = StandardRow.objects.get().content
    assert [content[name] for name in given] == ["09:00", "17:30", "9868501", "1", "有", "38.43", "8000020040002"]


def test_dates_of_events(tmp_path: Path) -> None:
    head = ["ID", "イベント名", "開始日", "終了日", "場所名称"]
    rows = [
        {"ID": "1", "イベント名": "祭", "開始日": "2026/4/1", "終了日": "令和8年4月2日"},
        {"ID": "2", "イベント名": "市", "開始日": "R8.5.1", "終了日": ""},
    ]
    _import(_written(tmp_path / "events.csv", rows, head=head), "events")
    assert StandardRow.objects.get(number="1").content["終了日"] == "2026-04-02"
    span = DATA_SETS["events"].span()
    assert (str(span.begins), str(span.ends)) == ("2026-04-01", "2026-05-01")


def test_events_that_end_before_they_begin_or_on_no_day(tmp_path: Path) -> None:
    head = ["ID", "イベント名", "開始日", "終了日"]
    rows = [
        {"ID": "1", "イベント名": "祭", "開始日": "2026-04-02", "終了日": "2026-04-01"},
        {"ID": "2", "イベント名": "市", "開始日": "2026-02-30"},
    ]
    found = _problems(_written(tmp_path / "events.csv", rows, head=head), "events")
    assert [(line, column) for line, column, _value in found] == [(2, "終了日"), (3, "開始日")]


def test_the_same_id_twice(tmp_path: Path) -> None:
    path = _written(tmp_path / "aed.csv", [_row("1"), _row("2"), _row("1"), _row("1")])
    assert [(line, column) for line, column, _value in _problems(path)] == [(4, "ID"), (5, "ID")]


def test_every_problem_is_in_the_report(tmp_path: Path) -> None:
    rows = [_row(str(number), 緯度="x" if number % 2 else "38") for number in range(600)]
    report = tmp_path / "report.csv"
    with collecting(report) as problems, pytest.raises(NotImportedError):
        import_rows(data_set_id="aed", path=_written(tmp_path / "a.csv", rows), municipality="04202", problems=problems)
    listed = list(csv.reader(io.StringIO(report.read_text("utf-8-sig"))))
    assert len(listed) == 301
    assert listed[1][:2] == ["3", "緯度"]
    assert (problems.count, len(problems.kept)) == (300, 100)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", NoHeaderError),
        (b"a,b,c\n1,2,3\n", NoHeaderError),
        (b"\x00" * 100, NoHeaderError),
        (b"\xff\xfe\x00", UnreadableFileError),
        (b"\x81\x20\xa0\xfd" * 100, UnreadableFileError),
        ('ID,名称,緯度,所在地_連結表記\n1,"見本\n'.encode(), UnreadableFileError),
        (('ID,名称,緯度,所在地_連結表記\n1,"' + "x" * 200_000 + "\n").encode(), UnreadableFileError),
        ('ID,名称,緯度,所在地_連結表記\n1,"見本"x,38,a\n'.encode(), UnreadableFileError),
        ("ID,名称,緯度\n1,見本,38\n".encode(), NotImportedError),
        ("ID,名称,緯度,所在地_連結表記\n".encode(), NotImportedError),
        ("ID,名称,緯度,所在地_連結表記\n1,見本,38\n2,見本,38,a,b\n".encode(), NotImportedError),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, error: type[TodokeError]) -> None:
    path = tmp_path / "aed.csv"
    path.write_bytes(content)
    with pytest.raises(error):
        _import(path)
    assert not StandardRow.objects.exists()


def test_a_municipality_that_is_none(tmp_path: Path) -> None:
    path = _written(tmp_path / "aed.csv", [_row("1")])
    for code in ("99999", "04100", "", "石巻市"):
        with pytest.raises(UnreadableFileError):
            _import(path, municipality=code)


@pytest.mark.parametrize(
    ("data_set", "layout"),
    [("aed", AED), ("public-facilities", FACILITIES), ("child-facilities", CHILD_FACILITIES), ("events", EVENTS)],
)
def test_what_is_exported_can_be_imported(tmp_path: Path, data_set: str, layout: Any) -> None:
    kinds = {
        "code": "",
        "date": "2026-04-01",
        "time": "09:00",
        "number": "40",
        "integer": "5",
        "flag": "1",
        "url": "https://a.jp/",
    }
    head = [item.name for item in layout.items]
    values = {
        item.name: kinds.get(item.type, item.choices[0] if item.choices else f'値,"{item.english}\n')
        for item in layout.items
    }
    values |= {"経度": "141", "全国地方公共団体コード": "042021", "ID": "1"}
    _import(_written(tmp_path / "in.csv", [values], head=head), data_set)
    before = StandardRow.objects.get().content
    body = b"".join(stream(DATA_SETS[data_set], Format.CSV))
    assert body.startswith(b"\xef\xbb\xbf")
    (tmp_path / "out.csv").write_bytes(body)
    assert next(csv.reader(io.StringIO(body.decode("utf-8-sig")))) == head
    taken = _import(tmp_path / "out.csv", data_set)
    assert (taken.added, taken.changed, taken.withdrawn) == (0, 0, 0)
    assert StandardRow.objects.get().content == before
    (listed,) = json.loads(b"".join(stream(DATA_SETS[data_set], Format.JSON)))
    assert listed["緯度"] == 40


def test_the_layouts_of_the_standard_have_all_their_columns() -> None:
    assert [len(layout.items) for layout in (SHELTERS, CHILD_FACILITIES)] == [39, 53]


def _shelters(path: Path, rows: Sequence[Row], encoding: str = "utf-8", above: str = "") -> Path:
    return _written(path, rows, encoding, [item.name for item in SHELTERS.items], above)


def _shelter(number: str, **more: str) -> Row:
    return _row(number) | {"災害種別_洪水": "1", "想定収容人数": "300", "地方公共団体名": "石巻市"} | more


def test_shelters_come_in_by_their_own_import_and_go_out_in_the_layout(tmp_path: Path) -> None:
    path = _shelters(tmp_path / "03.csv", [_shelter("A1"), _shelter("A2", 災害種別_津波="1")], "cp932", "避難所一覧\n")
    assert _import(path, "shelters").added == 2
    assert not StandardRow.objects.exists()
    body = b"".join(stream(DATA_SETS["shelters"], Format.CSV)).decode("utf-8-sig")
    out = list(csv.DictReader(io.StringIO(body)))
    assert [row["ID"] for row in out] == ["A1", "A2"]
    assert [row["災害種別_津波"] for row in out] == ["", "1"]
    (tmp_path / "again.csv").write_text(body)
    taken = _import(tmp_path / "again.csv", "shelters")
    assert (taken.added, taken.withdrawn) == (0, 0)
    assert Shelter.objects.count() == 2


def test_problems_of_shelters_stand_at_their_lines(tmp_path: Path) -> None:
    rows = [_shelter("A1", 備考="一\n二"), _shelter("A2", 緯度="1"), _shelter("A3", 全国地方公共団体コード="042030")]
    found = _problems(_shelters(tmp_path / "03.csv", rows, above="避難所一覧\n\n"), "shelters")
    assert sorted(line for line, _column, _value in found) == [6, 7]
    assert not Shelter.objects.exists()


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="cp932", newline="") as file:
        writer = csv.DictWriter(file, HEAD)
        writer.writeheader()
        writer.writerows(_row(str(number), 備考="備考" * 200) for number in range(60_000))
    assert path.stat().st_size > 50_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert _import(path).added == 60_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000
