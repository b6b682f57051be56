"""What everybody reads of the policy: released figures alone, in three languages, right at once after a release."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import shapely
from django.http import QueryDict
from django.test import Client
from pytest_django.fixtures import Settings

from tests.apply.test_access import signed_in
from tests.improve.conftest import Town
from tests.improve.test_figures import use
from todoke.faces.charts.place_map import step_of, steps
from todoke.faces.look.prefecture_map import prefecture_map
from todoke.faces.public.progress import pages
from todoke.faces.public.progress.choice import choice_of
from todoke.faces.public.progress.voice import LANGUAGES, voice
from todoke.kernel import clock
from todoke.loops.improve.actions.figures import record_figure
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.actions.releases import release_figures
from todoke.loops.improve.jobs import count
from todoke.loops.improve.models import Evaluation, Round, Use
from todoke.loops.improve.policies import policy_from
from todoke.loops.improve.queries.corrections import corrections
from todoke.loops.improve.types import Kind, Origin, Policy
from todoke.registry.places.models import Municipality

pytestmark = pytest.mark.django_db

TOWNS = (
    ("04100", "仙台市", "Sendai City"),
    ("04202", "石巻市", "Ishinomaki City"),
    ("04203", "塩竈市", "Shiogama City"),
    ("04205", "気仙沼市", "Kesennuma City"),
    ("04211", "岩沼市", "Iwanuma City"),
)
JUNE, SEPTEMBER = date(2026, 6, 30), date(2026, 9, 30)
ADDRESSES = (
    "/progress/",
    "/progress/indicators/",
    "/progress/indicators/data-sets/",
    "/progress/indicators/received/",
    "/progress/measures/open-data/",
    "/progress/places/",
    "/progress/places/?indicator=received",
    "/progress/places/04202/",
    "/progress/explore/",
    "/progress/explore/?i=data-sets&i=received&p=all&p=04202",
    "/progress/explore/?i=received&p=04100&p=04202&kind=bar",
    "/progress/explore/?i=received&kind=map",
)


@pytest.fixture(autouse=True)
def places(db: None) -> Iterator[None]:
    """Five squares beside one another instead of the prefecture's 35 municipalities."""
    prefecture_map.cache_clear()
    for number, (code, name, english) in enumerate(TOWNS):
        square = shapely.MultiPolygon([shapely.box(140.5 + number / 10, 38, 140.6 + number / 10, 38.1)])
        Municipality.objects.update_or_create(
            code=code,
            defaults={"prefecture_code": "04", "name": name, "name_en": english, "boundary": shapely.to_wkb(square)},
        )
    yield
    prefecture_map.cache_clear()


@pytest.fixture
def said(policy: Policy) -> Callable[..., None]:
    def record(value: int, on: date = SEPTEMBER, indicator: str = "data-sets", place: str = "", note: str = "") -> None:
        record_figure(
            policy=policy,
            indicator=indicator,
            on=on,
            value=Decimal(value),
            municipality=place,
            origin=Origin.REPORT if indicator == "data-sets" else Origin.CSV,
            detail="報告",
            by="system",
            note=note or "試験",
        )

    return record


@pytest.fixture
def released_policy(policy: Policy, said: Callable[..., None], settings: Settings) -> Policy:
    settings.SMALLEST_COUNT = 10
    for place, number in {"04100": 300, "04202": 60, "04203": 45, "04205": 4}.items():
        use(Kind.CASE_RECEIVED, date(2026, 8, 1), place, number, channel="online")
    Use.objects.filter(municipality_code="04100").update(service="childcare-place")
    Use.objects.exclude(municipality_code="04100").update(service="child-allowance")
    count()
    said(900, JUNE)
    said(1010)
    said(310, place="04202")
    release_figures(policy=policy)
    return policy


def text(client: Client, address: str, language: str = "ja") -> str:
    answer = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}")
    assert answer.status_code == 200, address
    assert "{" not in re.sub(r"<style.*?</style>", "", answer.content.decode()), address
    return answer.content.decode()


def test_without_a_policy_it_says_so(client: Client) -> None:
    assert "まだ公表されていません" in text(client, "/progress/")
    assert client.get("/progress/card-ja.png").status_code == 404


def test_what_was_not_released_is_on_no_page(client: Client, policy: Policy, said: Callable[..., None]) -> None:
    said(900, JUNE)
    release_figures(policy=policy)
    said(987_654)
    said(876_543, place="04202")
    for address in (
        *ADDRESSES,
        "/progress/explore.csv?i=data-sets&p=all&p=04202",
        "/progress/indicators/data-sets.svg",
    ):
        content = client.get(address).content.decode()
        assert "987,654" not in content
        assert "987654" not in content
        assert "876" not in content, address
    assert "900" in text(client, "/progress/indicators/data-sets/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language(client: Client, released_policy: Policy, language: str) -> None:
    for address in ADDRESSES:
        page = text(client, address, language)
        names = re.findall(r'\sid="([^"]+)"', page)
        assert len(names) == len(set(names)), (address, [name for name in names if names.count(name) > 1])
        assert f'lang="{"en" if language == "en" else "ja"}"' in page[:200]
        for svg in re.findall(r"<svg class=\"chart.*?</svg>", page, re.DOTALL):
            drawn = ElementTree.fromstring(svg)
            assert drawn.get("role") == "img"
            assert all((drawn.findtext(name) or "").strip() for name in ("title", "desc"))
        if language == "en":
            seen = re.sub(r"<title.*?</title>|日本語|やさしい日本語|试|[简繁][体體]中文|試験の方針", "", page)
            assert not re.search(r">[^<]*[ぁ-ん][^<]*<", re.sub(r'lang="ja".*?</', "", seen[500:])), address


def test_words_are_the_same_in_every_language() -> None:
    def gaps(found: object) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", str(found)))

    japanese = voice("ja").words
    for language in LANGUAGES:
        words = voice(language).words
        assert set(words) == set(japanese)
        known = {
            "title",
            "name",
            "all",
            "all_things",
            "well",
            "well_things",
            "late",
            "late_things",
            "count",
            "count_things",
        }
        assert {key for key in words if not gaps(words[key]) <= gaps(japanese[key]) | known} == set()


def test_a_small_count_is_not_published_and_the_page_says_why(client: Client, released_policy: Policy) -> None:
    for address in (
        "/progress/indicators/received/",
        "/progress/places/?indicator=received",
        "/progress/places/04205/",
    ):
        page = text(client, address)
        assert "非公表" in page
        assert "人数が少なく" in page
    row = re.search(r"気仙沼市</a></th><td[^>]*>([^<]*)<", text(client, "/progress/places/?indicator=received"))
    assert row
    assert row[1] == "非公表"
    table = client.get("/progress/explore.csv?i=received&p=04205").content.decode()
    assert "received,04205,2026-09-30,,件,1" in table


def test_the_headline_counts_what_is_late(client: Client, released_policy: Policy) -> None:
    page = text(client, "/progress/")
    heading = re.sub(r"<[^>]+>", "", re.search(r"<h1.*?</h1>", page, re.DOTALL)[0])  # type: ignore[index]
    assert heading == "3つの目標のうち2つが予定どおり、1つが遅れています"
    assert page.count("square square-late") == 1
    assert page.count('class="bar-row"') == 3
    assert page.count("bar-late") == 1
    english = text(client, "/progress/", "en")
    assert re.sub(r"<[^>]+>", "", re.search(r"<h1.*?</h1>", english, re.DOTALL)[0]) == (  # type: ignore[index]
        "Of 3 targets, 2 on track and 1 late"
    )


def test_a_page_is_known_again_until_something_is_released(
    client: Client, policy: Policy, said: Callable[..., None]
) -> None:
    said(900, JUNE)
    release_figures(policy=policy)
    first = client.get("/progress/")
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Vary"] == "Cookie, Accept-Language"
    assert "Last-Modified" in first.headers
    again = {"if-none-match": first.headers["ETag"]}
    assert client.get("/progress/", headers=again).status_code == 304
    assert client.get("/progress/", headers={**again, "accept-language": "en"}).status_code == 200
    said(1010)
    assert client.get("/progress/", headers=again).status_code == 304
    release_figures(policy=policy)
    newer = client.get("/progress/", headers=again)
    assert newer.status_code == 200
    assert "1,010" in newer.content.decode()
    changed = {**policy.content, "titles": {"ja": "新しい名前", "easy": "名前（なまえ）", "en": "A new name"}}
    publish_policy(policy=policy_from(changed), actor="system", reason="名前")
    renamed = client.get("/progress/", headers={"if-none-match": newer.headers["ETag"]})
    assert "新しい名前" in renamed.content.decode()


def test_a_known_page_needs_few_looks_into_the_database(
    client: Client, released_policy: Policy, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    pages.forget_pages()
    client.get("/progress/")
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        assert client.get("/progress/").status_code == 200


def test_a_resident_finds_their_own_town(town: Town, released_policy: Policy) -> None:
    client = signed_in(town.mother)
    answer = client.get("/progress/")
    assert '<option value="04202" selected>' in answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers
    assert '<option value="04202" selected>' not in Client().get("/progress/").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/progress/indicators/nothing/",
        "/progress/indicators/nothing.svg",
        "/progress/indicators/data-sets.pdf",
        "/progress/measures/nothing/",
        "/progress/places/99999/",
        "/progress/places/?code=99999",
        "/progress/places/?indicator=nothing",
        "/progress/places/?indicator=days",
        "/progress/evaluations/2025/",
        "/progress/card-fr.png",
        "/progress/explore.csv",
        "/progress/explore.exe?i=data-sets",
    ],
)
def test_what_there_is_not(client: Client, released_policy: Policy, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_town_is_found_by_the_form(client: Client, released_policy: Policy) -> None:
    assert client.get("/progress/places/?code=04202").headers["Location"] == "/progress/places/04202/"
    assert "310件" in text(client, "/progress/places/04202/")


def test_notes_and_reasons_are_no_markup(client: Client, policy: Policy, said: Callable[..., None]) -> None:
    said(900, note="<script>alert(1)</script>")
    release_figures(policy=policy)
    said(950, note='"><img src=x onerror=alert(1)>')
    release_figures(policy=policy)
    changed = {**policy.content, "indicators": [dict(one) for one in policy.content["indicators"]]}
    for one in changed["indicators"]:
        if one["id"] == "data-sets":
            one["targets"] = [{"on": "2028-03-31", "value": 1300}]
            one["titles"] = dict.fromkeys(LANGUAGES, "</title><script>x</script>")
    publish_policy(policy=policy_from(changed), actor="system", reason="<b>理由</b>")
    for address in ("/progress/", "/progress/indicators/data-sets/", "/progress/explore/?i=data-sets&i=received"):
        page = text(client, address)
        assert "<script>x" not in page
        assert "<img src=x" not in page
    page = text(client, "/progress/indicators/data-sets/")
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;理由" in page
    svg = client.get("/progress/indicators/data-sets.svg")
    assert svg.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not ElementTree.fromstring(svg.content).findall(".//{*}script")


def test_a_correction_and_a_changed_target_stay_visible(
    client: Client, policy: Policy, said: Callable[..., None]
) -> None:
    said(900)
    release_figures(policy=policy)
    said(905, note="まだ出していない")
    said(950, note="数え直した")
    release_figures(policy=policy)
    assert [(one.before, one.after) for one in corrections(policy.id, "data-sets")] == [(Decimal(900), Decimal(950))]
    changed = {**policy.content, "indicators": [dict(one) for one in policy.content["indicators"]]}
    next(one for one in changed["indicators"] if one["id"] == "data-sets")["targets"] = [
        {"on": "2028-03-31", "value": 1300}
    ]
    publish_policy(policy=policy_from(changed), actor="system", reason="国の目標に合わせた")
    page = text(client, "/progress/indicators/data-sets/")
    assert "数え直した" in page
    assert "まだ出していない" not in page
    assert "905" not in page
    assert "国の目標に合わせた" in page
    assert "1,200件" in page
    assert "1,300件" in page


def test_an_evaluation_once_it_is_published(client: Client, town: Town, released_policy: Policy) -> None:
    before = client.get("/progress/").headers["ETag"]
    days = [date(2026, month, 1) for month in (4, 5, 6, 7)]
    made = Round.objects.create(
        policy=released_policy.id,
        year=2025,
        opens_on=days[0],
        due_on=days[1],
        meeting_on=days[2],
        publishes_on=days[3],
        opened_by=town.officer,
        opened_at=clock.now(),
        evaluated_at=clock.now(),
    )
    Evaluation.objects.create(
        round=made,
        measure="open-data",
        class_id="good",
        mark="A",
        reasons={"ja": "遅れが<b>ありません", "easy": "よい", "en": "None is late"},
        rule_class="good",
        rule_reasons={},
        measured={},
    )
    assert client.get("/progress/evaluations/2025/").status_code == 404
    assert client.get("/progress/", headers={"if-none-match": before}).status_code == 304
    Round.objects.update(published_at=clock.now())
    assert "/progress/evaluations/2025/" in client.get("/progress/", headers={"if-none-match": before}).content.decode()
    page = text(client, "/progress/evaluations/2025/")
    assert "2025年度の取組を、こう評価しました" in page
    assert "遅れが&lt;b&gt;" in re.sub("<wbr>", "", page)
    assert "進んでいる" in text(client, "/progress/measures/open-data/")
    assert "None is late" in text(client, "/progress/evaluations/2025/", "en")


def test_by_month_and_by_service(client: Client, released_policy: Policy) -> None:
    page = text(client, "/progress/indicators/received/")
    assert "月ごと" in page
    assert "2026.8" in page
    assert "手続ごと" in page


def test_different_units_are_compared_as_an_index(client: Client, released_policy: Policy) -> None:
    page = text(client, "/progress/explore/?i=data-sets&i=online-share&i=received")
    assert "指数" in page
    assert "指数 123" in page, "1010 of 820"
    assert "指数" not in text(client, "/progress/explore/?i=data-sets&i=received"), "both are counts of 件"


def test_an_old_link_shows_what_is_left(client: Client, released_policy: Policy) -> None:
    page = text(client, "/progress/explore/?i=data-sets&i=gone&p=12345&from=yesterday&kind=pie")
    assert "外しました" in page
    assert "1,010件" in page
    assert "数値がありません" in text(client, "/progress/explore/?i=data-sets&from=2030-01&to=2031-01")
    assert "外しました" in text(client, "/progress/explore/?i=%00&i=data-sets")


def test_at_most_four_indicators_and_every_place(released_policy: Policy, client: Client) -> None:
    many = replace(
        released_policy,
        indicators=tuple(replace(one, id=f"{one.id}-{n}") for n in range(3) for one in released_policy.indicators),
    )
    query = QueryDict("&".join(f"i={one.id}" for one in many.indicators))
    chosen = choice_of(query, many, [], SEPTEMBER)
    assert len(chosen.indicators) == 4
    assert chosen.too_many
    every = "&".join(f"p={code}" for code, _name, _english in TOWNS)
    page = text(client, f"/progress/explore/?i=received&i=online-share&p=all&{every}")
    assert "はじめの8本だけ" in page


def test_pictures(client: Client, released_policy: Policy) -> None:
    for address in ("/progress/indicators/data-sets.png", "/progress/explore.png?i=received&kind=map"):
        picture = client.get(address)
        assert picture.headers["Content-Type"] == "image/png"
        assert picture.content.startswith(b"\x89PNG")
    for language in LANGUAGES:
        card = client.get(f"/progress/card-{language}.png")
        assert (int.from_bytes(card.content[16:20]), int.from_bytes(card.content[20:24])) == (1200, 630)
    known = {"if-none-match": card.headers["ETag"]}
    assert client.get("/progress/card-en.png", headers=known).status_code == 304
    page = text(client, "/progress/")
    assert re.search(r'<meta property="og:image" content="http[^"]+/progress/card-ja.png">', page)


def test_the_page_is_small_in_every_language(client: Client, released_policy: Policy) -> None:
    for language in LANGUAGES:
        assert len(text(client, "/progress/", language).encode()) < 60_000


def test_samples_are_called_samples(client: Client, released_policy: Policy, settings: Settings) -> None:
    settings.DEMONSTRATION = False
    assert "見本" not in text(client, "/progress/")
    settings.DEMONSTRATION = True
    for address in ADDRESSES:
        assert "この画面の数値は見本です" in text(client, address), address
    assert "見本" in client.get("/progress/indicators/data-sets.svg").content.decode()


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([12, 15, 37, 40, 55, 60, 80, 100, 300, 1543], 0),
        ([0], 0),
        ([3, 3, 3], 0),
        ([15, 32, 20, 26], 0),
        ([0.1, 0.2], 1),
    ],
)
def test_steps_of_a_map(values: list[float], decimals: int) -> None:
    known = [Decimal(str(value)) for value in values]
    found = steps(known, decimals)
    assert 1 <= len(found) <= 4
    assert sum(step.count for step in found) == len(known)
    assert found[0].colour == 3
    for value in known:
        step = step_of(value, found)
        assert step.low <= value
        assert step.high is None or value < step.high
