"""Somebody who wants to know more than was released, or to say what is not theirs to say."""

import base64
import json
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from threading import Event, Thread, Timer
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import Client

from tests.apply.test_access import signed_in
from tests.improve.conftest import FOLDER
from tests.improve.round_offices import LAST_DAY, Prefecture, prefecture, revision_of
from tests.improve.test_figures import figure, record, use
from tests.improve.test_http_source import Statistics, fetched, statistics
from todoke.kernel import clock
from todoke.loops.apply.actions.decision import approve_decision, propose_decision
from todoke.loops.apply.actions.review import dismiss_finding
from todoke.loops.apply.errors import OwnProposalError
from todoke.loops.apply.models import Case
from todoke.loops.improve.actions.evaluations import evaluate
from todoke.loops.improve.actions.figures import record_figure, refresh_figures, refresh_indicator
from todoke.loops.improve.actions.imports import BadFiguresError, FigureRow, import_figures
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.actions.releases import release_figures
from todoke.loops.improve.counting import count_uses
from todoke.loops.improve.errors import ImpossibleFigureError, NothingToReleaseError
from todoke.loops.improve.jobs import count
from todoke.loops.improve.models import Evaluation, Figure, PublishedFigure, Release
from todoke.loops.improve.open_data.publishing import version_of
from todoke.loops.improve.open_data.registry import data_set
from todoke.loops.improve.policies import load_policy, policy_from
from todoke.loops.improve.queries.corrections import corrections
from todoke.loops.improve.queries.figures import released
from todoke.loops.improve.types import Kind, Origin, Policy
from todoke.registry.organisations.models import Membership
from todoke.registry.organisations.types import Role

__all__ = ["prefecture", "statistics"]

AUGUST, QUARTER = date(2026, 8, 1), date(2026, 9, 30)


def online(place: str, number: int, **more: Any) -> None:
    use(Kind.CASE_RECEIVED, AUGUST, place, number, channel="online", **more)


def whole(indicator: str) -> int | None:
    points = released("small-policy").get(indicator, {}).get("", [])
    return int(points[-1].value) if points and points[-1].value is not None else None


def release_what_there_is(policy: Policy) -> None:
    with suppress(NothingToReleaseError):
        release_figures(policy=policy)


# --- releases


@pytest.mark.django_db(transaction=True)
def test_a_count_that_shrinks_while_it_is_released_is_not_shown(settings: LazySettings) -> None:
    """The release decides on one number; the clock writes another into the row before it is marked."""
    settings.SMALLEST_COUNT = 10
    policy = load_policy(FOLDER)
    publish_policy(policy=policy, actor="system")
    online("04202", 20)
    count()
    written, go_on = Event(), Event()

    def clock_ticks() -> None:
        try:
            with transaction.atomic():
                online("04202", -17)
                count_uses()
                refresh_figures()
                written.set()
                go_on.wait(5)
        finally:
            connection.close()

    ticking = Thread(target=clock_ticks)
    ticking.start()
    assert written.wait(10)
    Timer(0.7, go_on.set).start()
    release_what_there_is(policy)
    ticking.join()
    assert whole("received") is None


def test_corrections_one_after_another_tell_of_no_few_people(policy: Policy, settings: LazySettings) -> None:
    settings.SMALLEST_COUNT = 10
    for more in (100, 12, -10):
        online("04202", more)
        count()
        release_what_there_is(policy)
    assert whole("received") == 112, "102 beside 100 would tell of two"


def two_shares() -> Policy:
    """A policy with the share of all applications, and that of two services among them."""
    content = json.loads(json.dumps(load_policy(FOLDER).content))
    some = json.loads(json.dumps(content["indicators"][1])) | {"id": "some-share"}
    some["source"]["computed"]["share"]["of"] = 'event.service != "aid"'
    content["indicators"].append(some)
    made = policy_from(content)
    publish_policy(policy=made, actor="system")
    return made


def test_what_one_indicator_hides_another_of_the_same_uses_does_not_show(db: None, settings: LazySettings) -> None:
    """The first hides ``aid`` with ``small``, the second ``big``: both together would show ``small``."""
    settings.SMALLEST_COUNT = 10
    policy = two_shares()
    for service, on_line, paper in (("aid", 20, 20), ("big", 30, 20), ("other", 31, 20), ("small", 2, 40)):
        for channel, number in (("online", on_line), ("paper", paper)):
            row = use(Kind.CASE_RECEIVED, AUGUST, "", number, channel=channel)
            row.service = service
            row.save()
    count()
    release_figures(policy=policy)
    hidden = {
        name: {
            service for service, points in released(policy.id, by="service")[name].items() if points[-1].value is None
        }
        for name in ("online-share", "some-share")
    }
    assert hidden["some-share"] == hidden["online-share"] - {"aid"}
    assert "small" in hidden["some-share"]


def test_a_note_about_a_hidden_figure_stays_inside(policy: Policy) -> None:
    row = record(policy, "4", note="5人から4人に訂正")
    Figure.objects.filter(pk=row.pk).update(hidden=True)
    earlier = Release.objects.create(policy=policy.id, number=1, through=QUARTER, at=clock.now())
    Figure.objects.filter(pk=row.pk).update(release=earlier)
    later = record(policy, "3", note="4人から3人に訂正")
    Figure.objects.filter(pk=later.pk).update(hidden=True, release=earlier)
    from todoke.loops.improve.open_data.releasing import flatten

    flatten(policy)
    assert PublishedFigure.objects.get().note == ""
    assert [point.note for point in released(policy.id)["data-sets"][""]] == [""]
    assert [one.reason for one in corrections(policy.id, "data-sets")] == [""]


# --- evaluations


def test_an_evaluation_does_not_tell_what_the_release_hides(prefecture: Prefecture, settings: LazySettings) -> None:
    """``worst`` is a percent that everybody reads: the count could be worked out from it."""
    settings.SMALLEST_COUNT = 10
    use(Kind.CASE_RECEIVED, date(2026, 2, 1), "04202", 4, channel="online")
    count()
    made = prefecture.open()
    evaluate(of=made, officer=prefecture.planner)
    row = Evaluation.objects.get(round=made, measure="procedures")
    assert row.measured["indicators"] == 0
    assert row.measured["worst"] == 100


def test_an_evaluation_stands_on_the_figure_that_is_shown(prefecture: Prefecture, settings: LazySettings) -> None:
    settings.SMALLEST_COUNT = 10
    use(Kind.CASE_RECEIVED, date(2026, 2, 1), "04202", 100, channel="online")
    count()
    release_figures(policy=prefecture.policy)
    made = prefecture.open()
    evaluate(of=made, officer=prefecture.planner)
    before = Evaluation.objects.get(round=made, measure="procedures").measured
    use(Kind.CASE_RECEIVED, date(2026, 2, 1), "04202", 4, channel="online")
    count()
    evaluate(of=made, officer=prefecture.planner)
    after = Evaluation.objects.get(round=made, measure="procedures").measured
    assert before == after
    use(Kind.CASE_RECEIVED, date(2026, 2, 1), "04202", 200, channel="online")
    count()
    evaluate(of=made, officer=prefecture.planner)
    assert Evaluation.objects.get(round=made, measure="procedures").measured != before


# --- reports


def test_who_handed_a_report_in_does_not_approve_it_as_a_case(prefecture: Prefecture) -> None:
    """The case engine has doors of its own: a colleague proposes there what the head wrote."""
    Membership.objects.create(officer=prefecture.planner, organisation=prefecture.digital, role=Role.APPROVER)
    record_figure(
        policy=prefecture.policy,
        indicator="data-sets",
        on=date(2025, 12, 31),
        value=Decimal(900),
        origin=Origin.CSV,
        detail="",
        by="system",
    )
    prefecture.open()
    report = prefecture.handed_in(prefecture.report(), figure_data_sets=9000, why_data_sets="合わせました。")
    case = Case.objects.get(report=report)
    dismiss_finding(
        case=case,
        officer=prefecture.colleague,
        check_id="unlikely_data_sets",
        reason="よい",
        revision=revision_of(report),
    )
    propose_decision(
        case=case, officer=prefecture.colleague, outcome="approved", reasons="", revision=revision_of(report)
    )
    with pytest.raises(OwnProposalError), transaction.atomic():
        approve_decision(case=case, officer=prefecture.planner, ticks=(), revision=revision_of(report))
    assert not Figure.objects.filter(on=LAST_DAY).exists()


# --- what comes from elsewhere


@pytest.mark.parametrize(
    "answer",
    [
        b'{"on": "2026-06-30", "value": "Infinity"}',
        b'{"on": "2026-06-30", "value": "NaN"}',
        b'{"on": "2026-06-30", "value": 1e30}',
        b'{"on": "2026-06-30", "value": 5, "municipality": "99999"}',
        b'{"on": "2026-06-30", "value": 5, "municipality": "0420200"}',
    ],
)
def test_a_source_that_says_what_cannot_be_stops_no_other(statistics: Statistics, answer: bytes) -> None:
    statistics.answer = answer
    assert fetched() == 0
    assert not Figure.objects.exists()


def test_the_same_figure_every_night_is_one_figure(statistics: Statistics) -> None:
    statistics.answer = b'{"on": "2026-06-30", "value": 33.3333333333}'
    fetched()
    fetched()
    assert Figure.objects.count() == 1


def test_the_key_of_a_source_is_not_published(statistics: Statistics, settings: LazySettings) -> None:
    settings.INDICATOR_SOURCES = {
        "data-sets": statistics.address.replace("http://", "http://todoke:pass@") + "?key=secret-key"
    }
    statistics.answer = b'{"on": "2026-06-30", "value": 5}'
    fetched()
    assert Figure.objects.get().detail == statistics.address


def test_a_file_with_a_number_that_fits_nowhere_is_a_problem_of_its_line(policy: Policy) -> None:
    rows = [FigureRow(2, "data-sets", QUARTER, "", Decimal("1e30"))]
    with pytest.raises(BadFiguresError):
        import_figures(policy=policy, rows=rows, file="a.csv", by="system", note="よい")
    with pytest.raises(ImpossibleFigureError):
        record(policy, "NaN")


def test_a_rule_that_no_longer_counts_a_place_leaves_no_figure_of_it(policy: Policy) -> None:
    use(Kind.CASE_RECEIVED, AUGUST, "04202", 20, channel="paper")
    online("04100", 30)
    count()
    assert figure("received", QUARTER, "04202").value == 20
    content = json.loads(json.dumps(policy.content))
    content["indicators"][0]["source"]["computed"]["count"]["where"] = 'event.channel == "online"'
    changed = policy_from(content)
    publish_policy(policy=changed, actor="system")
    refresh_indicator(changed, changed.by_indicator["received"])
    assert figure("received", QUARTER).value == 30
    assert not Figure.objects.filter(indicator="received", municipality_code="04202", current=True).exists()


# --- the interface


def cursor(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "query",
    [
        "sort=title&cursor=" + cursor(False, {"a": 1}, "1", "title"),
        "sort=title&cursor=" + cursor(False, "a\0", "1", "title"),
        "sort=value&cursor=" + cursor(False, float("inf"), "1", "value"),
        "cursor=" + cursor(False, None, "１", ""),
        "cursor=" + cursor(False, None, "1_0", ""),
        "sort=on&cursor=" + cursor(False, "2026-W01-1", "1", "on"),
        "cursor=" + base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("="),
        "released_at__gte=2026-01-01T00:00:00%2B23:00",
        "value__gte=1e-30&sort=-value",
        "on=20260930&value__in=,",
    ],
)
def test_nothing_in_an_address_is_a_failure(policy: Policy, client: Client, query: str) -> None:
    record(policy, "5")
    release_figures(policy=policy)
    for path in ("/api/data/figures/records", "/data/figures/"):
        assert client.get(f"{path}?{query}").status_code in {200, 400, 422}


def test_a_header_makes_nobody_another_visitor(policy: Policy, client: Client, settings: LazySettings) -> None:
    settings.OPEN_DATA_BURST, settings.OPEN_DATA_RATE, settings.PROXIES = 10.0, 0.001, 1
    asked = [
        client.get("/api/data/figures/records", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 192.0.2.1").status_code
        for number in range(12)
    ]
    assert asked[-1] == 429


def test_after_a_restored_backup_the_same_number_is_another_version(policy: Policy) -> None:
    record(policy, "5")
    made = release_figures(policy=policy)
    before = version_of(data_set("figures"))
    Release.objects.filter(pk=made.pk).update(at=clock.now() + timedelta(hours=1))
    assert version_of(data_set("figures")) != before


def test_a_house_with_a_network_of_addresses_is_one_sender(
    client: Client, policy: Policy, settings: LazySettings
) -> None:
    settings.OPEN_DATA_BURST, settings.OPEN_DATA_RATE = 10, 0.1
    statuses = [
        client.get("/api/data/indicators/records", REMOTE_ADDR=f"2001:db8::{number}").status_code
        for number in range(1, 13)
    ]
    assert statuses[:10] == [200] * 10
    assert statuses[10:] == [429, 429]
    assert client.get("/api/data/indicators/records", REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


def test_what_the_database_cannot_read_is_a_problem_in_json(client: Client, policy: Policy) -> None:
    answer = client.get("/api/data/figures/records", {"released_at__gte": "2026-01-01T00:00:00+23:00"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_report_is_worked_at_on_its_own_page_alone(prefecture: Prefecture) -> None:
    prefecture.open()
    case = prefecture.handed_in(prefecture.report(), figure_data_sets=950).case
    assert case
    answer = signed_in(prefecture.head).post(
        f"/console/cases/{case.receipt_number}/approve/", {"revision": case.revision}
    )
    assert answer.status_code == 404
    case.refresh_from_db()
    assert case.state == "proposed"


def test_the_places_of_a_figure_may_come_after_the_whole(policy: Policy) -> None:
    """A share that others counted: no number of people is known of it that a later split could give away."""
    content = json.loads(json.dumps(policy.content))
    content["indicators"][3] |= {"about": "people", "unit": content["indicators"][1]["unit"]}
    share = policy_from(content)
    publish_policy(policy=share, actor="system")
    said = {"policy": share, "indicator": "data-sets", "on": QUARTER, "origin": Origin.REPORT, "detail": "", "by": "x"}
    record_figure(**said, value=Decimal(40))
    release_figures(policy=share)
    record_figure(**said, value=Decimal(35), municipality="04202")
    release_figures(policy=share)
    assert released("small-policy", by="place")["data-sets"]["04202"][-1].value == 35
