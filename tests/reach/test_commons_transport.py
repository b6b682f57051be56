"""Lアラート: orders and shelters go out until they are taken, and those of other municipalities come in."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import shapely
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from counterparts.commons.application import Commons
from counterparts.commons.checking import RefusedError, document_in
from counterparts.commons.receiver import Receiver, wrap
from counterparts.serving import open_server
from tests.people.conftest import resident
from todoke.exchange.messages.models import Message
from todoke.exchange.messages.wordings import text_of
from todoke.kernel import clock
from todoke.loops.reach import jobs
from todoke.loops.reach.actions import orders, publications
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.errors import NotYourMunicipalityError, OrderMovedOnError, OrderOfAnotherError
from todoke.loops.reach.models import Alert, CommonsDocument, Incident, Order, Publication, Telegram
from todoke.loops.reach.publishing import commons
from todoke.loops.reach.publishing.commons import Failure
from todoke.loops.reach.publishing.documents import government_code
from todoke.loops.reach.queries.publications import (
    not_understood,
    publications_of,
    publications_of_shelters,
    troubled,
)
from todoke.loops.reach.sources.folder import take_folder
from todoke.loops.reach.telegrams.commons import (
    Envelope,
    EvacuationArea,
    EvacuationDetail,
    EvacuationMessage,
    Profile,
    ShelterEntry,
    ShelterMessage,
    write_commons,
)
from todoke.loops.reach.telegrams.commons.soap import distribution, fault_of
from todoke.loops.reach.telegrams.commons.soap import wrap as call_with
from todoke.loops.reach.telegrams.markup import parse
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.types import Status
from todoke.loops.reach.types import OrderKind
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role
from todoke.registry.people.models import Household, Resident
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Municipality, Shelter, Zone
from todoke.registry.places.shelters import close_shelter, mark_full, open_shelter
from todoke.registry.places.types import Hazard

pytestmark = pytest.mark.django_db(transaction=True)

CITY, TOWN = "04202", "04581"
PROFILE = Profile()
AT = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=9)))
DOCUMENT = UUID("019f0000-0000-7000-8000-000000000001")
ELDERLY, EVACUATE, SECURE = OrderKind.ELDERLY, OrderKind.EVACUATE, OrderKind.SECURE
TOKEN = {"Authorization": "Bearer token"}


@pytest.fixture(autouse=True)
def prefecture(settings: Settings, tmp_path: Path, transactional_db: None) -> None:
    """A city that uses Todoke, and a town that does not."""
    settings.STATE = tmp_path
    settings.PUSH_TOKENS = ["token"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    for number, (code, name, english) in enumerate(((CITY, "石巻市", "Ishinomaki"), (TOWN, "女川町", "Onagawa"))):
        area = to_wkb(multipolygon(shapely.box(140 + number, 38, 141 + number, 39)))
        Municipality.objects.create(code=code, prefecture_code="04", name=name, name_en=english, boundary=area)
    Municipality.objects.filter(code=TOWN).update(district="牡鹿郡")


@pytest.fixture
def alert_service(settings: Settings) -> Iterator[Commons]:
    """Lアラート, and Todoke set up for it."""
    service = Commons()
    server = open_server("127.0.0.1", 0, lambda _port: service)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.COMMONS_ENDPOINT = f"http://127.0.0.1:{server.server_port}/publish"
    settings.COMMONS_SENDER = "todoke.pref.miyagi.example"
    settings.COMMONS_TIMEOUT_SECONDS = 5.0
    yield service
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def officers() -> tuple[Officer, Officer]:
    """Two of the city's crisis office."""
    office = Organisation.objects.create(
        code="crisis",
        kind=OrganisationKind.OFFICE,
        function="crisis",
        municipality_code=CITY,
        name="石巻市危機管理課",
        name_en="Crisis",
    )
    made = [Officer.objects.create(login=name, name=f"試験 {name}") for name in ("one", "two")]
    for officer in made:
        Membership.objects.create(officer=officer, organisation=office, role=Role.OFFICER)
    return made[0], made[1]


def entered(officers: tuple[Officer, Officer], *, drill: bool = False, hazard: Hazard = Hazard.TSUNAMI) -> Order:
    return orders.enter_order(
        officer=officers[0],
        municipality_code=CITY,
        kind=EVACUATE,
        hazard=hazard,
        area_name="沿岸部",
        zones=[],
        drawn=None,
        reason="",
        people=2100,
        households=1000,
        drill=drill,
    )


def issued(officers: tuple[Officer, Officer], **more: Any) -> Order:
    return orders.confirm_order(officer=officers[1], order_id=entered(officers, **more).pk)


def lift(officers: tuple[Officer, Officer], order: Order) -> Order:
    orders.enter_lifting(officer=officers[1], order_id=order.pk)
    return orders.confirm_lifting(officer=officers[0], order_id=order.pk)


def work(*, later: bool = False) -> list[str]:
    """Do the loop's jobs that wait as a worker does, the urgent first; with ``later`` also those for another time.

    Shelters are not assigned anew.
    """
    done: list[str] = []
    known = {"take_in": jobs.take_in, "take_in_message": jobs.take_in_message, "announce": jobs.announce}
    known["publish"] = jobs.publish
    if later:
        Publication.objects.filter(state="waiting").update(due_at=clock.now())
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE id = (SELECT id FROM procrastinate_jobs WHERE status = 'todo' "
                "AND task_name LIKE 'reach.%%' AND task_name NOT LIKE 'reach.assign%%' "
                "AND (%s OR scheduled_at IS NULL OR scheduled_at <= now()) "
                "ORDER BY priority DESC, id LIMIT 1) RETURNING task_name, args",
                [later],
            )
            found = cursor.fetchone()
        if found is None:
            return done
        name, said = found
        arguments = json.loads(said)
        arguments.pop("trace_id", None)
        known[name.removeprefix("reach.")](**arguments)
        done.append(name)
        if later and len(done) > 20:
            return done


def person(code: str = TOWN, longitude: float = 141.5) -> Resident:
    home = Household.objects.create(municipality_code=code, address="見本", longitude=longitude, latitude=38.5)
    return resident("見本 花子", date(1990, 1, 1), "head", home)


def subjects(reader: Resident) -> list[str]:
    return [text_of(one).subject for one in Message.objects.filter(resident=reader).order_by("id")]


def bodies(reader: Resident) -> list[str]:
    return [text_of(one).body for one in Message.objects.filter(resident=reader).order_by("id")]


def envelope(revision: int = 1, **more: Any) -> Envelope:
    fields: dict[str, Any] = {
        "document_id": DOCUMENT,
        "revision": revision,
        "distribution_id": uuid4(),
        "sender_id": "town.onagawa.example",
        "office": "女川町総務課",
        "publisher": "女川町",
        "title": "避難情報",
        "headline": "避難情報です。",
        "targets": (("女川町", "045811"),),
        "first_created_at": AT,
        "created_at": AT,
        "reported_at": AT + timedelta(minutes=revision),
    }
    return Envelope(**(fields | more))


def detail(kind: OrderKind | None, *areas: str, lifted: bool = False, sort: str = "") -> EvacuationDetail:
    made = tuple(EvacuationArea(area, AT, households=10, people=20) for area in areas)
    return EvacuationDetail(kind, lifted=lifted, areas=made, sort=sort)


def message(*details: EvacuationDetail, disaster: str = "津波", **more: Any) -> bytes:
    return write_commons(EvacuationMessage(envelope(**more), details, disaster=disaster), PROFILE)


def arrives(body: bytes) -> Telegram:
    telegram = receive(body=body, source="commons").telegram
    work()
    telegram.refresh_from_db()
    return telegram


def in_force() -> list[tuple[str, str, str]]:
    rows = Order.objects.filter(issued_at__isnull=False, lifted_at=None).order_by("pk")
    return [(row.municipality_code, row.kind, row.area_name) for row in rows]


class TestOut:
    def test_an_order_and_its_lifting_go_out_as_two_revisions_of_a_document(
        self, alert_service: Commons, officers: tuple[Officer, Officer]
    ) -> None:
        order = issued(officers)
        assert work()[:2] == ["reach.announce", "reach.publish"]
        lift(officers, order)
        work()
        first, second = (one.document for one in alert_service.taken)
        assert (first.document_id, second.document_id) == (str(order.document_id),) * 2
        assert (first.revision, first.kind, first.sorts) == (1, "Report", ("避難指示 発令 沿岸部",))
        assert (second.revision, second.kind, second.sorts) == (2, "Update", ("避難指示 解除 沿岸部",))
        assert (first.status, first.sender, first.publisher) == ("Actual", "todoke.pref.miyagi.example", "石巻市")
        assert first.targets == ("石巻市",)
        found = publications_of([order.pk])[order.pk]
        assert found.words.startswith("Lアラート 送信済み ")
        assert not found.wrong

    def test_a_drill_goes_out_as_an_exercise(self, alert_service: Commons, officers: tuple[Officer, Officer]) -> None:
        issued(officers, drill=True)
        work()
        (taken,) = alert_service.taken
        assert taken.document.status == "Exercise"
        assert taken.document.headline.startswith("【訓練】")

    def test_nothing_goes_out_before_a_second_officer_confirms(
        self, alert_service: Commons, officers: tuple[Officer, Officer]
    ) -> None:
        entered(officers)
        work()
        assert alert_service.requests == Publication.objects.count() == 0

    def test_without_an_endpoint_nothing_is_written_down(self, officers: tuple[Officer, Officer]) -> None:
        order = issued(officers)
        work()
        assert Publication.objects.count() == 0
        assert publications_of([order.pk]) == {}

    @pytest.mark.parametrize(
        ("behaviour", "failure"),
        [
            ({"status": 503}, Failure.DOWN),
            ({"status": 429}, Failure.TOO_MANY),
            ({"status": 401}, Failure.NOT_ALLOWED),
            ({"fault": "Server"}, Failure.DOWN),
            ({"answer": "<html>maintenance</html>"}, Failure.UNCLEAR),
            ({"answer": "no XML"}, Failure.UNCLEAR),
            ({"delay": 0.6}, Failure.TIMEOUT),
        ],
    )
    def test_what_fails_is_named_and_sent_again_until_it_is_taken_once(
        self,
        alert_service: Commons,
        officers: tuple[Officer, Officer],
        settings: Settings,
        behaviour: dict[str, Any],
        failure: Failure,
    ) -> None:
        settings.COMMONS_TIMEOUT_SECONDS = 0.2
        for name, value in behaviour.items():
            setattr(alert_service.behaviour, name, value)
        order = issued(officers)
        work()
        row = Publication.objects.get()
        assert (row.state, row.error, row.attempts) == ("waiting", failure, 1)
        assert row.due_at > clock.now()
        assert publications_of([order.pk])[order.pk].wrong
        assert [one.publication for one in troubled()] == [row]
        settings.COMMONS_TIMEOUT_SECONDS = 5.0
        alert_service.behaviour = type(alert_service.behaviour)()
        work(later=True)
        row.refresh_from_db()
        assert (row.state, row.error, row.attempts) == ("sent", "", 2)
        assert len(alert_service.taken) == 1
        assert troubled() == []

    def test_nobody_there_is_a_failure_too(
        self, alert_service: Commons, officers: tuple[Officer, Officer], settings: Settings
    ) -> None:
        settings.COMMONS_ENDPOINT = "http://127.0.0.1:9/publish"
        issued(officers)
        work()
        assert Publication.objects.get().error == Failure.UNREACHABLE

    @pytest.mark.parametrize("setting", ["COMMONS_CERTIFICATE", "COMMONS_AUTHORITY"])
    def test_a_certificate_that_cannot_be_read_is_named(
        self, alert_service: Commons, officers: tuple[Officer, Officer], settings: Settings, setting: str
    ) -> None:
        setattr(settings, setting, "/nowhere.pem")
        issued(officers)
        work()
        assert Publication.objects.get().error == Failure.CERTIFICATE

    def test_every_attempt_sends_the_same_bytes(
        self, alert_service: Commons, officers: tuple[Officer, Officer]
    ) -> None:
        """It answers with what is no answer though it took the document: the copy is known there."""
        alert_service.behaviour.answer = "?"
        issued(officers)
        work()
        alert_service.behaviour.answer = ""
        work(later=True)
        assert (len(alert_service.taken), alert_service.copies, alert_service.refused) == (1, 1, [])

    def test_what_is_refused_ends_and_can_be_sent_again_by_hand(
        self, alert_service: Commons, officers: tuple[Officer, Officer]
    ) -> None:
        alert_service.behaviour.fault = "Client"
        order = issued(officers)
        work()
        row = Publication.objects.get()
        assert (row.state, row.error, row.said) == ("failed", Failure.REFUSED, "soap:Client as told")
        assert "受け付けられませんでした" in publications_of([order.pk])[order.pk].words
        stranger = Officer.objects.create(login="stranger", name="他所 一郎")
        with pytest.raises(NotYourMunicipalityError):
            publications.send_again(officer=stranger, publication_id=row.pk)
        alert_service.behaviour.fault = ""
        publications.send_again(officer=officers[0], publication_id=row.pk)
        work()
        row.refresh_from_db()
        assert row.state == "sent"
        with pytest.raises(OrderMovedOnError):
            publications.send_again(officer=officers[0], publication_id=row.pk)

    def test_revisions_go_out_in_their_order_after_an_outage(
        self, alert_service: Commons, officers: tuple[Officer, Officer]
    ) -> None:
        alert_service.behaviour.status = 503
        order = issued(officers)
        work()
        lift(officers, order)
        work()
        alert_service.behaviour.status = 0
        work(later=True)
        assert [one.document.revision for one in alert_service.taken] == [1, 2]
        assert alert_service.refused == []

    def test_it_is_given_up_after_a_day(self, alert_service: Commons, officers: tuple[Officer, Officer]) -> None:
        alert_service.behaviour.status = 503
        issued(officers)
        Publication.objects.update(created_at=clock.now() - timedelta(hours=25))
        work()
        assert Publication.objects.get().state == "failed"

    def test_residents_are_told_while_it_is_down(
        self, alert_service: Commons, officers: tuple[Officer, Officer]
    ) -> None:
        alert_service.behaviour.status = 503
        reader = person(CITY, 140.5)
        issued(officers)
        work()
        assert subjects(reader) == ["避難指示"]

    def test_two_workers_at_once_hand_it_over_once(
        self, alert_service: Commons, officers: tuple[Officer, Officer]
    ) -> None:
        alert_service.behaviour.delay = 0.3
        order = issued(officers)

        def carry() -> None:
            publications.carry(order.document_id)
            connections.close_all()

        threads = [threading.Thread(target=carry) for _number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (alert_service.requests, len(alert_service.taken)) == (1, 1)

    def test_a_lost_job_and_a_late_endpoint_are_made_up_for(
        self, alert_service: Commons, officers: tuple[Officer, Officer], settings: Settings
    ) -> None:
        address, settings.COMMONS_ENDPOINT = settings.COMMONS_ENDPOINT, ""
        issued(officers)
        work()
        settings.COMMONS_ENDPOINT = address
        jobs.publish_due()
        work()
        assert len(alert_service.taken) == 1
        Publication.objects.update(state="waiting")
        jobs.publish_due()
        work()
        assert (len(alert_service.taken), alert_service.copies) == (1, 1)
        jobs.publish_due()
        assert work() == []

    def test_a_wrong_profile_does_not_keep_the_residents_waiting(
        self, alert_service: Commons, officers: tuple[Officer, Officer], settings: Settings
    ) -> None:
        settings.COMMONS_PROFILE = "/nowhere.yaml"
        reader = person(CITY, 140.5)
        issued(officers)
        work()
        assert subjects(reader) == ["避難指示"]
        settings.COMMONS_PROFILE = ""
        jobs.publish_due()
        work()
        assert len(alert_service.taken) == 1

    def test_what_the_operator_asks_of_members_is_in_the_settings(
        self, alert_service: Commons, officers: tuple[Officer, Officer], settings: Settings, tmp_path: Path
    ) -> None:
        alert_service.user, alert_service.password = "member", "secret"
        settings.COMMONS_USER, settings.COMMONS_PASSWORD = "member", "secret"
        path = tmp_path / "profile.yaml"
        path.write_text("message_as: text\n")
        settings.COMMONS_PROFILE = str(path)
        issued(officers)
        work()
        assert len(alert_service.taken) == 1

    def test_codes_of_governments_have_a_digit_that_checks_them(self) -> None:
        assert [government_code(code) for code in ("04100", "04202", "04581", "04000")] == [
            *("041009", "042021", "045811", "040002")
        ]


def shelter(name: str, code: str = CITY, longitude: float = 140.5) -> Shelter:
    return Shelter.objects.create(
        code=f"{code}-{name}-{longitude}",
        name=name,
        municipality_id=code,
        address="吉野町1丁目",
        longitude=longitude,
        latitude=38.5,
        emergency=True,
        designated=True,
        capacity=300,
        source="test",
        imported_at=clock.now(),
    )


class TestSheltersOut:
    def test_changes_of_a_municipality_go_out_together(self, alert_service: Commons) -> None:
        one, other, town = shelter("湊小学校"), shelter("門脇公民館"), shelter("女川小学校", TOWN)
        for place in (one, other, town):
            open_shelter(shelter=place, actor="officer:1", actor_name="試験")
        mark_full(shelter=other, actor="officer:1", actor_name="試験")
        assert work() == []
        work(later=True)
        found = {taken.document.targets[0]: taken.document for taken in alert_service.taken}
        assert set(found["石巻市"].sorts) == {"湊小学校 開設", "門脇公民館 開設"}
        assert found["女川町"].sorts == ("女川小学校 開設",)
        assert {one.status for one in found.values()} == {"Actual"}
        assert publications_of_shelters([CITY])[CITY].words.startswith("Lアラート 送信済み")

    def test_the_newest_state_goes_out_and_a_new_opening_begins_a_new_document(self, alert_service: Commons) -> None:
        place = shelter("湊小学校")
        for change in (open_shelter, close_shelter, open_shelter):
            change(shelter=place, actor="officer:1", actor_name="試験")
            work(later=True)
        first, second, third = (taken.document for taken in alert_service.taken)
        assert [one.sorts for one in (first, second, third)] == [
            ("湊小学校 開設",),
            ("湊小学校 閉鎖",),
            ("湊小学校 開設",),
        ]
        assert (second.document_id, second.revision) == (first.document_id, 2)
        assert (third.revision, third.document_id == first.document_id) == (1, False)

    def test_what_changes_while_it_is_down_follows_as_the_next_revision(self, alert_service: Commons) -> None:
        place, other = shelter("湊小学校"), shelter("門脇公民館")
        alert_service.behaviour.answer = "?"
        open_shelter(shelter=place, actor="officer:1", actor_name="試験")
        Publication.objects.update(due_at=clock.now())
        jobs.publish(document_id=str(Publication.objects.get().document_id))
        open_shelter(shelter=other, actor="officer:1", actor_name="試験")
        alert_service.behaviour.answer = ""
        work(later=True)
        assert [len(taken.document.sorts) for taken in alert_service.taken] == [1, 2]
        assert (alert_service.copies, alert_service.refused) == (1, [])

    def test_while_only_a_drill_goes_on_it_is_an_exercise(
        self, alert_service: Commons, officers: tuple[Officer, Officer]
    ) -> None:
        issued(officers, drill=True)
        open_shelter(shelter=shelter("湊小学校"), actor="officer:1", actor_name="試験")
        work(later=True)
        assert {taken.document.status for taken in alert_service.taken} == {"Exercise"}


class TestIn:
    def test_an_order_of_another_is_in_force_and_told_as_theirs(self) -> None:
        reader, elsewhere = person(), person(CITY, 140.5)
        arrives(message(detail(EVACUATE, "女川町全域")))
        order = Order.objects.get()
        assert (order.source, order.entered_by, order.entered_by_name) == ("女川町", "commons", "女川町")
        assert (order.kind, order.hazard, order.municipality_code, order.drill) == ("evacuate", "tsunami", TOWN, False)
        assert order.issued_at == AT
        assert order.review_at is None
        assert subjects(reader) == ["避難指示"]
        assert "女川町が避難指示を出しました" in bodies(reader)[0]
        assert subjects(elsewhere) == []
        arrives(message(detail(EVACUATE, "女川町全域", lifted=True), revision=2))
        assert in_force() == []
        assert len(subjects(reader)) == 2
        assert Incident.objects.filter(ended_at=None).count() == 0

    def test_nobody_here_can_lift_it_or_say_that_it_stays(self, officers: tuple[Officer, Officer]) -> None:
        arrives(message(detail(EVACUATE), targets=(("石巻市", "042021"),)))
        order = Order.objects.get()
        for deed in (orders.enter_lifting, orders.keep_order, orders.confirm_lifting):
            with pytest.raises(OrderOfAnotherError):
                deed(officer=officers[0], order_id=order.pk)

    def test_an_order_of_ours_needs_a_second_officer_in_the_database_too(
        self, officers: tuple[Officer, Officer]
    ) -> None:
        order = entered(officers)
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(issued_at=clock.now())

    def test_it_is_not_published_again(self, alert_service: Commons) -> None:
        arrives(message(detail(EVACUATE)))
        jobs.publish_due()
        work()
        assert (Order.objects.count(), Publication.objects.count()) == (1, 0)

    @pytest.mark.parametrize("order_of_arrival", [(1, 2), (2, 1), (2, 1, 2, 1)])
    def test_the_newest_revision_holds_whenever_it_arrives(self, order_of_arrival: tuple[int, ...]) -> None:
        said = {
            1: message(detail(EVACUATE, "湊地区")),
            2: message(detail(EVACUATE, "湊地区", lifted=True), revision=2),
        }
        for revision in order_of_arrival:
            arrives(said[revision])
        assert in_force() == []
        assert Telegram.objects.count() == 2
        assert Alert.objects.count() in {0, 2}

    def test_a_revision_that_comes_twice_is_taken_once(self) -> None:
        reader = person()
        first = arrives(message(detail(EVACUATE, "湊地区")))
        again = arrives(message(detail(EVACUATE, "湊地区")))
        assert first.digest != again.digest
        assert (again.concern, again.superseded, again.reason) == (False, True, Reason.KNOWN_REVISION)
        assert (Order.objects.count(), len(subjects(reader))) == (1, 1)

    def test_areas_that_are_zones_here_are_told_and_the_others_are_the_whole_municipality(self) -> None:
        Zone.objects.create(
            code="harbour",
            hazard="tsunami",
            kind="drawn",
            name="湊地区",
            boundary=to_wkb(multipolygon(shapely.box(141, 38, 141.4, 39))),
            source="test",
            imported_at=clock.now(),
        )
        near, far = person(longitude=141.2), person(longitude=141.8)
        arrives(message(detail(EVACUATE, "湊地区")))
        assert (len(subjects(near)), len(subjects(far))) == (1, 0)
        assert Order.objects.get().zones == ["harbour"]
        arrives(message(detail(EVACUATE, "湊地区", "鷲神浜"), revision=2))
        placed, unplaced = Order.objects.order_by("pk")
        assert (placed.unplaced, unplaced.unplaced, unplaced.zones) == ([], ["鷲神浜"], [])
        assert (len(subjects(near)), len(subjects(far))) == (2, 1)
        assert "鷲神浜" in bodies(far)[0]

    def test_what_an_update_lifts_is_over_and_what_it_does_not_name_stays(self) -> None:
        reader = person()
        arrives(message(detail(ELDERLY, "湊地区", "蛇田地区")))
        assert in_force() == [(TOWN, "elderly", "湊地区、蛇田地区")]
        arrives(message(detail(ELDERLY, "蛇田地区", lifted=True), revision=2))
        assert in_force() == [(TOWN, "elderly", "湊地区（解除：蛇田地区）")]
        arrives(message(detail(ELDERLY, "鹿又地区"), revision=3))
        assert {area for _code, _kind, area in in_force()} == {"湊地区（解除：蛇田地区）", "鹿又地区"}
        arrives(message(detail(ELDERLY, lifted=True), revision=4))
        assert in_force() == []
        assert len(subjects(reader)) == 5

    def test_where_an_update_names_all_what_it_does_not_name_is_over(self, settings: Settings, tmp_path: Path) -> None:
        path = tmp_path / "whole.yaml"
        path.write_text("whole_state: true\n")
        settings.COMMONS_PROFILE = str(path)
        arrives(message(detail(ELDERLY, "湊地区", "蛇田地区")))
        arrives(message(detail(ELDERLY, "湊地区"), revision=2))
        assert in_force() == [(TOWN, "elderly", "湊地区（解除：蛇田地区）")]

    def test_another_kind_takes_the_place_with_one_message_that_says_so(self) -> None:
        reader = person()
        arrives(message(detail(ELDERLY, "湊地区"), disaster="大雨による洪水"))
        raised = (detail(EVACUATE, "湊地区"), detail(ELDERLY, "湊地区", lifted=True))
        arrives(message(*raised, disaster="大雨による洪水", revision=2))
        assert in_force() == [(TOWN, "evacuate", "湊地区")]
        assert len(subjects(reader)) == 2
        assert "「【警戒レベル3】高齢者等避難」から「【警戒レベル4】避難指示」に上がりました。" in bodies(reader)[1]
        lowered = (detail(ELDERLY, "湊地区"), detail(EVACUATE, "湊地区", lifted=True))
        arrives(message(*lowered, disaster="大雨による洪水", revision=3))
        assert in_force() == [(TOWN, "elderly", "湊地区")]
        assert "下がりました" in bodies(reader)[2]
        assert len(subjects(reader)) == 3
        replaced = Order.objects.filter(replaced_by__isnull=False)
        assert [Alert.objects.filter(order=one).latest("pk").change for one in replaced] == ["cancelled"] * 2

    def test_a_document_that_is_cancelled_is_over(self) -> None:
        arrives(message(detail(EVACUATE, "湊地区")))
        arrives(message(detail(EVACUATE, "湊地区"), revision=1, cancels=True))
        assert in_force() == []
        assert CommonsDocument.objects.get().cancelled
        assert Alert.objects.latest("pk").change == "cancelled"

    def test_a_drill_makes_an_order_of_a_drill_and_a_test_none(self) -> None:
        arrives(message(detail(EVACUATE), status=Status.DRILL))
        order = Order.objects.get()
        assert (order.drill, order.incident.status) == (True, "drill")
        tested = arrives(message(detail(EVACUATE), document_id=uuid4(), status=Status.TEST))
        assert (tested.concern, tested.reason) == (False, Reason.DELIVERY_TEST)
        assert Order.objects.count() == 1

    def test_a_drill_does_not_touch_the_real_document_of_its_number(self) -> None:
        arrives(message(detail(EVACUATE)))
        arrives(message(detail(EVACUATE, lifted=True), revision=9, status=Status.DRILL))
        assert len(in_force()) == 1
        arrives(message(detail(EVACUATE, lifted=True), revision=2))
        assert in_force() == []

    def test_our_own_that_comes_back_changes_nothing(
        self, alert_service: Commons, officers: tuple[Officer, Officer], client: Client
    ) -> None:
        issued(officers)
        work()
        body = wrap(alert_service.taken[0].body)
        for _time in range(2):
            assert client.post("/api/commons/", body, content_type="text/xml", headers=TOKEN).status_code == 200
        work()
        assert Order.objects.count() == 1
        assert (Telegram.objects.get().concern, Telegram.objects.get().reason) == (False, Reason.OURS)

    def test_who_says_that_it_is_our_document_does_not_lift_our_order(self, officers: tuple[Officer, Officer]) -> None:
        order = issued(officers)
        telegram = arrives(
            message(
                detail(EVACUATE, lifted=True),
                revision=2,
                document_id=order.document_id,
                targets=(("石巻市", "042021"),),
            )
        )
        assert (telegram.reason, len(in_force())) == (Reason.OURS, 1)

    def test_other_prefectures_and_other_categories_are_of_no_concern(self) -> None:
        other = arrives(message(detail(EVACUATE), targets=(("宮古市", "032026"),)))
        assert (other.concern, other.reason) == (False, Reason.ELSEWHERE)
        damage = arrives(message(detail(EVACUATE)).replace(b">EvacuationOrder</", b">DamageInformation</"))
        assert (damage.type, damage.concern, damage.error) == ("DamageInformation", False, "")
        assert Order.objects.count() == 0

    def test_a_place_without_a_code_is_found_by_its_name(self) -> None:
        arrives(message(detail(EVACUATE), targets=(("牡鹿郡女川町", ""),)))
        arrives(message(detail(ELDERLY), targets=(), document_id=uuid4()))
        assert [code for code, _kind, _area in in_force()] == [TOWN, TOWN]

    def test_a_word_for_an_order_that_we_do_not_know_is_shown_to_an_officer(self) -> None:
        telegram = arrives(message(detail(None, "湊地区", sort="屋内退避"), detail(ELDERLY, "蛇田地区")))
        assert telegram.reason == Reason.UNKNOWN_ORDER
        assert [document.unknown for document in not_understood()] == [["屋内退避"]]
        assert in_force() == [(TOWN, "elderly", "蛇田地区")]

    def test_without_a_word_for_the_hazard_there_is_no_level(self) -> None:
        reader = person()
        arrives(message(detail(EVACUATE), disaster=""))
        assert Order.objects.get().hazard == ""
        assert subjects(reader) == ["避難指示"]

    def test_a_clock_that_is_fast_issues_nothing_in_the_future(self) -> None:
        arrives(message(detail(EVACUATE), reported_at=clock.now() + timedelta(days=2)))
        issued_at = Order.objects.get().issued_at
        assert issued_at is not None
        assert issued_at <= clock.now()

    def test_the_folder_brings_it_too(self, tmp_path: Path) -> None:
        (tmp_path / "order.xml").write_bytes(message(detail(EVACUATE)))
        take_folder(tmp_path)
        work()
        assert len(in_force()) == 1


class TestSheltersIn:
    def said(self, *entries: ShelterEntry, **more: Any) -> bytes:
        return write_commons(ShelterMessage(envelope(title="避難所情報", **more), entries), PROFILE)

    def test_known_shelters_open_and_close_and_the_others_are_listed(self, alert_service: Commons) -> None:
        school = shelter("女川小学校（校庭）", TOWN, 141.5)
        arrives(self.said(ShelterEntry("女川小学校", "開設", at=AT), ShelterEntry("知らない会館", "開設")))
        newest = school.states.latest("pk")
        assert (newest.state, newest.actor, newest.actor_name) == ("open", "commons", "女川町")
        assert [document.unknown for document in not_understood()] == [["知らない会館"]]
        arrives(self.said(ShelterEntry("女川小学校", "閉鎖", at=AT + timedelta(hours=1)), revision=2))
        assert school.states.latest("pk").state == "closed"
        assert list(not_understood()) == []
        assert work(later=True) == []
        assert Publication.objects.count() == 0

    def test_what_was_said_here_since_stays(self) -> None:
        school = shelter("女川小学校", TOWN, 141.5)
        close_shelter(shelter=school, actor="officer:1", actor_name="試験")
        arrives(self.said(ShelterEntry("女川小学校", "開設", at=clock.now() - timedelta(hours=1))))
        assert school.states.latest("pk").state == "closed"

    def test_of_two_of_a_name_the_one_that_is_there(self) -> None:
        west, east = shelter("公民館", TOWN, 141.2), shelter("公民館", TOWN, 141.8)
        arrives(self.said(ShelterEntry("公民館", "開設", latitude=38.5, longitude=141.8001)))
        assert (west.states.count(), east.states.count()) == (0, 1)
        arrives(self.said(ShelterEntry("公民館", "閉鎖"), revision=2))
        assert east.states.latest("pk").state == "open"
        assert CommonsDocument.objects.get().unknown == ["公民館"]

    def test_a_drill_opens_nothing(self) -> None:
        school = shelter("女川小学校", TOWN, 141.5)
        telegram = arrives(self.said(ShelterEntry("女川小学校", "開設"), status=Status.DRILL))
        assert (school.states.count(), telegram.reason) == (0, Reason.DRILL_OF_SHELTERS)

    def test_shelters_of_another_municipality_with_the_same_name_stay(self) -> None:
        other = shelter("女川小学校", CITY)
        arrives(self.said(ShelterEntry("女川小学校", "開設")))
        assert other.states.count() == 0


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


class TestDoor:
    def post(self, client: Client, body: bytes, **headers: str) -> Any:
        return client.post("/api/commons/", body, content_type="text/xml", headers=headers or TOKEN)

    def test_only_with_a_token(self, client: Client, settings: Settings) -> None:
        body = message(detail(EVACUATE))
        assert self.post(client, body, Authorization="Bearer other").status_code == 401
        settings.PUSH_TOKENS = []
        assert self.post(client, body).status_code == 404
        assert Telegram.objects.count() == 0

    @pytest.mark.parametrize("form", ["bare", "element", "text"])
    def test_a_document_comes_alone_or_in_its_call(self, client: Client, form: str) -> None:
        body = message(detail(EVACUATE))
        if form != "bare":
            body = call_with(body, replace(PROFILE, message_as="xml" if form == "element" else "text"))
        answer = self.post(client, body)
        assert answer.status_code == 200
        root = parse(answer.content)
        assert (root.name, fault_of(root)) == ("Envelope", None)
        work()
        assert (Telegram.objects.get().source, len(in_force())) == ("commons", 1)

    @pytest.mark.parametrize(
        "body",
        [
            b"<EDXLDistribution>",
            BOMB,
            b"\xff\xfe\x00",
            b"<a>" * 100 + b"</a>" * 100,
            message(detail(EVACUATE)).replace(b"<commons:documentID>0", b"<commons:documentID>x"),
            b'<s:Envelope xmlns:s="x"><s:Body/></s:Envelope>',
            b'<s:Envelope xmlns:s="x"><s:Body><publish><message>&lt;!DOCTYPE x&gt;&lt;x/&gt;</message>'
            b"</publish></s:Body></s:Envelope>",
        ],
        ids=["malformed", "bomb", "encoding", "deep", "no-uuid", "no-message", "hidden-doctype"],
    )
    def test_what_cannot_be_read_is_kept_with_the_reason_and_answered_with_a_fault(
        self, client: Client, body: bytes
    ) -> None:
        answer = self.post(client, body)
        found = fault_of(parse(answer.content))
        assert answer.status_code == 500
        assert found is not None
        assert found.ours
        telegram = Telegram.objects.get()
        assert telegram.error
        assert bytes(telegram.body) == body
        assert work() == []

    def test_hostile_texts_are_only_texts(self, client: Client) -> None:
        reader = person()
        area = "{shelter}{0.__class__}<script>%s" + "あ" * 300
        self.post(client, message(detail(EVACUATE, area), publisher="町" * 500, sender_id="x" * 900))
        work()
        order = Order.objects.get()
        assert (len(order.source), len(order.area_name)) == (100, 100)
        assert "（shelter）（0.__class__）<script>%s" in bodies(reader)[0]

    def test_a_document_as_large_as_one_with_a_thousand_areas(self, client: Client) -> None:
        self.post(client, message(detail(EVACUATE, *(f"{number}区の避難対象地区" for number in range(1000)))))
        work()
        assert Order.objects.count() == 1
        assert len(Order.objects.get().unplaced) == 1000


class TestContract:
    def test_what_is_written_is_as_strict_as_the_counterpart(self) -> None:
        document, _body = document_in(call_with(message(detail(EVACUATE, "湊地区")), PROFILE))
        assert document.sorts == ("避難指示 発令 湊地区",)
        in_text, _body = document_in(
            call_with(message(detail(EVACUATE, "湊地区")), replace(PROFILE, message_as="text"))
        )
        assert in_text.sorts == document.sorts

    @pytest.mark.parametrize(
        ("written", "wrong"),
        [
            (b"Actual", b"Real"),
            (b">045811<", b">045812<"),
            (b"UNCLASSIFIED AND NOT SENSITIVE", b"SECRET"),
            ("避難指示".encode(), "避難勧告".encode()),
            (b"+09:00", b""),
            (b"body/evacuation3", b"body/evacuation4"),
            (b"<commons:previousDocumentRevision>0", b"<commons:previousDocumentRevision>1"),
        ],
    )
    def test_the_counterpart_refuses_what_is_wrong(self, written: bytes, wrong: bytes) -> None:
        body = message(detail(EVACUATE, "湊地区"))
        assert written in body
        with pytest.raises(RefusedError):
            document_in(call_with(body.replace(written, wrong), PROFILE))

    def test_the_counterpart_gives_out_what_it_is_told(self) -> None:
        call = wrap(message(detail(EVACUATE)))
        assert distribution(parse(call)).name == "EDXLDistribution"
        assert Receiver().give(b"<x/>") == (0, "no receiver")

    def test_it_shows_what_it_took(self, alert_service: Commons, officers: tuple[Officer, Officer]) -> None:
        from werkzeug.test import Client as Browser

        issued(officers, drill=True)
        work()
        browser = Browser(alert_service)
        page = browser.get("/").text
        assert "【訓練】避難情報" in page
        assert "避難指示 発令 沿岸部" in page
        assert browser.get("/?lang=en").status_code == browser.get("/documents/1.xml").status_code == 200
        assert browser.get("/documents/2.xml").status_code == 404

    def test_turned_off_it_is_not_asked(self, settings: Settings) -> None:
        settings.COMMONS_ENDPOINT = ""
        assert not commons.is_on()
        assert publications.carry(uuid4()) is None
