"""Open data: what was released and nothing else, as pages, files, records and a catalogue."""

import csv
import hashlib
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.conf import LazySettings
from django.test import Client

from todoke.kernel import clock
from todoke.loops.improve.actions.releases import release_figures
from todoke.loops.improve.models import Evaluation, Figure, PublishedFigure, PublishedFile, Round, Visitor
from todoke.loops.improve.open_data.publishing import make_all_ready, make_ready
from todoke.loops.improve.open_data.registry import DATA_SETS
from todoke.loops.improve.types import Policy
from todoke.registry.organisations.models import Officer
from todoke.registry.places.models import Municipality, Shelter


@pytest.fixture(autouse=True)
def plenty(settings: LazySettings) -> None:
    settings.OPEN_DATA_BURST = 10_000.0


def _figure(policy: Policy, indicator: str, on: date, value: str, place: str = "", **more: Any) -> Figure:
    return Figure.objects.create(
        policy=policy.id,
        indicator=indicator,
        grain="quarter",
        on=on,
        municipality_code=place,
        value=Decimal(value),
        origin="report",
        at=clock.now(),
        by="officer:1",
        **more,
    )


@pytest.fixture
def released(policy: Policy, db: None) -> Policy:
    """Three quarters of a thing that is counted, in all and at three places."""
    Municipality.objects.bulk_create(
        Municipality(code=code, prefecture_code="04", name=name, name_en=name)
        for code, name in (("04202", "石巻市"), ("04203", "塩竈市"), ("04205", "気仙沼市"), ("04100", "仙台市"))
    )
    name = next(one.id for one in policy.indicators if one.municipal and not one.of_people)
    for number, on in enumerate((date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30))):
        _figure(policy, name, on, f"{number + 1}.50")
        for place in ("04202", "04203", "04100"):
            _figure(policy, name, on, str(number * 10 + int(place[-1])), place)
    release_figures(policy=policy)
    return policy


def _text(response: Any) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig") if response.streaming else response.content.decode()


def _rows(client: Client, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return list(csv.DictReader(io.StringIO(_text(response))))


def _all_records(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while path:
        page = client.get(path).json()
        found += page["records"]
        path = (page["next"] or "").removeprefix("http://localhost:8000")
    return found


def test_only_what_was_released_is_given(released: Policy, client: Client) -> None:
    shown = _rows(client, "/data/figures.csv")
    assert len(shown) == 12
    assert shown[0]["municipality"] == ""
    assert {row["municipality"] for row in shown} == {"", "042021", "042030", "041009"}
    name = shown[0]["indicator"]
    Figure.objects.filter(current=True, municipality_code="", on=date(2026, 9, 30)).update(current=False)
    _figure(released, name, date(2026, 9, 30), "99")
    assert _rows(client, "/data/figures.csv") == shown
    release_figures(policy=released)
    after = _rows(client, "/data/figures.csv")
    assert [row["value"] for row in after if row["municipality"] == ""] == ["1.5", "2.5", "99"]


def test_a_hidden_value_is_nowhere(released: Policy, client: Client) -> None:
    row = PublishedFigure.objects.filter(municipality="042021").earliest("on")
    figure = Figure.objects.get(municipality_code="04202", on=row.on)
    Figure.objects.filter(pk=figure.pk).update(hidden=True, value=Decimal("4711"))
    from todoke.loops.improve.open_data.releasing import flatten

    flatten(released)
    for path in ("/data/figures.csv", "/data/figures.json", "/api/data/figures/records", "/data/figures/"):
        assert "4711" not in _text(client.get(path))
    asked = "/api/data/figures/records?value__gte=4000"
    assert client.get(asked).json()["records"] == []
    assert b"4711" not in b"".join(client.get("/data/figures.parquet").streaming_content)  # type: ignore[attr-defined]


def test_an_evaluation_is_given_once_its_year_is_published(released: Policy, client: Client) -> None:
    officer = Officer.objects.create(login="planner", name="計画 明")
    days = dict.fromkeys(("opens_on", "due_on", "meeting_on", "publishes_on"), date(2026, 4, 1))
    now = {"opened_by": officer, "opened_at": clock.now(), "evaluated_at": clock.now()}
    held = Round.objects.create(policy=released.id, year=2025, **days, **now)
    Evaluation.objects.create(
        round=held,
        measure=released.measures[0].id,
        class_id="good",
        mark="A",
        reasons={"ja": "進んでいます", "en": "Going well"},
        rule_class="good",
        rule_reasons={},
        measured={},
    )
    assert _rows(client, "/data/evaluations.csv") == []
    Round.objects.filter(pk=held.pk).update(published_at=clock.now())
    (row,) = _rows(client, "/data/evaluations.csv")
    assert (row["year"], row["mark"], row["reason"], row["changed"]) == ("2025", "A", "進んでいます", "false")
    assert row["measure_title"] == released.measures[0].titles["ja"]


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_every_data_set_as_a_file(released: Policy, client: Client, form: str) -> None:
    for one in DATA_SETS.values():
        response = client.get(f"/data/{one.id}.{form}")
        assert response.status_code == 200
        assert response["Access-Control-Allow-Origin"] == "*"
        body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
        names = [column.name for column in one.columns]
        if form == "csv":
            assert body.startswith(b"\xef\xbb\xbf") == bool(one.standard)
            assert next(csv.reader(io.StringIO(body.decode("utf-8-sig")))) == names
        elif form == "json":
            listed = json.loads(body)
            assert all(list(row) == names for row in listed)
        else:
            assert pq.read_table(io.BytesIO(body)).column_names == names


def test_files_have_the_same_rows(released: Policy, client: Client) -> None:
    lines = _rows(client, "/data/figures.csv")
    listed = json.loads(_text(client.get("/data/figures.json")))
    table = pq.read_table(io.BytesIO(b"".join(client.get("/data/figures.parquet").streaming_content)))  # type: ignore[attr-defined]
    columnar = table.to_pylist()
    records = _all_records(client, "/api/data/figures/records?limit=5")
    assert listed == records
    assert (
        [row["value"] for row in columnar] == [row["value"] for row in listed] == [float(row["value"]) for row in lines]
    )
    assert [row["on"].isoformat() for row in columnar] == [row["on"] for row in listed] == [row["on"] for row in lines]


def test_a_file_that_is_ready_is_what_its_checksum_says(released: Policy, client: Client) -> None:
    live = b"".join(client.get("/data/figures.csv").streaming_content)  # type: ignore[attr-defined]
    assert make_ready(DATA_SETS["figures"]) == 3
    assert make_ready(DATA_SETS["figures"]) == 0
    response = client.get("/data/figures.csv")
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    file = PublishedFile.objects.get(data_set="figures", format="csv")
    assert body == live
    assert (int(response["Content-Length"]), file.rows) == (len(body), 12)
    assert hashlib.sha256(body).hexdigest() == file.sha256
    assert client.head("/data/figures.csv")["Content-Length"] == str(len(body))
    assert client.get("/data/figures.csv", headers={"If-None-Match": response["ETag"]}).status_code == 304
    _figure(released, PublishedFigure.objects.earliest("pk").indicator, date(2026, 9, 30), "7", "04205")
    release_figures(policy=released)
    again = client.get("/data/figures.csv", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 200
    assert "Content-Length" not in again.headers


def test_pages_follow_one_another_in_any_order(released: Policy, client: Client) -> None:
    PublishedFigure.objects.filter(municipality="042030").update(value=None)
    whole = client.get("/api/data/figures/records").json()["records"]

    def values(rows: list[dict[str, Any]]) -> list[float | None]:
        return [row["value"] for row in rows]

    rising = _all_records(client, "/api/data/figures/records?sort=value&limit=2")
    there = sorted(value for value in values(whole) if value is not None)
    assert values(rising) == [*there, None, None, None]
    falling = _all_records(client, "/api/data/figures/records?sort=-value&limit=2")
    assert values(falling) == [None, None, None, *reversed(there)]
    by_place = _all_records(client, "/api/data/figures/records?sort=-municipality&limit=1")
    assert [row["municipality"] for row in by_place] == sorted((row["municipality"] for row in whole), reverse=True)


def test_filters(released: Policy, client: Client) -> None:
    def found(query: str) -> int:
        return len(_all_records(client, f"/api/data/figures/records?{query}"))

    assert found("municipality=042021") == 3
    assert found("municipality__in=042021,042030&on=2026-03-31") == 2
    assert found("municipality__empty=true") == 3
    assert found("municipality__ne=042021") == 9
    assert found("value__gte=10&value__lt=20") == 3
    assert found("municipality_name__contains=石巻") == 3
    assert found("on__gt=2026-06-30") == 4
    assert found("hidden=true") == 0
    assert len(_rows(client, "/data/figures.csv?municipality=042021&sort=-on&fields=on,value")[0]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "nothing=1",
        "value=abc",
        "value=NaN",
        "value=1e999999999",
        "on=2026-02-30",
        "on__contains=x&limit=0",
        "limit=-1",
        "limit=1001",
        "limit=9999999999999999999999",
        "limit=１０",
        "sort=nothing",
        "sort=--value",
        "fields=value,nothing",
        "cursor=abc",
        "cursor=%00",
        "cursor=W2ZhbHNlLG51bGwsIjk5OTk5OTk5OTk5OTk5OTk5OTk5OTkiLCIiXQ",
        "cursor=W3RydWUsbnVsbCwiMSIsIiJd",
        "hidden=1",
        "municipality=%00",
        "municipality__empty=1",
        "note=" + "x" * 501,
        "released_at__gt=yesterday",
        "&".join(f"value__gt={number}" for number in range(21)),
    ],
)
def test_a_question_that_cannot_be_read_is_a_problem(released: Policy, client: Client, query: str) -> None:
    response = client.get(f"/api/data/figures/records?{query}")
    assert response.status_code == 400
    assert response["Content-Type"].startswith("application/problem+json")
    assert response.json()["code"] == "bad-query"
    assert client.get(f"/data/figures/?{query}").status_code in {200, 400}


def test_words_of_sql_are_only_words(released: Policy, client: Client) -> None:
    before = PublishedFigure.objects.count()
    for value in ("'; DROP TABLE improve_publishedfigure; --", "%s", "%(x)s", "\\", '"'):
        response = client.get("/api/data/figures/records", {"municipality": value, "note__contains": value})
        assert response.json()["records"] == []
        assert client.get("/data/figures.csv", {"title__contains": value}).status_code == 200
    assert PublishedFigure.objects.count() == before


def test_an_unknown_data_set_is_not_there(db: None, client: Client) -> None:
    assert client.get("/data/nothing/").status_code == 404
    assert client.get("/data/nothing.csv").status_code == 404
    assert client.get("/api/data/nothing/records").json()["code"] == "no-data-set"
    assert client.post("/api/data/figures/records").status_code == 405
    assert client.options("/api/data/figures/records")["Access-Control-Allow-Headers"] == "If-None-Match"


def test_who_asks_too_often_waits(released: Policy, client: Client, settings: LazySettings) -> None:
    settings.OPEN_DATA_BURST, settings.OPEN_DATA_RATE, settings.PROXIES = 20.0, 0.5, 1
    path = "/api/data/figures/records?limit=1"
    answers = [client.get(path, headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"}) for _ in range(25)]
    assert [one.status_code for one in answers].count(200) in {20, 21}
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1]["Retry-After"]) <= 3
    assert answers[-1].json()["code"] == "too-many-requests"
    assert client.get(path, headers={"X-Forwarded-For": "1.1.1.1, 3.3.3.3"}).status_code == 200
    assert client.get(path, headers={"X-Forwarded-For": "9.9.9.9, 2.2.2.2"}).status_code == 429
    page = client.get("/data/figures.csv", headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})
    assert (page.status_code, "Retry-After" in page.headers) == (429, True)
    assert all(b"2.2.2.2" not in bytes(row.mark) for row in Visitor.objects.all())


def test_shelters_in_the_layout_of_the_standard(released: Policy, client: Client) -> None:
    Shelter.objects.create(
        code="04202-standard-A1",
        name="見本小学校",
        municipality_id="04202",
        address="宮城県石巻市見本1-1",
        longitude=141.3,
        latitude=38.43,
        emergency=True,
        designated=True,
        hazards=["flood", "tsunami"],
        capacity=500,
        source="test",
        imported_at=clock.now(),
    )
    (row,) = _rows(client, "/data/shelters.csv")
    assert row["全国地方公共団体コード"] == row["市区町村コード"] == "042021"
    assert (row["災害種別_洪水"], row["災害種別_津波"], row["災害種別_高潮"]) == ("1", "1", "")
    assert (row["想定収容人数"], row["緯度"], row["地方公共団体名"]) == ("500", "38.43", "石巻市")
    assert client.get("/api/data/shelters/records?typeOfDisasterTsunami=1").json()["records"][0]["名称"] == "見本小学校"
    assert client.get("/api/data/shelters/records?災害種別_高潮=1").json()["records"] == []


def test_names_of_columns_are_unique_and_fit_the_database() -> None:
    for one in DATA_SETS.values():
        for names in ([column.name for column in one.columns], [column.english for column in one.columns]):
            assert len(set(names)) == len(names), one.id
        assert all(len(column.name.encode()) <= 63 for column in one.columns)
        assert set(one.primary_key) <= {column.name for column in one.columns}


@pytest.mark.parametrize("language", ["ja", "easy", "en"])
def test_pages_for_people(released: Policy, client: Client, language: str) -> None:
    make_all_ready()
    assert client.get("/data/", {"lang": language}).status_code == 200
    for one in DATA_SETS.values():
        for query in ("", "sort=-value&value__gte=10" if one.id == "figures" else "sort="):
            page = client.get(f"/data/{one.id}/?{query}&lang={language}")
            assert page.status_code == 200, one.id
    page = client.get("/data/figures/?municipality=-&indicator=&sort=-on&lang=ja").content.decode()
    assert "条件に合うのは" in page.replace("<wbr>", "")
    assert "municipality__empty=true" in page


def test_crawlers_find_pages_and_leave_people_alone(released: Policy, client: Client) -> None:
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /console/" in robots
    sitemap = client.get("/sitemap.xml").content.decode()
    assert "/data/figures/" in sitemap
    assert "/progress/places/04202/" in sitemap
