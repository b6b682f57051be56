"""The page of a warning, and the page of what is in force."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import LazySettings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.journeys.conftest import WEIGHT, accessible  # noqa: F401 - a fixture
from tests.look.test_look import FACES as LOOKS
from tests.look.test_look import contrast
from tests.reach.telegram_maker import coast, tsunami
from tests.reach.warned import CITY, TOWN, danger, resident, say_open, shelter_at, tsunami_zone
from todoke.exchange.messages.actions import token_of
from todoke.exchange.messages.models import Message, Reply
from todoke.exchange.messages.types import LANGUAGES
from todoke.faces.public import sketch
from todoke.faces.public.reading import WORDS, reading
from todoke.kernel import clock, sessions
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.actions.warnings import take_in
from todoke.loops.reach.models import Feed
from todoke.loops.reach.queries import alarm
from todoke.loops.reach.telegrams.cap import parse_alert
from todoke.loops.reach.telegrams.markup import parse
from todoke.loops.reach.telegrams.types import Severity
from todoke.loops.reach.types import Change, OrderKind
from todoke.registry.people.models import Resident
from todoke.registry.places.actions import load_places
from todoke.registry.places.types import Hazard

Check = Callable[[Page], None]


@pytest.fixture(autouse=True)
def miyagi(db: None) -> None:
    load_places(prefecture_code="04")


@pytest.fixture
def mother() -> Resident:
    return resident()


def text_of(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def log_in(client: Client, person: Resident) -> None:
    store = sessions.SessionStore()
    store[sessions.PRINCIPAL] = f"resident:{person.pk}"
    store["seen"] = clock.now().timestamp()
    store.create()
    client.cookies["todoke"] = store.session_key or ""


# The message


def test_a_message_says_what_to_do_and_where_to_go(mother: Resident, client: Client) -> None:
    said = danger()
    said.warn()
    said.order()
    token = said.tell(mother, said.alert(), shelter=shelter_at("S1", "みなと山公園"))
    answer = client.get(f"/m/{token}/")
    page = re.sub("<wbr>", "", text_of(answer))
    for words in (
        "津波警報",
        "いますぐ高い所へ逃げてください",
        "15:10",
        "みなと山公園",
        "北西へ 830m",
        "約18分",
        "石巻市の方へ",
    ):
        assert words in page
    assert 'transform="rotate(315 50 50)"' in page
    assert "tone-3" in page
    assert re.search(r"津波警報</strong>.*気象庁.*避難指示</strong>.*石巻市", page, re.DOTALL)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
    assert Message.objects.get().read_at


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_in_every_language(mother: Resident, client: Client, language: str) -> None:
    said = danger()
    said.warn()
    token = said.tell(mother, said.alert(), shelter=shelter_at("S1", "みなと山公園"))
    page = text_of(client.get(f"/m/{token}/?lang={language}"))
    words = reading(language)
    assert f'<html lang="{words.tag}">' in page
    assert "{" not in re.sub(r"data-waiting=\"[^\"]*\"", "", page)
    assert str(words.page["help"]).split("（")[0] in page
    # The choice holds for the next page.
    assert f'<html lang="{words.tag}">' in text_of(client.get(f"/m/{token}/"))
    assert f'<html lang="{words.tag}">' in text_of(client.get("/now/"))


def test_the_language_of_the_reader_is_first(client: Client) -> None:
    said = danger()
    token = said.tell(resident("ko"), said.alert())
    assert '<html lang="ko">' in text_of(client.get(f"/m/{token}/"))


def test_an_answer_needs_the_link_and_nothing_else(mother: Resident) -> None:
    said = danger()
    token = said.tell(mother, said.alert())
    client = Client(enforce_csrf_checks=True)
    answer = client.post(f"/m/{token}/", {"answer": "help"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/m/{token}/#answer"
    page = text_of(client.get(f"/m/{token}/"))
    assert "「助けが必要です」" in page
    assert 'name="needs"' in page
    client.post(f"/m/{token}/", {"answer": "help", "needs": "インスリン"})
    assert 'name="needs"' not in text_of(client.get(f"/m/{token}/"))
    client.post(f"/m/{token}/?lang=en", {"answer": "safe"})
    assert [(reply.answer, reply.needs, reply.via) for reply in Reply.objects.order_by("pk")] == [
        ("help", "", "link"),
        ("help", "インスリン", "link"),
        ("safe", "", "link"),
    ]
    assert not client.cookies


def test_a_link_takes_no_flood_of_answers_and_always_a_call_for_help(mother: Resident, client: Client) -> None:
    said = danger()
    token = said.tell(mother, said.alert())
    answers = [client.post(f"/m/{token}/", {"answer": "safe"}).status_code for _time in range(22)]
    assert answers == [303] * 20 + [429] * 2
    refused = client.post(f"/m/{token}/?lang=vi", {"answer": "safe"})
    assert refused.status_code == 429
    assert "hãy gọi 119" in text_of(refused)
    assert "Set-Cookie" not in refused.headers
    by_script = client.post(f"/m/{token}/", {"answer": "safe"}, headers={"Accept": "application/json"})
    assert (by_script.status_code, "119" in by_script.json()["error"]) == (429, True)
    assert client.post(f"/m/{token}/", {"answer": "help", "needs": "インスリン"}).status_code == 303
    assert Reply.objects.order_by("-pk")[0].answer == "help"
    assert "hãy gọi 119" not in text_of(client.get(f"/m/{token}/"))


@pytest.mark.parametrize("answer", ["", "dead", "\0", "safe'"])
def test_another_answer_is_refused(mother: Resident, client: Client, answer: str) -> None:
    said = danger()
    token = said.tell(mother, said.alert())
    assert client.post(f"/m/{token}/", {"answer": answer}).status_code == 422
    assert not Reply.objects.exists()


def test_a_link_that_was_changed_opens_nothing(mother: Resident, client: Client) -> None:
    said = danger()
    token = said.tell(mother, said.alert())
    other = ("B" if token[0] == "A" else "A") + token[1:]
    for wrong in (other, token[:-4], "x", "あ"):
        assert client.get(f"/m/{wrong}/").status_code == 404
        assert client.post(f"/m/{wrong}/", {"answer": "safe"}).status_code == 404


def test_a_browser_that_looks_ahead_has_not_read(mother: Resident, client: Client) -> None:
    said = danger()
    token = said.tell(mother, said.alert())
    client.get(f"/m/{token}/", headers={"Sec-Purpose": "prefetch"})
    client.head(f"/m/{token}/")
    assert Message.objects.get().read_at is None


def test_an_old_link_shows_what_holds_now(mother: Resident, client: Client) -> None:
    said = danger()
    site = shelter_at("S1", "みなと山公園")
    said.warn()
    token = said.tell(mother, said.alert(), shelter=site)
    said.warn(Severity.EMERGENCY, name="大津波警報")
    said.tell(mother, said.alert("major-warning", Change.RAISED, before="warning"), shelter=site)
    page = re.sub("<wbr>", "", text_of(client.get(f"/m/{token}/")))
    assert "「津波警報」から「大津波警報」に上がりました" in page
    assert "tone-4" in page
    said.tell(mother, said.alert("over", Change.CANCELLED, before="major-warning"))
    page = re.sub("<wbr>", "", text_of(client.get(f"/m/{token}/")))
    assert "解除されました" in page
    assert "tone-0" in page
    assert "みなと山公園" not in page
    assert 'name="answer"' not in page


def test_the_lifting_of_an_order_does_not_hide_a_warning(mother: Resident, client: Client) -> None:
    said = danger()
    said.warn()
    token = said.tell(mother, said.alert())
    order = said.order()
    said.tell(mother, said.alert("over", Change.CANCELLED, before="evacuate", order=order, plan="evacuation-order"))
    page = re.sub("<wbr>", "", text_of(client.get(f"/m/{token}/")))
    assert re.search(r"<h1[^>]*>津波警報</h1>", page)


def test_who_was_not_told_of_the_end_sees_it_by_the_old_link(mother: Resident, client: Client) -> None:
    said = danger()
    token = said.tell(mother, said.alert())
    said.tell(resident(), said.alert("over", Change.CANCELLED, before="warning"))
    assert "解除されました" in re.sub("<wbr>", "", text_of(client.get(f"/m/{token}/")))


def test_a_drill_cannot_be_mistaken(mother: Resident, client: Client) -> None:
    said = danger("drill")
    said.warn()
    token = said.tell(mother, said.alert())
    page = re.sub("<wbr>", "", text_of(client.get(f"/m/{token}/")))
    assert page.count("これは訓練です。本当の災害ではありません") == 2
    assert "<title>訓練 " in page
    assert 'class="drill-word">訓練' in page


def test_the_inbox_leads_to_the_page(mother: Resident, client: Client) -> None:
    said = danger()
    token = said.tell(mother, said.alert())
    log_in(client, mother)
    assert "津波警報" in text_of(client.get("/inbox/"))
    answer = client.get(f"/inbox/{Message.objects.get().pk}/")
    assert answer.headers["Location"] == f"/m/{token}/"


def test_a_message_without_home_or_shelter_is_a_page_too(client: Client) -> None:
    said = danger()
    token = said.tell(resident(point=None), said.alert())
    page = text_of(client.get(f"/m/{token}/"))
    assert "高台" in page
    assert "<figure>" not in page


@pytest.mark.django_db(transaction=True)
def test_the_page_follows_telegrams(mother: Resident, client: Client, settings: LazySettings, tmp_path: Path) -> None:
    settings.STATE = tmp_path

    def sea(said: tuple[str, str], before: tuple[str, str], minute: int) -> None:
        body = tsunami(coast("宮城県", "220", *said, last=before), sent=f"2026-07-01T03:{minute:02}:00Z")
        take_in(telegram_id=receive(body=body, source="push").telegram.pk)

    def page() -> str:
        return text_of(client.get(f"/m/{token}/")).replace("<wbr>", "")

    advisory, warning, major = ("津波注意報", "62"), ("津波警報", "51"), ("大津波警報", "52")
    sea(warning, ("津波なし", "00"), 0)
    token = token_of(Message.objects.get().pk)
    assert re.search("<h1[^>]*>津波警報</h1>", page())
    assert "上がりました" not in page()
    sea(major, warning, 1)
    assert re.search("<h1[^>]*>大津波警報</h1>", page())
    assert "「津波警報」から「大津波警報」に上がりました" in page()
    sea(advisory, major, 2)
    assert "tone-2" in page()
    sea(("津波注意報解除", "60"), advisory, 3)
    assert "tone-0" in page()
    assert "解除されました" in page()
    assert "警報・避難情報は出ていません" in text_of(client.get("/now/")).replace("<wbr>", "")


# The drawing


def test_the_drawing_has_sea_and_land_on_the_right_sides() -> None:
    # Yamamoto's coast lies to the east.
    drawn = sketch.sketch((140.87, 37.97), (140.91, 37.905), "tsunami")
    assert drawn
    assert drawn.home[1] < drawn.shelter[1]
    assert drawn.land.startswith("M")
    assert drawn.borders
    assert drawn.water
    assert drawn.water[0] > max(drawn.home[0], drawn.shelter[0])
    inland = sketch.sketch((140.9, 38.55), (140.905, 38.555), "tsunami")
    assert inland
    assert inland.water is None


def test_directions_agree_with_the_drawing() -> None:
    end = (141.3, 38.42)
    for direction in range(8):
        start = sketch.start_of(end, 1000, direction)
        assert round(sketch.metres_between(start, end)) == 1000
        assert round(sketch.bearing(start, end)) % 360 == direction * 45


def test_what_is_too_far_is_not_drawn() -> None:
    assert sketch.sketch((139.7, 35.7), (141.3, 38.4), "tsunami") is None


# In force


def test_nothing_is_in_force(client: Client) -> None:
    page = re.sub("<wbr>", "", text_of(client.get("/now/")))
    assert "警報・避難情報は出ていません" in page
    assert "警報・避難情報は出ていません" in re.sub("<wbr>", "", text_of(client.get("/")))


def test_orders_and_information_are_never_mixed(client: Client) -> None:
    said = danger(hazard="flood")
    said.order(OrderKind.EVACUATE, hazard=Hazard.FLOOD, area="北上川ぞい", households=1234)
    said.order(OrderKind.ELDERLY, hazard=Hazard.FLOOD, municipality=TOWN, area="全域")
    said.warn(Severity.SEVERE, name="レベル４氾濫危険警報", kind="flood", level=4, municipalities=[CITY])
    page = re.sub("<wbr>", "", text_of(client.get("/now/")))
    orders, information = page.split('id="information"')
    assert "1つの市町村に避難指示が出ています" in page
    assert "1,234世帯" in orders
    assert "警戒レベル4" in orders
    assert "氾濫危険警報" not in orders
    assert "氾濫危険警報" in information
    assert "警戒レベル" not in information
    assert "level-solid" not in information
    assert orders.index("警戒レベル4") < orders.index("警戒レベル3")


def test_a_tsunami_has_no_number(client: Client) -> None:
    said = danger()
    said.warn()
    said.order()
    page = text_of(client.get("/now/"))
    assert "level-number" not in page
    assert "レベル" not in page
    assert "高さ 3m" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_force_in_every_language(client: Client, language: str) -> None:
    said = danger()
    said.warn()
    said.order()
    say_open(shelter_at("S1", "みなと山公園"))
    words = reading(language)
    page = text_of(client.get(f"/now/?lang={language}&place=986-0000"))
    assert f'<html lang="{words.tag}">' in page
    assert "{" not in page
    if not words.han:
        assert "津波" not in page
        assert "気象庁" not in page


def test_every_language_has_every_word() -> None:
    import yaml

    found = {path.stem: yaml.safe_load(path.read_text()) for path in WORDS.glob("*.yaml")}
    assert set(found) == {language if language != "ja-easy" else "easy" for language in LANGUAGES}
    names = {"kinds", "names", "publishers"}
    for language, words in found.items():
        assert set(words) - names == set(found["ja"]), language
        for key, said in words.items():
            if isinstance(said, str) and key in found["ja"]:
                gaps = re.compile(r"\{\w+\}")
                assert sorted(gaps.findall(said)) == sorted(gaps.findall(found["ja"][key])), (language, key)
            elif isinstance(said, dict) and key in found["ja"]:
                assert set(said) == set(found["ja"][key]), (language, key)
    assert all(set(found["en"]["kinds"]) == set(words["kinds"]) for words in found.values() if "kinds" in words)


def test_what_is_in_force_at_a_place(client: Client) -> None:
    said = danger()
    said.warn(municipalities=[CITY])
    said.order()
    say_open(shelter_at("S1", "みなと山公園"))
    say_open(shelter_at("S2", "閉じた学校"), "closed")
    here = re.compile('<div class="box" id="here">.*?<dl', re.DOTALL)
    for query in ("place=石巻市", "place=宮城県石巻市湊町", "place=Ishinomaki City", "at=38.4247,141.3021"):
        found = here.search(text_of(client.get(f"/now/?{query}")))
        assert found, query
        assert "避難指示" in found[0], query
        assert "みなと山公園" in found[0], query
        assert "閉じた学校" not in found[0]
    safe = here.search(text_of(client.get("/now/?place=大崎市")))
    assert safe
    assert "出ていません" in safe[0]
    for query in ("place=どこか", "place=0000000", "at=35.7,139.7", "place=%00"):
        assert client.get(f"/now/?{query}").status_code == 200, query


def test_a_source_that_is_silent_is_said(client: Client, settings: LazySettings) -> None:
    settings.TELEGRAM_FEEDS = ["https://example.jp/extra.xml"]
    assert "まだ受け取っていません" in re.sub("<wbr>", "", text_of(client.get("/now/")))
    feed = Feed.objects.create(address=settings.TELEGRAM_FEEDS[0], succeeded_at=clock.now())
    assert "に確かめました" in re.sub("[ ]|<wbr>", "", text_of(client.get("/now/")))
    feed.succeeded_at = clock.now() - timedelta(minutes=20)
    feed.save()
    assert "確かめられていません" in re.sub("<wbr>", "", text_of(client.get("/now/")))


def test_drills_are_apart(client: Client) -> None:
    said = danger("drill")
    said.warn(Severity.EMERGENCY, name="大津波警報")
    said.order()
    page = re.sub("<wbr>", "", text_of(client.get("/now/")))
    before, drills = page.split('id="drills"')
    assert "警報・避難情報は出ていません" in before
    assert "大津波警報" not in before
    assert "大津波警報" in drills
    assert drills.count('class="drill-word">訓練') >= 3


def test_what_was_in_force_before(client: Client) -> None:
    said = danger()
    said.warn()
    order = said.order()
    order.lift_confirmed_by, order.lifted_at = "officer:3", clock.now()
    order.save()
    page = text_of(client.get("/now/history/"))
    assert "発令" in page
    assert "解除" in page


# The strip


def test_the_strip_is_a_banner_for_those_whom_it_concerns(mother: Resident, client: Client) -> None:
    said = danger()
    said.warn(municipalities=[TOWN])
    log_in(client, mother)
    elsewhere = re.sub("<wbr>", "", text_of(client.get("/")))
    assert "1つの市町村に津波警報が出ています" in elsewhere
    assert "alarm-banner" not in elsewhere
    said.warn(municipalities=[CITY, TOWN])
    here = re.sub("<wbr>", "", text_of(client.get("/")))
    assert "石巻市に津波警報が出ています" in here
    assert 'class="alarm alarm-banner tone-3"' in here


def test_an_advisory_or_a_drill_raises_no_alarm(client: Client) -> None:
    danger().warn(Severity.ADVISORY, name="雷注意報", kind="thunder")
    danger("drill").warn()
    found = alarm()
    assert not found.is_raised
    assert found.drill
    page = re.sub("<wbr>", "", text_of(client.get("/")))
    assert "警報・避難情報は出ていません" in page
    assert "訓練の情報" in page


# For machines


def test_data_for_machines(client: Client) -> None:
    said = danger(hazard="flood")
    said.order(hazard=Hazard.FLOOD)
    said.warn(Severity.SEVERE, name="レベル４氾濫危険警報", kind="flood", level=4, municipalities=[CITY])
    danger("drill").warn()
    say_open(shelter_at("S1", "みなと山公園"))
    answers = {form: client.get(f"/now.{form}") for form in ("json", "geojson", "rss", "cap")}
    for answer in answers.values():
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=15"
        assert not answer.cookies
    data = json.loads(answers["json"].content)
    assert [(one["kind"], one["level"], one["municipality"]["code"]) for one in data["orders"]] == [
        ("evacuate", 4, CITY)
    ]
    assert [one["severity"] for one in data["information"]] == ["severe"]
    assert [one["name"] for one in data["drills"]["information"]] == ["津波警報"]
    assert data["shelters"][0]["state"] == "open"
    features = json.loads(answers["geojson"].content)["features"]
    assert [one["geometry"]["type"] for one in features] == ["MultiPolygon", "Point"]
    items = ElementTree.fromstring(answers["rss"].content).findall("channel/item")
    titles = [item.findtext("title") or "" for item in items]
    assert len(titles) == 3
    assert [title for title in titles if title.startswith("【訓練】")] == ["【訓練】津波警報 宮城県"]
    atom = "{http://www.w3.org/2005/Atom}"
    contents = ElementTree.fromstring(answers["cap"].content).findall(f"{atom}entry/{atom}content")
    alerts = [parse_alert(parse(ElementTree.tostring(content[0])))[0] for content in contents]
    assert [alert.status for alert in alerts] == ["Actual", "Actual", "Exercise"]
    assert alerts[0].infos[0].responses == ("Evacuate",)
    assert ("JIS X 0402", CITY) in alerts[0].infos[0].areas[0].geocodes


# The look


def test_the_colours_of_levels_can_be_read() -> None:
    for name in ("danger.css", "now.css", "todoke.css"):
        sheet = (LOOKS / "static" / "todoke" / name).read_text()
        pairs = re.findall(r"tone-[2-5] \{ (?:background|--tone): (#\w{6}); (?:color|--on-tone): (#\w{6});", sheet)
        assert len(pairs) == 4, name
        assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_message_on_a_phone(
    mother: Resident,
    live_server: LiveServer,
    page_phone: Page,
    accessible: Check,  # noqa: F811
) -> None:
    said = danger()
    said.warn()
    said.order()
    tsunami_zone()
    token = said.tell(mother, said.alert(), shelter=shelter_at("S1", "みなと山公園"))
    page = page_phone
    page.goto(f"{live_server.url}/m/{token}/")
    accessible(page)
    assert page.evaluate(WEIGHT) < 40_000
    assert page.get_by_text("歩いて約18分").bounding_box()["y"] < 700  # type: ignore[index]
    for button in page.locator(".answer").all():
        assert button.bounding_box()["height"] >= 68  # type: ignore[index]
    for language in LANGUAGES:
        page.goto(f"{live_server.url}/m/{token}/?lang={language}")
        accessible(page)
    page.goto(f"{live_server.url}/m/{token}/?lang=ja")
    page.get_by_role("button", name="避難中です").click()
    expect(page.get_by_role("status")).to_contain_text(re.compile("「避難中です」を.*受け取りました"))
    accessible(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="助けが必要です").click()
    expect(page.get_by_role("status")).to_contain_text("つながりしだい送ります")
    page.context.set_offline(False)
    expect(page.get_by_role("status")).to_contain_text(re.compile("「助けが必要です」を.*受け取りました"))
    accessible(page)
    page.get_by_label(re.compile("どんな助け")).fill("インスリン")
    page.get_by_role("button", name="送る").click()
    expect(page.get_by_label(re.compile("どんな助け"))).to_have_count(0)
    assert list(Reply.objects.order_by("pk").values_list("answer", flat=True)) == ["moving", "help", "help"]
    assert [cookie["name"] for cookie in page.context.cookies()] == ["todoke-language"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_answering_without_scripts(mother: Resident, live_server: LiveServer, chromium: Browser) -> None:
    said = danger()
    token = said.tell(mother, said.alert())
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(f"{live_server.url}/m/{token}/?lang=en")
    page.get_by_role("button", name="I am safe").click()
    expect(page.get_by_text("We received “I am safe”")).to_be_visible()
    page.goto(f"{live_server.url}/now/")
    page.get_by_label("Address or postal code").fill("石巻市")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#here")).to_contain_text("Ishinomaki")
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_force_on_phone_and_desk(
    live_server: LiveServer,
    page_phone: Page,
    page_desktop: Page,
    accessible: Check,  # noqa: F811
) -> None:
    for page in (page_phone, page_desktop):
        page.goto(f"{live_server.url}/now/")
        accessible(page)
    said = danger(hazard="flood")
    said.order(OrderKind.SECURE, hazard=Hazard.FLOOD, municipality="04341", area="全域")
    said.order(OrderKind.EVACUATE, hazard=Hazard.FLOOD)
    said.order(OrderKind.ELDERLY, hazard=Hazard.LANDSLIDE, municipality=TOWN)
    for grade, level, name in ((5, 5, "特別警報"), (4, 4, "危険警報"), (3, 3, "警報"), (2, 2, "注意報")):
        said.warn(Severity(grade), name=f"レベル{level}大雨{name}", kind="heavy_rain", level=level, area=f"試験{level}")
    danger().warn(Severity.EMERGENCY, name="大津波警報")
    danger("drill").warn()
    say_open(shelter_at("S1", "みなと山公園"))
    say_open(shelter_at("S2", "見本小学校", capacity=None), "full")
    for page in (page_phone, page_desktop):
        for path in ("/now/?place=石巻市", "/now/?lang=easy", "/now/?lang=vi", "/now/history/", "/now/?lang=ja"):
            page.goto(f"{live_server.url}{path}")
            accessible(page)
        page.goto(f"{live_server.url}/")
        expect(page.locator(".alarm-banner")).to_contain_text("緊急安全確保")
        accessible(page)
    dark = page_desktop
    dark.emulate_media(color_scheme="dark")
    dark.goto(f"{live_server.url}/now/")
    accessible(dark)
