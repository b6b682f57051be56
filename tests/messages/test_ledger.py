"""Many messages are written once, whole, each with its own words; months are made ahead."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection, connections

from tests.messages.conftest import MOMENT, make_batch, make_residents
from todoke.exchange.messages.actions import send_message, stop_wording, write_many
from todoke.exchange.messages.actions.many import AnotherBatchError, StoppedWordingError
from todoke.exchange.messages.models import Mailing, Message, Wording
from todoke.exchange.messages.partitions import make_partitions
from todoke.exchange.messages.queries import message_for
from todoke.kernel import clock
from todoke.registry.people.models import Resident


def jobs() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->'first', args->'count', priority FROM procrastinate_jobs"
            " WHERE task_name = 'messages.dispatch' AND (args->>'mailing')::int = ANY(%s) ORDER BY id",
            [list(Mailing.objects.values_list("pk", flat=True))],
        )
        return [(int(first), int(count), priority) for first, count, priority in cursor.fetchall()]


def test_each_gets_a_row_in_its_language_with_its_own_values(wording: Wording, residents: list[Resident]) -> None:
    batch = make_batch(residents)
    batch.languages.flags.writeable = True
    languages = np.array([b"ja", b"en", b"easy", b"zh-hans", b"ja"])
    write_many(wording=wording, batch=batch.__class__(**{**vars(batch), "languages": languages}))
    seen = [message_for(one, Message.objects.get(resident=one).pk) for one in residents]
    assert [one and one.body for one in seen] == [
        "日和山公園へ（0m）",
        "Go to s1 (100 m)",
        "s2へ（200m）",
        "Go to Hiyoriyama Park (300 m)",
        "s1へ（400m）",
    ]
    assert {(one.municipality_code, one.created_at) for one in Message.objects.all()} == {("04202", MOMENT)}
    assert {(one.sender, one.about) for one in seen if one} == {("石巻市", "alert:1")}


def test_written_again_it_changes_nothing(wording: Wording, residents: list[Resident]) -> None:
    first = write_many(wording=wording, batch=make_batch(residents))
    before = list(Message.objects.order_by("pk").values_list())
    assert write_many(wording=wording, batch=make_batch(residents)) == first
    assert list(Message.objects.order_by("pk").values_list()) == before
    assert jobs() == [(0, 5, 90)]
    with pytest.raises(AnotherBatchError):
        write_many(wording=wording, batch=make_batch(residents[:2]))


def test_ids_follow_from_time_wording_and_place(wording: Wording, residents: list[Resident]) -> None:
    mailing = write_many(wording=wording, batch=make_batch(residents))
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    assert ids == [mailing.message_id(place) for place in range(5)]
    assert {one.version for one in ids} == {8}
    assert {one.variant for one in ids} == {"specified in RFC 4122"}


def test_a_job_for_each_thousand(wording: Wording) -> None:
    people = make_residents(1)
    many = Message.objects.count()
    batch = make_batch(people * 2500)
    write_many(wording=wording, batch=batch)
    assert jobs() == [(0, 1000, 90), (1000, 1000, 90), (2000, 500, 90)]
    assert Message.objects.count() == many + 2500


def test_variants_of_a_text_go_in_one_batch(make_wording: Callable[..., Wording], residents: list[Resident]) -> None:
    texts = {"ja": {"subject": "津波警報", "body": "音は鳴りません", "short": "津波"}}
    wordings = [make_wording(), make_wording(key="alert:1:deaf", variant="deaf", texts=texts)]
    batch = make_batch(residents)
    write_many(wording=wordings, batch=batch.__class__(**{**vars(batch), "variants": np.array([0, 1, 0, 0, 1])}))
    assert set(Message.objects.filter(wording=wordings[1]).values_list("resident_id", flat=True)) == {
        residents[1].pk,
        residents[4].pk,
    }


@pytest.mark.parametrize("text", [b'a"b', b"a\\b", b"a\tb", b"a\nb"])
def test_what_would_break_the_values_is_refused_whole(text: bytes, wording: Wording, residents: list[Resident]) -> None:
    batch = make_batch(residents)
    values = {**batch.values, "shelter": np.full(5, text)}
    with pytest.raises(ValueError, match="quotation mark"):
        write_many(wording=wording, batch=batch.__class__(**{**vars(batch), "values": values}))
    assert not Mailing.objects.exists()


def test_a_stopped_wording_is_not_written_any_more(wording: Wording, residents: list[Resident]) -> None:
    stop_wording(wording=wording)
    with pytest.raises(StoppedWordingError):
        write_many(wording=wording, batch=make_batch(residents))


def test_a_drill_says_so_first(make_wording: Callable[..., Wording], residents: list[Resident]) -> None:
    write_many(wording=make_wording(drill=True), batch=make_batch(residents, language=b"vi"))
    seen = message_for(residents[0], Message.objects.get(resident=residents[0]).pk)
    assert seen
    assert seen.subject == "[DRILL] Tsunami warning"
    assert seen.body.startswith("[DRILL] ")


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_from_two_sides_at_once() -> None:
    people = make_residents(3000)
    wording = Wording.objects.create(
        key="alert:2", about="alert:2", sender="", texts={"ja": {}}, created_at=clock.now()
    )
    failures: list[BaseException] = []

    def write() -> None:
        try:
            write_many(wording=wording, batch=make_batch(people))
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Message.objects.count() == 3000
    assert len(jobs()) == 3


def partition_of(message: Message) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM messages_message WHERE id = %s", [message.pk])
        return str(cursor.fetchone()[0])


def test_messages_lie_in_the_partition_of_their_month(wording: Wording, residents: list[Resident]) -> None:
    message = send_message(
        key="k", resident=residents[0], email="", sender="", about="", language="ja", subject="s", body="b"
    )
    assert partition_of(message) == f"messages_message_{clock.today():%Y_%m}"


def test_a_month_that_is_made_late_takes_its_rows_along(wording: Wording, residents: list[Resident]) -> None:
    mailing = write_many(wording=wording, batch=make_batch(residents))
    message = Message.objects.get(pk=mailing.message_id(0))
    assert partition_of(message) == "messages_message_default"
    ahead = (2031 - clock.today().year) * 12 + 3 - clock.today().month
    with connection.cursor() as cursor:
        made = make_partitions(cursor, since=date(2031, 2, 28), months_ahead=ahead)
        assert made == 4
        assert make_partitions(cursor, since=MOMENT.date() - timedelta(days=20), months_ahead=ahead) == 0
    assert partition_of(message) == "messages_message_2031_03"
    assert Message.objects.filter(wording=wording).count() == 5
