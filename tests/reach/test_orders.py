"""An order: entered by one officer, confirmed by another of the same side, asked for until it is lifted."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.journeys.conftest import accessible  # noqa: F401 - a fixture
from tests.reach.desk import officer, signed_in
from tests.reach.warned import CITY, TOWN, danger, resident, shelter_at, tsunami_zone
from todoke.exchange.messages.models import Message
from todoke.exchange.messages.wordings import text_of
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.loops.reach.actions.announcing import announce
from todoke.loops.reach.actions.orders import (
    CONFIRM_WITHIN,
    confirm_lifting,
    confirm_order,
    enter_lifting,
    enter_order,
    keep_order,
    may_confirm,
    may_order,
    withdraw_old_orders,
)
from todoke.loops.reach.drafting import points_of
from todoke.loops.reach.errors import (
    BadOutlineError,
    NoLevelsError,
    NotYourMunicipalityError,
    OrderMovedOnError,
    OrderTooOldError,
    ReasonForActingError,
    ReasonForLiftingError,
    SecondPersonError,
)
from todoke.loops.reach.models import Alert, Order
from todoke.loops.reach.queries.incidents import orders_of
from todoke.loops.reach.types import OrderKind
from todoke.registry.organisations.models import Officer
from todoke.registry.places.actions import load_places
from todoke.registry.places.models import Town
from todoke.registry.places.types import Hazard

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def miyagi(settings: Settings, tmp_path: Path, db: None) -> None:
    settings.STATE = tmp_path
    load_places(prefecture_code="04")


@pytest.fixture
def first() -> Officer:
    return officer("first", CITY)


@pytest.fixture
def second() -> Officer:
    return officer("second", CITY, name="仮名 葵")


def enter(who: Officer, **changed: object) -> Order:
    given_: dict[str, object] = {
        "municipality_code": CITY,
        "kind": OrderKind.EVACUATE,
        "hazard": Hazard.TSUNAMI,
        "area_name": "沿岸部",
        "zones": [],
        "drawn": None,
        "reason": "",
        "people": 1,
        "households": 1,
    }
    return enter_order(officer=who, **{**given_, **changed})  # type: ignore[arg-type]


FORM = {"municipality": CITY, "hazard": "tsunami", "kind": "evacuate", "area_name": "沿岸部", "deed": "ask"}


def test_who_may_order(first: Officer) -> None:
    prefecture, elsewhere, other = officer("p"), officer("e", TOWN), officer("o", CITY, function="childcare")
    offices = [may_order(one, CITY) for one in (first, prefecture, elsewhere, other)]
    assert [found.municipality_code if found else None for found in offices] == [CITY, "", None, None]


def test_an_order_needs_a_second_person(first: Officer, second: Officer) -> None:
    order = enter(first)
    with pytest.raises(SecondPersonError):
        confirm_order(officer=first, order_id=order.pk)
    issued = confirm_order(officer=second, order_id=order.pk)
    assert issued.issued_at
    assert issued.review_at == issued.issued_at + timedelta(minutes=30)
    with pytest.raises(OrderMovedOnError):
        confirm_order(officer=second, order_id=order.pk)


def test_only_the_municipality_confirms_what_it_entered(first: Officer, second: Officer) -> None:
    prefecture, another, elsewhere = officer("p"), officer("p2"), officer("e", TOWN)
    own, acting = enter(first), enter(prefecture, reason="市の庁舎が被災したため")
    assert [may_confirm(one, CITY, own.entered_by) for one in (first, second, prefecture, elsewhere)] == [
        False,
        True,
        False,
        False,
    ]
    assert may_confirm(another, CITY, acting.entered_by)
    assert not may_confirm(second, CITY, acting.entered_by)
    with pytest.raises(NotYourMunicipalityError):
        confirm_order(officer=prefecture, order_id=own.pk)
    with pytest.raises(NotYourMunicipalityError):
        confirm_order(officer=elsewhere, order_id=own.pk)


def test_the_prefecture_acts_only_with_a_reason() -> None:
    with pytest.raises(ReasonForActingError):
        enter(officer("p"))


def test_a_tsunami_has_no_levels(first: Officer) -> None:
    with pytest.raises(NoLevelsError):
        enter(first, kind=OrderKind.ELDERLY)


def test_a_lifting_needs_a_second_person_and_keeping_takes_it_back(first: Officer, second: Officer) -> None:
    order = confirm_order(officer=second, order_id=enter(first).pk)
    enter_lifting(officer=first, order_id=order.pk)
    with pytest.raises(SecondPersonError):
        confirm_lifting(officer=first, order_id=order.pk)
    keep_order(officer=second, order_id=order.pk)
    with pytest.raises(OrderMovedOnError):
        confirm_lifting(officer=second, order_id=order.pk)
    enter_lifting(officer=first, order_id=order.pk)
    assert confirm_lifting(officer=second, order_id=order.pk).lifted_at
    with pytest.raises(OrderMovedOnError):
        keep_order(officer=second, order_id=order.pk)


def test_the_prefecture_lifts_only_with_a_reason_which_is_kept_and_shown(first: Officer, second: Officer) -> None:
    order = confirm_order(officer=second, order_id=enter(first).pk)
    prefecture, another = officer("p"), officer("p2")
    with pytest.raises(ReasonForLiftingError):
        enter_lifting(officer=prefecture, order_id=order.pk, reason="　")
    address = f"/console/situation/orders/{order.pk}/"
    assert 'id="lift-reason"' in signed_in(prefecture).get(address).content.decode()
    assert 'id="lift-reason"' not in signed_in(first).get(address).content.decode()
    refused = signed_in(prefecture).post(f"{address}deed/", {"deed": "lift"})
    assert refused.status_code == 422
    assert "その理由を書いてください" in refused.content.decode()
    why = "市の庁舎が被災したため"
    signed_in(prefecture).post(f"{address}deed/", {"deed": "lift", "reason": why})
    lifted = confirm_lifting(officer=another, order_id=order.pk)
    assert (lifted.lift_reason, bool(lifted.lifted_at)) == (why, True)
    assert why in signed_in(first).get(address).content.decode()
    assert AuditEntry.objects.get(action="order.lift").detail["lift_reason"] == why


def test_a_lifting_that_is_taken_back_leaves_no_reason(first: Officer, second: Officer) -> None:
    order = confirm_order(officer=second, order_id=enter(first).pk)
    enter_lifting(officer=officer("p"), order_id=order.pk, reason="試験")
    assert keep_order(officer=second, order_id=order.pk).lift_reason == ""


def test_what_nobody_confirmed_in_time_is_entered_anew(first: Officer, second: Officer) -> None:
    order, fresh = enter(first), enter(first)
    Order.objects.filter(pk=order.pk).update(entered_at=clock.now() - CONFIRM_WITHIN - timedelta(seconds=1))
    with pytest.raises(OrderTooOldError) as refused:
        confirm_order(officer=second, order_id=order.pk)
    assert "入力し直してください" in refused.value.message
    assert withdraw_old_orders() == 1
    assert withdraw_old_orders() == 0
    order.refresh_from_db()
    assert (bool(order.withdrawn_at), order.issued_at) == (True, None)
    assert [one.pk for one in orders_of(order.incident)] == [fresh.pk]
    with pytest.raises(OrderTooOldError):
        confirm_order(officer=second, order_id=order.pk)
    assert confirm_order(officer=second, order_id=fresh.pk).issued_at


def test_an_incident_ends_with_its_last_order_that_nobody_confirmed(first: Officer) -> None:
    order = enter(first)
    Order.objects.update(entered_at=clock.now() - timedelta(hours=1))
    withdraw_old_orders()
    order.incident.refresh_from_db()
    assert order.incident.ended_at


# The form


def test_the_form_counts_and_words_before_anything_is_sent(first: Officer) -> None:
    resident()
    tsunami_zone()
    shelter_at("S1", "みなと山公園")
    page = signed_in(first).get("/console/situation/orders/new/?hazard=tsunami&zone=test:tsunami").content.decode()
    assert "区域内に住む・いる人 1人（1世帯）" in page
    assert "石巻市が避難指示を出しました（全域）" in page
    assert "Ishinomaki City has issued" in page
    assert all(name in page for name in ("やさしい日本語", "简体中文", "繁體中文", "한국어", "Tiếng Việt"))
    assert "<mark>みなと山公園</mark>" in page
    assert not Order.objects.exists()


def test_what_is_asked_for_waits_for_another_officer(first: Officer, second: Officer) -> None:
    resident()
    answer = signed_in(first).post("/console/situation/orders/new/", FORM)
    order = Order.objects.get()
    assert answer.headers["Location"] == f"/console/situation/orders/{order.pk}/"
    assert (order.people, order.households, order.issued_at) == (1, 1, None)
    own, others = (
        signed_in(one).get(f"/console/situation/orders/{order.pk}/").content.decode() for one in (first, second)
    )
    assert "確認して発令する" not in own
    assert "確認して発令する" in others
    assert "いまと変わるところ" in others
    signed_in(second).post(f"/console/situation/orders/{order.pk}/deed/", {"deed": "confirm"})
    order.refresh_from_db()
    assert order.issued_at
    assert order.confirmed_by == f"officer:{second.pk}"


def test_two_officers_at_once(first: Officer, second: Officer) -> None:
    third = officer("third", CITY)
    order = enter(first)
    confirm_order(officer=second, order_id=order.pk)
    for deed in ("confirm", "withdraw"):
        answer = signed_in(third).post(f"/console/situation/orders/{order.pk}/deed/", {"deed": deed})
        assert answer.status_code == 409
        assert "ほかの人がもう進めています" in answer.content.decode()
    assert not Order.objects.get(pk=order.pk).withdrawn_at


def test_nothing_typed_is_lost(first: Officer) -> None:
    resident()
    wrong = {**FORM, "outline": "141.3,38.4 141.4", "reason": "川があふれるおそれ"}
    answer = signed_in(first).post("/console/situation/orders/new/", wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "地図に描いた区域を読めません" in page
    assert "141.3,38.4 141.4" in page
    assert "川があふれるおそれ" in page
    assert 'value="沿岸部"' in page


def test_an_area_without_people_is_refused(first: Officer) -> None:
    resident()
    far = {**FORM, "outline": "141.4,38.5 141.41,38.5 141.41,38.51"}
    answer = signed_in(first).post("/console/situation/orders/new/", far)
    assert answer.status_code == 422
    assert "住んでいる人がいません" in answer.content.decode()


def test_a_drawn_area_and_a_town_reach_who_lives_there(first: Officer) -> None:
    here, there = resident(), resident(point=(141.40, 38.50))
    there.household.address, there.household.postal_code = "宮城県石巻市試験町1", "9860001"
    there.household.save()
    Town.objects.create(municipality_id=CITY, name="試験町", postal_code="9860001")
    client = signed_in(first)
    around = "141.30,38.41 141.32,38.41 141.32,38.43 141.30,38.43"
    client.post("/console/situation/orders/new/", {**FORM, "outline": around})
    client.post("/console/situation/orders/new/", {**FORM, "town": "試験町"})
    client.post("/console/situation/orders/new/", {**FORM, "town": "試験町", "outline": around})
    assert [order.people for order in Order.objects.order_by("pk")] == [1, 1, 2]
    town = shapely.from_wkb(bytes(Order.objects.order_by("pk")[1].drawn or b""))
    assert shapely.intersects_xy(town, 141.40, 38.50)
    assert here.household.longitude
    assert not shapely.intersects_xy(town, here.household.longitude, here.household.latitude)


def test_what_the_officer_saw_is_what_is_sent(first: Officer, second: Officer) -> None:
    resident(language="en")
    signed_in(first).post("/console/situation/orders/new/", {**FORM, "area_name": ""})
    order = confirm_order(officer=second, order_id=Order.objects.get().pk)
    announce(order_id=order.pk, revision=order.revision)
    text = text_of(Message.objects.get(wording__key__startswith=f"alert:{Alert.objects.get(order=order).pk}:"))
    assert "Ishinomaki City has issued an Evacuation Order (the whole municipality)" in text.body
    assert not re.search(r"\{\w+\}", text.body)


def test_an_order_is_asked_for_until_it_is_kept_or_lifted(first: Officer, second: Officer) -> None:
    now = danger()
    now.warn()
    order = confirm_order(officer=second, order_id=enter(first, incident=now.incident).pk)
    board = f"/console/situation/{now.incident.pk}/"
    asks = re.compile(r'data-part="review"[^>]*>')
    assert "hidden" in asks.findall(signed_in(first).get(board).content.decode())[0]
    Order.objects.filter(pk=order.pk).update(review_at=clock.now() - timedelta(seconds=1))
    page = signed_in(first).get(board).content.decode()
    assert "hidden" not in asks.findall(page)[0]
    assert "30分続ける" in page
    answer = signed_in(first).post(
        f"/console/situation/orders/{order.pk}/deed/", {"deed": "keep", "back": now.incident.pk}
    )
    assert answer.headers["Location"] == board
    assert "hidden" in asks.findall(signed_in(first).get(board).content.decode())[0]


def test_an_order_stays_out_of_others_reach(first: Officer) -> None:
    order = enter(first)
    child = officer("c", CITY, function="childcare")
    assert signed_in(child).get(f"/console/situation/orders/{order.pk}/").status_code == 404
    elsewhere = officer("e", TOWN)
    answer = signed_in(elsewhere).post(f"/console/situation/orders/{order.pk}/deed/", {"deed": "withdraw"})
    assert answer.status_code == 403
    refused = signed_in(elsewhere).post("/console/situation/orders/new/", FORM)
    assert refused.status_code == 422


@given(st.text(max_size=60))
def test_any_text_is_an_outline_or_none(said: str) -> None:
    try:
        outlines = points_of(said)
    except BadOutlineError:
        return
    assert all(len(points) >= 3 for points in outlines)


@pytest.mark.browser
def test_an_area_is_drawn_by_keyboard_and_counted(
    live_server: LiveServer,
    page_desktop: Page,
    first: Officer,
    accessible: Callable[[Page], None],  # noqa: F811
) -> None:
    resident()
    client = signed_in(first)
    page_desktop.context.add_cookies(
        [{"name": "todoke", "value": client.cookies["todoke"].value, "url": live_server.url}]
    )
    page_desktop.goto(f"{live_server.url}/console/situation/orders/new/?hazard=tsunami")
    accessible(page_desktop)
    page_desktop.keyboard.press("p")
    map_ = page_desktop.locator("[data-draw]")
    expect(map_).to_be_focused()
    for moves in (("ArrowLeft", 40), ("ArrowUp", 40), ("ArrowRight", 80), ("ArrowDown", 80), ("ArrowLeft", 80)):
        for _step in range(moves[1]):
            page_desktop.keyboard.press(moves[0])
        page_desktop.keyboard.press("Enter")
    page_desktop.get_by_role("button", name="囲んで決める").click()
    expect(page_desktop.locator("#outline")).not_to_have_value("")
    expect(page_desktop.locator('[data-slot="reach"]')).to_contain_text("区域内に住む・いる人 1人")
    page_desktop.locator("#area_name").fill("描いた区域")
    page_desktop.keyboard.press("Control+Enter")
    expect(page_desktop.get_by_text("別の職員を待っています")).to_be_visible()
    assert Order.objects.get().drawn
