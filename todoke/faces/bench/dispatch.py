"""Dispatch: messages a second by one worker to a provider's stand-in, receipts included; and who goes first."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from todoke.exchange.messages.models import Mailing
from todoke.exchange.messages.queries import counts_about
from todoke.exchange.messages.types import Priority
from todoke.faces.bench.figures import Figure, shortest
from todoke.faces.bench.sending import Outside, Sink, give_telephones, outside, write

MESSAGES = 20_000
NEWSLETTERS = 1_000_000
WARNINGS = 5_000
COUNTED = 200_000


class SilentError(Exception):
    """What was sent did not arrive in time."""


def measure() -> Iterator[Figure]:
    """All figures, with a worker, a web and a sink of their own."""
    ids = give_telephones(MESSAGES)
    with outside() as world:
        world.processes.todoke("web", "serve", "--port", str(world.web_port), environment=world.environment)
        world.processes.await_answer("web", f"http://127.0.0.1:{world.web_port}/healthz")
        world.processes.todoke("worker", "worker", environment=world.environment)
        _warm_up(world, ids)
        yield rate(world, ids)
        yield overtaking(world, ids)
    yield counting(ids)


def _warm_up(world: Outside, ids: list[Any]) -> None:
    _until_delivered(write(ids, 100, Priority.URGENT), 100)


def rate(world: Outside, ids: list[Any]) -> Figure:
    """From the first message that leaves to the last receipt that is written down."""
    bare = MESSAGES / _bare(world.sink, MESSAGES)
    began = time.perf_counter()
    seconds = _until_delivered(write(ids, MESSAGES, Priority.URGENT), MESSAGES) - began
    details = {"messages": MESSAGES, "seconds": round(seconds, 2), **world.sink.counts()}
    return Figure(
        "dispatch.rate",
        MESSAGES / seconds,
        "messages/s and worker",
        2000,
        "the same requests alone, with no ledger and no receipts",
        bare,
        details=details,
    )


def _bare(sink: Sink, count: int, threads: int = 16) -> float:
    host = urlsplit(sink.address).netloc
    body = json.dumps({"to": "+819000000000", "text": "津波警報 E0001へ 100m", "reference": "bare"}).encode()

    def post(number: int) -> None:
        kept = http.client.HTTPConnection(host)
        for key in range(number, count, threads):
            kept.request("POST", "/sms", body, {"Idempotency-Key": f"bare:{key}"})
            kept.getresponse().read()

    began = time.perf_counter()
    senders = [threading.Thread(target=post, args=(number,)) for number in range(threads)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return time.perf_counter() - began


def _until_delivered(mailing: Mailing, count: int, patience: float = 60) -> float:
    """When the last receipt was there. Counts seldom while that is far: counting is work for the same database."""
    began = time.perf_counter()
    while (spent := time.perf_counter() - began) < patience:
        done = _delivered(mailing)
        if done == count:
            return time.perf_counter()
        half_of_the_rest = (count - done) / max(done, 1) * spent / 2
        time.sleep(min(max(half_of_the_rest, 0.02), 0.5))
    raise SilentError(f"{_delivered(mailing)} of {count} messages were delivered within {patience} seconds")


def _delivered(mailing: Mailing) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messages_delivery WHERE message_id BETWEEN %s AND %s AND channel = 'sms'"
            " AND state = 'delivered'",
            [mailing.message_id(0), mailing.message_id(mailing.count - 1)],
        )
        return int(cursor.fetchone()[0])


def overtaking(world: Outside, ids: list[Any]) -> Figure:
    """Seconds from a warning's commit to its last receipt, less what it takes with an empty queue."""
    write(ids, NEWSLETTERS, Priority.NEWSLETTER)
    _until(lambda: world.sink.counts()["accepted"] > MESSAGES * 2 + 1000)
    began = time.perf_counter()
    warning = write(ids, WARNINGS, Priority.EMERGENCY)
    written = time.perf_counter()
    _until(lambda: _delivered(warning) > 0)
    first = time.perf_counter() - written
    last = _until_delivered(warning, WARNINGS) - written
    between = _order(world.sink, warning)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND priority < 0")
        waiting = int(cursor.fetchone()[0])
    details = {
        "newsletters": NEWSLETTERS,
        "newsletter_jobs_still_waiting": waiting,
        "warnings": WARNINGS,
        "write_seconds": round(written - began, 3),
        "last_receipt_seconds": round(last, 2),
        "newsletters_between_the_first_warning_and_the_last": between,
    }
    return Figure("dispatch.first-warning", first, "s", 1, less=True, details=details)


def _order(sink: Sink, warning: Mailing) -> int:
    """How many others arrived after the first of a mailing and before its last."""
    prefix = str(warning.message_id(0))[:24]
    arrived = [one["key"].startswith(prefix) for one in sink.texts()][::-1]
    first, last = arrived.index(True), len(arrived) - arrived[::-1].index(True)
    return arrived[first:last].count(False)


def _until(holds: Any, patience: float = 60) -> None:
    until = time.perf_counter() + patience
    while not holds():
        if time.perf_counter() > until:
            raise SilentError(f"nothing arrived within {patience} seconds")
        time.sleep(0.02)


def counting(ids: list[Any]) -> Figure:
    """The board's question: how far 200,000 messages of one matter, each on two channels, have got."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    mailing = write(ids, COUNTED, Priority.NORMAL)
    about = "bench:count"
    type(mailing.wording).objects.filter(pk=mailing.wording_id).update(about=about)
    low, high = mailing.message_id(0), mailing.message_id(COUNTED - 1)
    with connection.cursor() as cursor:
        for channel, state in (("inbox", "sent"), ("sms", "delivered")):
            cursor.execute(
                "INSERT INTO messages_delivery (message_id, channel, state, priority, attempts, changed_at)"
                " SELECT id, %s, %s, 2, 1, now() FROM messages_message WHERE id BETWEEN %s AND %s",
                [channel, state, low, high],
            )
        cursor.execute(
            "INSERT INTO messages_reply (message_id, answer, needs, at, via)"
            " SELECT id, 'safe', '\"\"', now(), 'link' FROM messages_message WHERE id BETWEEN %s AND %s LIMIT 100000",
            [low, high],
        )
        cursor.execute("ANALYZE messages_message, messages_delivery, messages_reply")
    seconds = shortest(lambda: counts_about(about))
    details = {"messages": COUNTED, "deliveries": 2 * COUNTED, "replies": 100_000}
    return Figure("dispatch.counts", 1000 * seconds, "ms", 500, less=True, details=details)
