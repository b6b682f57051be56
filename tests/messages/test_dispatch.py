"""Messages go out by the channels of their reader, once, whatever happens in between."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from tests.messages.conftest import make_batch
from todoke.exchange.messages import channels, jobs
from todoke.exchange.messages.actions import (
    end_contact_point,
    note_receipts,
    register,
    reply,
    set_preferences,
    stop_wording,
    token_of,
    write_many,
)
from todoke.exchange.messages.dispatch import allowance, attempts, carrying
from todoke.exchange.messages.models import ContactPoint, Delivery, Mailing, Message, Wording
from todoke.exchange.messages.queries import answer_to, counts_about, inbox, message_by_token
from todoke.exchange.messages.types import Answer, Failure, Letter, Outcome, Priority, Receipt, State
from todoke.kernel import clock, events
from todoke.registry.people.models import Resident


class Fake:
    """A channel that does as it is told."""

    def __init__(self, name: str) -> None:
        self.name, self.sent = name, list[Letter]()
        self.answers: list[Outcome] = []
        self.on = True

    def is_on(self) -> bool:
        return self.on

    def send(self, letter: Letter) -> Outcome:
        self.sent.append(letter)
        return self.answers.pop(0) if self.answers else Outcome(provider_id=f"{self.name}-{len(self.sent)}")


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> dict[str, Fake]:
    made = {name: Fake(name) for name in channels.ORDER}
    monkeypatch.setattr(channels, "_all", lambda: made)
    return made


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The time of the batch, which a test can move on."""
    moment = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: moment[0])

    def later(seconds: float) -> None:
        moment[0] += timedelta(seconds=seconds)

    return later


def reachable(resident: Resident, *names: str) -> None:
    for name in names:
        register(resident=resident, channel_name=name, address=f"{name} of {resident.pk}", identity=str(resident.pk))


def write(wording: Wording, residents: list[Resident]) -> Mailing:
    return write_many(wording=wording, batch=make_batch(residents, moment=clock.now()))


def send(mailing: Mailing) -> None:
    jobs.dispatch(mailing=mailing.pk, first=0, count=mailing.count)


def waiting(name: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [name])
        rows = [json.loads(row[0]) for row in cursor.fetchall()]
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [name])
    return rows


def follow_up() -> None:
    """What is due, and its jobs."""
    jobs.follow_up()
    for args in waiting("messages.deliver"):
        jobs.deliver(deliveries=args["deliveries"])


def states(resident: Resident) -> dict[str, str]:
    return dict(Delivery.objects.filter(message__resident=resident).values_list("channel", "state"))


def test_the_first_channel_of_each_and_the_inbox(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake]
) -> None:
    reachable(residents[0], "sms", "line")
    reachable(residents[1], "sms", "line")
    set_preferences(resident=residents[1], channels=["sms"], quiet_from=None, quiet_to=None)
    send(write(wording, residents))
    assert states(residents[0]) == {"inbox": "sent", "line": "sent"}
    assert states(residents[1]) == {"inbox": "sent", "sms": "sent"}
    assert states(residents[2]) == {"inbox": "sent"}
    letter = ways["line"].sent[0]
    assert letter.address == f"line of {residents[0].pk}"
    assert letter.text.body == "日和山公園へ（0m）"
    assert letter.key == f"{letter.message}:line"
    assert [one.subject for one in inbox(residents[2])] == ["津波警報"]


def test_spread_goes_to_all_channels_at_once(
    make_wording: Callable[..., Wording], residents: list[Resident], ways: dict[str, Fake]
) -> None:
    reachable(residents[0], "sms", "line", "push")
    send(write(make_wording(spread=True), residents))
    assert states(residents[0]) == {"inbox": "sent", "sms": "sent", "line": "sent", "push": "sent"}


def test_a_job_that_runs_again_sends_nothing_again(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake]
) -> None:
    reachable(residents[0], "sms")
    mailing = write(wording, residents)
    send(mailing)
    send(mailing)
    assert len(ways["sms"].sent) == 1


def test_what_a_dead_worker_had_in_hand_is_sent_with_the_same_key(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake]
) -> None:
    reachable(residents[0], "sms")
    mailing = write(wording, residents)
    send(mailing)
    Delivery.objects.filter(channel="sms").update(state=State.SENDING)
    send(mailing)
    assert ways["sms"].sent[0].key == ways["sms"].sent[1].key
    assert states(residents[0])["sms"] == "sent"


def test_a_failure_is_tried_again_later_and_later_until_it_ends_named(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake], now: Callable[[float], None]
) -> None:
    reachable(residents[0], "sms")
    ways["sms"].answers = [Outcome(Failure.PROVIDER_DOWN)] * 50
    send(write(wording, residents))
    waits = []
    while (delivery := Delivery.objects.get(channel="sms")).state == State.CREATED:
        assert delivery.next_attempt_at
        waits.append((delivery.next_attempt_at - clock.now()).total_seconds())
        follow_up()
        assert len(ways["sms"].sent) == len(waits), "not before its time"
        now(waits[-1] + 0.01)
        follow_up()
    assert (delivery.state, delivery.failure) == ("failed", "provider_down")
    assert len(ways["sms"].sent) == carrying.ATTEMPTS[Priority.EMERGENCY] == delivery.attempts
    assert 1.5 < waits[0] < 2.5
    assert waits[5] > waits[2] > waits[0]


def test_a_provider_is_given_the_time_it_asks_for(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake], now: Callable[[float], None]
) -> None:
    reachable(residents[0], "sms")
    ways["sms"].answers = [Outcome(Failure.TOO_MANY, retry_after=300)]
    send(write(wording, residents))
    now(299)
    follow_up()
    assert len(ways["sms"].sent) == 1
    now(2)
    follow_up()
    assert states(residents[0])["sms"] == "sent"


def test_what_has_no_sense_any_more_is_not_sent(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake], now: Callable[[float], None]
) -> None:
    reachable(residents[0], "sms")
    mailing = write(wording, residents)
    now(7 * 3600)
    send(mailing)
    assert not ways["sms"].sent
    delivery = Delivery.objects.get(channel="sms")
    assert (delivery.failure, delivery.attempts) == ("expired", 0)


def test_without_a_receipt_the_next_channel_is_tried(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake], now: Callable[[float], None]
) -> None:
    for resident in residents[:3]:
        reachable(resident, "line", "sms")
    send(write(wording, residents))
    first, second, third = (Message.objects.get(resident=one) for one in residents[:3])
    note_receipts(channel="line", receipts=[Receipt(State.DELIVERED, message=second.pk)])
    reply(message=third, answer=Answer.SAFE)
    now(29)
    follow_up()
    assert not ways["sms"].sent
    now(2)
    follow_up()
    assert [letter.message for letter in ways["sms"].sent] == [first.pk]
    now(60)
    follow_up()
    assert len(ways["line"].sent) == 3
    assert len(ways["sms"].sent) == 1


def test_a_channel_that_fails_for_good_hands_on_at_once_and_is_not_used_again(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake]
) -> None:
    reachable(residents[0], "push", "sms")
    ways["push"].answers = [Outcome(Failure.UNKNOWN_ADDRESS, address_ended=True)]
    send(write(wording, residents))
    follow_up()
    assert states(residents[0]) == {"inbox": "sent", "push": "failed", "sms": "sent"}
    ended = ContactPoint.objects.get(channel="push")
    assert (ended.ended_at is not None, ended.ended_because) == (True, "unknown_address")


def test_a_second_device_is_enough(wording: Wording, residents: list[Resident], ways: dict[str, Fake]) -> None:
    for number in range(2):
        register(resident=residents[0], channel_name="push", address={"n": number}, identity=str(number))
    ways["push"].answers = [Outcome(Failure.UNKNOWN_ADDRESS, address_ended=True), Outcome()]
    send(write(wording, residents))
    assert states(residents[0])["push"] == "sent"
    assert ContactPoint.objects.filter(ended_at=None).count() == 1


def test_the_night_is_quiet_but_for_emergencies(
    make_wording: Callable[..., Wording], residents: list[Resident], ways: dict[str, Fake], now: Callable[[float], None]
) -> None:
    reachable(residents[0], "sms")
    local = clock.now().astimezone(clock.JAPAN)
    since = (local - timedelta(hours=1)).time().replace(second=0, microsecond=0)
    until = (local + timedelta(hours=2)).time().replace(second=0, microsecond=0)
    set_preferences(resident=residents[0], channels=[], quiet_from=since, quiet_to=until)
    send(write(make_wording(priority=Priority.URGENT), residents))
    assert not ways["sms"].sent
    send(write(make_wording(key="alert:2", priority=Priority.EMERGENCY), residents))
    assert len(ways["sms"].sent) == 1
    now(2 * 3600 + 60)
    follow_up()
    assert len(ways["sms"].sent) == 2


def test_what_was_called_back_is_not_sent_and_in_no_inbox(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake]
) -> None:
    reachable(residents[0], "sms")
    reachable(residents[4], "sms")
    mailing = write(wording, residents)
    jobs.dispatch(mailing=mailing.pk, first=0, count=2)
    stop_wording(wording=wording)
    jobs.dispatch(mailing=mailing.pk, first=2, count=3)
    assert [letter.address for letter in ways["sms"].sent] == [f"sms of {residents[0].pk}"]
    assert inbox(residents[0]).exists()
    assert not inbox(residents[4]).exists()
    assert set(Delivery.objects.filter(message__resident=residents[4]).values_list("state", "failure")) == {
        ("skipped", "stopped")
    }


def test_a_retry_of_what_was_called_back_ends_too(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake], now: Callable[[float], None]
) -> None:
    reachable(residents[0], "sms")
    ways["sms"].answers = [Outcome(Failure.TIMEOUT)]
    send(write(wording, residents))
    stop_wording(wording=wording)
    now(60)
    follow_up()
    assert states(residents[0])["sms"] == "skipped"


def test_a_newsletter_gives_way_and_goes_on(
    make_wording: Callable[..., Wording], residents: list[Resident], ways: dict[str, Fake]
) -> None:
    reachable(residents[0], "sms")
    newsletter = write(make_wording(key="news", about="news", priority=Priority.NEWSLETTER), residents)
    urgent = write(make_wording(), residents)
    waiting("messages.follow_up")
    send(newsletter)
    assert not ways["sms"].sent
    send(urgent)
    again = [args for args in waiting("messages.dispatch") if args["mailing"] == newsletter.pk]
    assert len(again) == 2, "the one it began with, and the one that goes on"
    send(newsletter)
    assert len(ways["sms"].sent) == 2


def test_receipts_only_lead_on(wording: Wording, residents: list[Resident], ways: dict[str, Fake]) -> None:
    reachable(residents[0], "sms")
    send(write(wording, residents))
    message = Message.objects.get(resident=residents[0])
    assert note_receipts(channel="sms", receipts=[Receipt(State.READ, provider_id="sms-1")]) == 0
    late = [Receipt(State.DELIVERED, message=message.pk), Receipt(State.FAILED, message=message.pk)]
    note_receipts(channel="sms", receipts=late * 2)
    assert states(residents[0])["sms"] == "read"
    assert note_receipts(channel="sms", receipts=[Receipt(State.DELIVERED, provider_id="unheard-of")]) == 1


def test_a_receipt_may_be_faster_than_the_answer(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    reachable(residents[0], "sms")
    mailing = write(wording, residents)
    recorded: list[Any] = []
    write_down = carrying.rows.record

    def after_the_receipt(ended: Any) -> None:
        note_receipts(channel="sms", receipts=[Receipt(State.DELIVERED, message=one.message) for one in ended])
        recorded.extend(ended)
        write_down(ended)

    monkeypatch.setattr(carrying.rows, "record", after_the_receipt)
    send(mailing)
    delivery = Delivery.objects.get(channel="sms")
    assert recorded
    assert (delivery.state, delivery.provider_id) == ("delivered", "sms-1")


def test_a_failure_that_a_receipt_tells_leads_to_the_next_channel(
    wording: Wording, residents: list[Resident], ways: dict[str, Fake]
) -> None:
    reachable(residents[0], "line", "sms")
    send(write(wording, residents))
    message = Message.objects.get(resident=residents[0])
    failed = Receipt(State.FAILED, message=message.pk, failure=Failure.UNKNOWN_ADDRESS)
    note_receipts(channel="line", receipts=[failed])
    follow_up()
    assert states(residents[0]) == {"inbox": "sent", "line": "failed", "sms": "sent"}


def test_a_providers_limit_is_kept_and_the_rest_goes_later(
    make_wording: Callable[..., Wording],
    residents: list[Resident],
    ways: dict[str, Fake],
    now: Callable[[float], None],
    settings: Any,
) -> None:
    settings.LIMITS = {"sms": 2}
    for resident in residents:
        reachable(resident, "sms")
    send(write(make_wording(priority=Priority.NORMAL), residents))
    assert len(ways["sms"].sent) == 2
    waiting_ones = Delivery.objects.filter(channel="sms", state=State.CREATED)
    assert set(waiting_ones.values_list("failure", flat=True)) == {"too_many"}
    assert allowance.take("sms", 5, Priority.NEWSLETTER) == 0


def test_waiting_for_a_limit_uses_no_tries_up(
    make_wording: Callable[..., Wording],
    residents: list[Resident],
    ways: dict[str, Fake],
    now: Callable[[float], None],
    settings: Any,
) -> None:
    settings.LIMITS = {"sms": 100}
    reachable(residents[0], "sms")
    ways["sms"].answers = [Outcome(Failure.PROVIDER_DOWN), Outcome()]
    mailing = write(make_wording(priority=Priority.NEWSLETTER), residents[:1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(allowance, "take", lambda *_given: 0)
        send(mailing)
        for _time in range(20):
            now(60)
            follow_up()
    delivery = Delivery.objects.get(channel="sms")
    assert (delivery.state, delivery.failure, delivery.attempts) == ("created", "too_many", 0)
    assert ways["sms"].sent == []
    for tries, state in ((1, "created"), (2, "sent")):
        now(120)
        follow_up()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == (state, tries)


def test_giving_way_uses_no_tries_up(
    make_wording: Callable[..., Wording],
    residents: list[Resident],
    ways: dict[str, Fake],
    now: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reachable(residents[0], "sms")
    ways["sms"].answers = [Outcome(Failure.PROVIDER_DOWN), Outcome()]
    send(write(make_wording(priority=Priority.NEWSLETTER), residents[:1]))
    now(120)
    jobs.follow_up()
    (args,) = waiting("messages.deliver")
    for _time in range(10):
        with monkeypatch.context() as patch:
            patch.setattr(attempts, "carry", lambda items, stop: False)
            jobs.deliver(deliveries=args["deliveries"])
        (args,) = waiting("messages.deliver")
    jobs.deliver(deliveries=args["deliveries"])
    delivery = Delivery.objects.get(channel="sms")
    assert (delivery.state, delivery.attempts) == ("sent", 2)


def test_a_newsletter_goes_out_however_small_the_limit(
    make_wording: Callable[..., Wording], residents: list[Resident], ways: dict[str, Fake], settings: Any
) -> None:
    settings.LIMITS = {"sms": 0.5}
    for resident in residents:
        reachable(resident, "sms")
    send(write(make_wording(priority=Priority.NEWSLETTER), residents))
    assert len(ways["sms"].sent) == 1


def test_an_ended_contact_point_is_not_used(wording: Wording, residents: list[Resident], ways: dict[str, Fake]) -> None:
    reachable(residents[0], "sms")
    end_contact_point(contact_point=ContactPoint.objects.get())
    send(write(wording, residents))
    assert states(residents[0]) == {"inbox": "sent"}


def test_counts_of_a_matter(wording: Wording, residents: list[Resident], ways: dict[str, Fake]) -> None:
    reachable(residents[0], "sms")
    reachable(residents[1], "sms")
    ways["sms"].answers = [Outcome(Failure.REFUSED), Outcome()]
    mailing = write(wording, residents)
    jobs.dispatch(mailing=mailing.pk, first=0, count=4)
    messages = {one.resident_id: one for one in Message.objects.all()}
    for answer in (Answer.MOVING, Answer.HELP):
        reply(message=messages[residents[2].pk], answer=answer, needs="インスリン")
    (count,) = counts_about("alert:1")
    assert (count.municipality, count.messages, count.sent, count.read) == ("04202", 5, 4, 1)
    assert count.failed == 2, "whose text message was refused, and who has the inbox alone and has not looked"
    assert count.answers == {Answer.SAFE: 0, Answer.MOVING: 0, Answer.HELP: 1}
    assert counts_about("alert:2") == []


def test_a_link_opens_its_message_alone(wording: Wording, residents: list[Resident]) -> None:
    write(wording, residents)
    messages = list(Message.objects.order_by("pk"))
    token = token_of(messages[0].pk)
    assert len(token) == 32
    found = message_by_token(token)
    assert found
    assert (found.pk, found.subject) == (messages[0].pk, "津波警報")
    forged = token_of(messages[1].pk)[:22] + token[22:]
    for wrong in (forged, token[:-1] + ("A" if token[-1] != "A" else "B"), "", "x", "あ", token + "AAAA"):
        assert message_by_token(wrong) is None


def test_the_newest_answer_holds_and_none_is_lost(wording: Wording, residents: list[Resident]) -> None:
    write(wording, residents)
    message = Message.objects.get(resident=residents[0])
    heard: list[Any] = []
    events.listen("messages.replied")(lambda reply: heard.append(reply.answer))
    reply(message=message, answer="help", needs=" インスリン ")
    reply(message=message, answer="safe")
    found = answer_to(message)
    assert found
    assert found.answer == Answer.SAFE
    assert heard == ["help", "safe"]
    assert list(message.replies.order_by("pk").values_list("needs", flat=True)) == ["インスリン", ""]
    with connection.cursor() as cursor:
        cursor.execute("SELECT needs::text FROM messages_reply ORDER BY id LIMIT 1")
        assert "インスリン" not in cursor.fetchone()[0]
    with pytest.raises(Exception, match="only ever added to"):
        message.replies.update(answer="safe")


def test_a_message_that_is_unknown_is_nobodys() -> None:
    assert message_by_token(token_of(UUID(int=0))[:-2]) is None
