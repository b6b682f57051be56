"""Orders in force on the board: who ordered, what became of it in Lアラート, and what could not be placed."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from tests.reach.desk import officer, signed_in
from tests.reach.warned import CITY, TOWN, Danger, danger
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.loops.reach.models import Order, Publication
from todoke.registry.places.actions import load_places

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def miyagi(settings: Settings, tmp_path: Path, db: None) -> None:
    settings.STATE = tmp_path
    load_places(prefecture_code="04")


def published(order: Order | None, state: str, error: str = "", *, town: str = CITY) -> Publication:
    now = clock.now()
    return Publication.objects.create(
        document_id=order.document_id if order else uuid4(),
        revision=1,
        category="EvacuationOrder" if order else "Shelter",
        municipality_code=town,
        order=order,
        body=b"x",
        state=state,
        error=error,
        attempts=1,
        created_at=now,
        due_at=now,
        answered_at=None if state == "waiting" else now,
    )


def board(now: Danger, code: str = CITY) -> str:
    page = signed_in(officer(f"o{code}{clock.now()}", code)).get(f"/console/situation/{now.incident.pk}/")
    return re.sub("<[^>]*>", "", page.content.decode())


def test_who_ordered_and_when_and_what_has_no_place() -> None:
    now = danger()
    first, second = officer("a", CITY, name="見本 一"), officer("b", CITY, name="例示 二")
    ours = now.order(area="湊地区")
    Order.objects.filter(pk=ours.pk).update(
        entered_by=f"officer:{first.pk}", entered_by_name=first.name, confirmed_by=f"officer:{second.pk}"
    )
    theirs = now.order(municipality=TOWN, area="沿岸")
    Order.objects.filter(pk=theirs.pk).update(source="女川町の防災", unplaced=["浜の一部", "島"])
    page = board(now)
    assert "入力 見本 一、確認 例示 二" in page
    assert "女川町の防災がLアラートで発令" in page
    assert "地図に置けない区域：浜の一部、島（市町村の全域に知らせた）" in page
    Order.objects.filter(pk=theirs.pk).update(lifted_at=clock.now())
    assert "浜の一部" not in board(now)
    order = signed_in(officer("c", CITY)).get(f"/console/situation/orders/{theirs.pk}/").content.decode()
    assert "浜の一部、島" in order


@pytest.mark.parametrize(
    ("state", "error", "words", "again"),
    [
        ("sent", "", "Lアラート 送信済み", False),
        ("waiting", "", "Lアラート 送信待ち", False),
        ("waiting", "timeout", "Lアラート 送り直しています（2回目）：返事がありません", False),
        ("failed", "refused", "Lアラート 送れませんでした：内容が受け付けられませんでした", True),
    ],
)
def test_what_became_of_it_in_l_alert(state: str, error: str, words: str, again: bool) -> None:
    now = danger()
    order = now.order()
    published(order, state, error)
    client = signed_in(officer("a", CITY))
    for address in (f"/console/situation/{now.incident.pk}/", f"/console/situation/orders/{order.pk}/"):
        page = client.get(address).content.decode()
        assert words in page
        assert ("もう一度送る" in page) is again
    if again:
        assert "もう一度送る" not in board(now, TOWN)


def test_what_failed_is_sent_again_from_the_board_and_from_the_order() -> None:
    now = danger()
    order = now.order()
    row, shelters = published(order, "failed", "refused"), published(None, "failed", "refused")
    mine, stranger = signed_in(officer("a", CITY)), signed_in(officer("b", TOWN))
    address = f"/console/situation/publications/{row.pk}/again/"
    assert "避難所の開設状況" in board(now)
    refused = stranger.post(address, {"back": str(now.incident.pk)})
    assert refused.status_code == 403
    assert 'role="alert"' in refused.content.decode()
    assert mine.post("/console/situation/publications/0/again/").status_code == 404
    answer = mine.post(address, {"back": str(now.incident.pk)})
    assert answer.headers["Location"] == f"/console/situation/{now.incident.pk}/"
    row.refresh_from_db()
    assert row.state == "waiting"
    assert mine.post(address).status_code == 409
    Publication.objects.filter(pk=row.pk).update(state="failed")
    assert mine.post(address).headers["Location"] == f"/console/situation/orders/{order.pk}/"
    mine.post(f"/console/situation/publications/{shelters.pk}/again/", {"back": str(now.incident.pk)})
    shelters.refresh_from_db()
    assert shelters.state == "waiting"
    assert AuditEntry.objects.filter(action="publication.send_again").count() == 3
