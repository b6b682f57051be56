"""Notices of an office to an audience, and the questions that come with them."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.apply.test_access import signed_in
from tests.people.conftest import resident
from todoke.exchange.messages.actions import token_of
from todoke.exchange.messages.models import Message
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError, StaleError
from todoke.kernel.models import AuditEntry
from todoke.loops.reach.actions import notices
from todoke.loops.reach.audience import Audience, AudienceError
from todoke.loops.reach.drafting import drawn_area, points_of
from todoke.loops.reach.errors import SecondPersonError
from todoke.loops.reach.models import Answered, NamedAnswer, Notice, Tally
from todoke.loops.reach.surveys.answering import take_answer
from todoke.loops.reach.surveys.questions import SurveyError
from todoke.loops.reach.surveys.results import results_csv, results_of
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role
from todoke.registry.people.models import BatchRead, Household, Resident
from todoke.registry.places.actions import load_places
from todoke.registry.places.geometry import from_geojson, to_wkb
from todoke.registry.places.models import Zone

TEXTS = {"ja": {"subject": "保育の調査", "body": "お答えください。"}, "en": {"subject": "Childcare", "body": "Please."}}
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "q1",
        "type": "choice",
        "label": {"ja": "満足ですか", "en": "Satisfied?"},
        "options": [
            {"id": "o1", "label": {"ja": "はい", "en": "Yes"}},
            {"id": "o2", "label": {"ja": "いいえ", "en": "No"}},
        ],
    },
    {"id": "q2", "type": "textarea", "label": {"ja": "ご意見", "en": "Remarks"}, "required": False},
]
AREA = Audience(areas=("04202",))


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STATE = tmp_path
    return tmp_path


@pytest.fixture
def office(transactional_db: None) -> Organisation:
    kind = OrganisationKind
    city = Organisation.objects.create(code="04202", kind=kind.MUNICIPALITY, name="石巻市", name_en="Ishinomaki")
    return Organisation.objects.create(
        code="04202-childcare",
        kind=kind.OFFICE,
        function="childcare",
        parent=city,
        municipality_code="04202",
        name="子ども保育課",
        name_en="Childcare",
    )


def _officer(login: str, office: Organisation) -> Officer:
    made = Officer.objects.create(login=login, name=f"試験 {login}")
    Membership.objects.create(officer=made, organisation=office, role=Role.OFFICER)
    return made


@pytest.fixture
def places(office: Organisation) -> None:
    load_places(prefecture_code="04")
    ring = [[141.29, 38.39], [141.31, 38.39], [141.31, 38.41], [141.29, 38.41], [141.29, 38.39]]
    Zone.objects.create(
        code="test:tsunami",
        hazard="tsunami",
        kind="tsunami",
        name="試験の区域",
        boundary=to_wkb(from_geojson({"type": "Polygon", "coordinates": [ring]})),
        source="test",
        imported_at=clock.now(),
    )


@pytest.fixture
def asker(office: Organisation) -> Officer:
    return _officer("a", office)


@pytest.fixture
def second(office: Organisation) -> Officer:
    return _officer("b", office)


@pytest.fixture
def people(office: Organisation) -> list[Resident]:
    home = Household.objects.create(municipality_code="04202", address="見本", longitude=141.3, latitude=38.4)
    elsewhere = Household.objects.create(municipality_code="04205", address="見本")
    resident("仮名 葵", home=elsewhere)
    return [resident(f"見本 {n}", date(1950 + n, 1, 1), home=home) for n in range(12)]


def _asked(asker: Officer, office: Organisation, audience: Audience = AREA, **more: Any) -> Notice:
    return notices.ask_for_notice(officer=asker, office=office, audience=audience, texts=TEXTS, **more)


def test_a_notice_to_few_is_sent_at_once_and_one_to_many_by_a_second_officer(
    asker: Officer, second: Officer, office: Organisation, people: list[Resident], settings: Settings
) -> None:
    people[0].language = "en"
    people[0].save()
    assert _asked(asker, office).state == "sent"
    assert Message.objects.count() == 12
    settings.ALONE_MOST = 11
    waits = _asked(asker, office)
    assert (waits.state, Message.objects.count()) == ("waiting", 12)
    with pytest.raises(SecondPersonError):
        notices.confirm_notice(officer=asker, notice_id=waits.pk)
    with pytest.raises(NotFoundError):
        notices.confirm_notice(officer=_officer("c", office.parent or office), notice_id=waits.pk)
    assert notices.confirm_notice(officer=second, notice_id=waits.pk).state == "sent"
    assert Message.objects.count() == 24
    with pytest.raises(StaleError):
        notices.confirm_notice(officer=second, notice_id=waits.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=waits.pk).update(confirmed_by=waits.asked_by)
    withdrawn = notices.withdraw_notice(officer=asker, notice_id=_asked(asker, office).pk)
    assert (withdrawn.state, Message.objects.count()) == ("withdrawn", 24)


def test_a_rule_that_few_fulfil_reaches_nobody_and_other_peoples_towns_are_refused(
    asker: Officer, office: Organisation, people: list[Resident], settings: Settings
) -> None:
    few = Audience(areas=("04202",), rule='facts.birth_date < date("1951-01-01")')
    with pytest.raises(notices.TooFewError):
        _asked(asker, office, few)
    with pytest.raises(notices.TooFewError):
        _asked(asker, office, Audience(areas=("04202",), rule='facts.birth_date < date("1900-01-01")'))
    assert _asked(asker, office, Audience(areas=("04202",), rule="true")).people == 12
    with pytest.raises(notices.NoticeAreaError):
        _asked(asker, office, Audience(areas=("04202", "04205")))
    with pytest.raises(AudienceError):
        _asked(asker, office, Audience(areas=("04202",), rule="1 +"))
    with pytest.raises(notices.NoticeTextError):
        notices.ask_for_notice(officer=asker, office=office, audience=AREA, texts={"en": TEXTS["en"]})
    settings.SIMULATIONS_A_DAY = 1
    with pytest.raises(notices.TooManyPreviewsError):
        _asked(asker, office, Audience(areas=("04202",), rule="true"))


def _answer(client: Client, message: Message, **answers: str) -> int:
    here = {f"{name}-here": "1" for name in ("q1", "q2")}
    address = reverse("public:survey", args=[token_of(message.pk)])
    return client.post(address, here | answers).status_code


def test_an_anonymous_answer_is_taken_once_and_cannot_be_traced(
    asker: Officer, office: Organisation, people: list[Resident]
) -> None:
    notice = _asked(asker, office, questions=QUESTIONS, anonymous=True)
    messages, client = list(Message.objects.order_by("id")), Client()
    page = client.get(reverse("public:survey", args=[token_of(messages[0].pk)]))
    assert "満足ですか" in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-store"
    assert [_answer(client, one, q1="o1", q2=f"意見{n}") for n, one in enumerate(reversed(messages[:3]))] == [200] * 3
    assert _answer(client, messages[3]) == 422
    assert _answer(client, messages[0], q1="o2") == 409
    found = results_of(notice)
    assert (found.answered, found.questions[0].options) == (3, (("はい", 3), ("いいえ", 0)))
    assert found.questions[1].said == ("意見0", "意見1", "意見2")
    assert not NamedAnswer.objects.exists()
    assert {field.name for field in Answered._meta.get_fields()} == {"id", "notice", "message", "said"}
    assert not {field.name for field in Tally._meta.get_fields()} & {"message", "resident", "answered", "at"}
    assert "意見1,1" in results_csv(notice).replace("\r", "")


def test_a_named_answer_may_be_changed_where_that_was_said_and_a_deadline_is_kept(
    asker: Officer, office: Organisation, people: list[Resident], monkeypatch: pytest.MonkeyPatch
) -> None:
    until = clock.today()
    notice = _asked(asker, office, questions=QUESTIONS, changeable=True, open_until=until)
    message, client = Message.objects.all()[0], Client()
    assert _answer(client, message, q1="o1", q2="=1+1") == 200
    assert "=1+1" in client.get(reverse("public:survey", args=[token_of(message.pk)])).content.decode()
    assert _answer(client, message, q1="o2", q2="=1+1") == 200
    assert results_of(notice, "en").questions[0].options == (("Yes", 0), ("No", 1))
    assert "'=1+1" in results_csv(notice)
    assert client.get(reverse("public:survey", args=["A" * 32])).status_code == 404
    monkeypatch.setattr(clock, "today", lambda: until + timedelta(days=1))
    assert _answer(client, message, q1="o1") == 410


def test_questions_that_cannot_be_asked_are_refused(
    asker: Officer, office: Organisation, people: list[Resident]
) -> None:
    for wrong in ([{"id": "q1", "type": "choice", "label": {"ja": "x", "en": "x"}}], [QUESTIONS[0], QUESTIONS[0]]):
        with pytest.raises(SurveyError):
            _asked(asker, office, questions=wrong)
    notice = _asked(asker, office, questions=[QUESTIONS[0]], anonymous=True)
    message = Message.objects.all()[0]
    assert take_answer(notice=notice, message=message, answers={"q1": "another", "x": 1})
    assert not Answered.objects.exists()


def test_officers_see_how_many_before_they_send(
    asker: Officer, second: Officer, office: Organisation, people: list[Resident], settings: Settings
) -> None:
    client, address = signed_in(asker), reverse("console:notices")
    form = {"subject-ja": "保育の調査", "body-ja": "お答えください。", "q1-label": "満足ですか", "q1-type": "yes_no"}
    shown = client.post(address, {**form, "deed": "preview"}).content.decode()
    assert "12人に届きます" in shown
    assert Notice.objects.count() == 0
    assert client.post(address, {**form, "deed": "preview", "rule": "1 +"}).status_code == 422
    settings.ALONE_MOST = 5
    sent = client.post(address, {**form, "deed": "send", "promise": "anonymous"})
    notice = Notice.objects.get()
    assert sent.headers["Location"] == reverse("console:notice", args=[notice.pk])
    page, deed = reverse("console:notice", args=[notice.pk]), reverse("console:notice-deed", args=[notice.pk])
    assert "確かめたので送る" not in client.get(page).content.decode()
    assert client.post(deed, {"deed": "confirm"}).status_code == 403
    other = signed_in(second)
    assert "確かめたので送る" in other.get(page).content.decode()
    assert other.post(deed, {"deed": "confirm"}).status_code == 302
    assert "12人に送りました" in other.get(page).content.decode()
    token = token_of(Message.objects.all()[0].pk)
    shown = Client().get(reverse("public:message", args=[token])).content.decode()
    assert reverse("public:survey", args=[token]) in shown
    assert other.get(reverse("console:notice-results", args=[notice.pk])).status_code == 200
    stranger = _officer("c", Organisation.objects.create(code="04205", kind="municipality", name="x", name_en="x"))
    assert signed_in(stranger).get(page).status_code == 404


def test_a_form_that_is_sent_twice_makes_one_notice(
    asker: Officer, second: Officer, office: Organisation, people: list[Resident]
) -> None:
    nonce = uuid4()
    first = _asked(asker, office, nonce=nonce)
    assert _asked(asker, office, nonce=nonce).pk == first.pk
    assert Message.objects.count() == 12
    with pytest.raises(IntegrityError):
        _asked(second, office, nonce=nonce)
    client, address = signed_in(asker), reverse("console:notices")
    shown = client.get(address).content.decode()
    kept = re.search(r'name="nonce" value="([^"]+)"', shown)
    assert kept
    form = {"subject-ja": "保育の調査", "body-ja": "お答えください。", "nonce": kept[1]}
    assert kept[1] in client.post(address, {**form, "deed": "preview"}).content.decode()
    sent = client.post(address, {**form, "deed": "send"}).headers["Location"]
    again = client.post(address, {**form, "deed": "send", "body-ja": "ちがう文"}).headers["Location"]
    assert again == f"{sent}?again=1"
    assert "もう送ってあります" in client.get(again).content.decode()
    assert (Notice.objects.count(), Message.objects.count()) == (2, 24)


def test_two_posts_at_once_make_one_notice(
    asker: Officer, office: Organisation, people: list[Resident], monkeypatch: pytest.MonkeyPatch
) -> None:
    nonce = uuid4()
    first = _asked(asker, office, nonce=nonce)
    looked = iter([None, first])
    monkeypatch.setattr(notices, "asked_before", lambda **_given: next(looked))
    assert _asked(asker, office, nonce=nonce) == first
    assert Message.objects.count() == 12


INSIDE = "141.29,38.39 141.31,38.39 141.31,38.41 141.29,38.41"
OUTSIDE = "141.5,38.39 141.51,38.39 141.51,38.41 141.5,38.41"


@pytest.mark.usefixtures("places")
def test_a_notice_to_an_area_drawn_on_the_map(
    asker: Officer, second: Officer, office: Organisation, people: list[Resident]
) -> None:
    client, address = signed_in(asker), reverse("console:notices")
    form = {"subject-ja": "断水", "body-ja": "水が止まります。", "outline": INSIDE}
    assert "data-draw" not in client.get(address).content.decode()
    mapped = client.post(address, {"deed": "map", "hazard": "tsunami"}).content.decode()
    assert "data-draw" in mapped
    assert "試験の区域" in mapped
    counted = client.post(address, {**form, "deed": "preview"}).content.decode()
    assert "およそ10人に届きます" in counted
    assert "data-draw" in counted
    assert client.post(address, {**form, "deed": "preview", "outline": OUTSIDE}).status_code == 422
    assert client.post(address, {**form, "deed": "preview", "outline": "141,38"}).status_code == 422
    page = client.get(client.post(address, {**form, "deed": "send"}).headers["Location"]).content.decode()
    assert "地図に描いた区域" in page
    assert 'class="outline"' in page
    assert Message.objects.count() == 12
    zoned = {**form, "outline": "", "hazard": "tsunami", "zone": ["test:tsunami", "none"], "deed": "send"}
    page = client.get(client.post(address, zoned).headers["Location"]).content.decode()
    assert "試験の区域" in page
    assert Notice.objects.latest("id").audience["zones"] == ["test:tsunami"]


@pytest.mark.usefixtures("places")
def test_an_area_ends_at_the_border_of_the_municipality(
    asker: Officer, office: Organisation, people: list[Resident]
) -> None:
    drawn = drawn_area(points_of(INSIDE))
    assert drawn
    for zones, polygons in (((), (drawn,)), (("test:tsunami",), ())):
        with pytest.raises(notices.NoticeAreaError):
            _asked(asker, office, Audience(areas=("04202",), zones=zones, polygons=polygons))
        assert (
            _asked(asker, office, Audience(areas=("04202",), zones=zones, polygons=polygons, within=True)).people == 12
        )


def test_a_refused_notice_leaves_the_look_behind_it(
    asker: Officer, office: Organisation, people: list[Resident], settings: Settings
) -> None:
    few = Audience(areas=("04202",), rule='facts.birth_date < date("1951-01-01")')
    looks, entries = BatchRead.objects.count(), AuditEntry.objects.filter(action="notice.preview").count()
    with pytest.raises(notices.TooFewError):
        notices.ask_for_notice(officer=asker, office=office, audience=few, texts=TEXTS)
    assert BatchRead.objects.count() > looks
    assert AuditEntry.objects.filter(action="notice.preview").count() == entries + 1
