"""Workers and web are killed again and again, and the database restarted, while messages go out to a sink."""

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection
from django.db.models import Count as Number

from todoke.exchange.messages.models import Delivery, Mailing
from todoke.exchange.messages.types import Priority
from todoke.faces.bench.sending import Outside, give_telephones, outside, write
from todoke.kernel.postgres import Cluster

NAMES = ("worker-1", "worker-2", "worker-3", "web")
LONGEST_LIFE = 4.0
"""Seconds after which the next is killed even if nothing went on meanwhile: nobody is given time to recover."""

PATIENCE = 900


@dataclass
class Victims:
    """Three workers and a web; one that is killed is started again at once."""

    world: Outside
    lives: Counter[str] = field(default_factory=Counter)

    def start(self, name: str) -> None:
        """Its next life."""
        self.lives[name] += 1
        words = ["serve", "--port", str(self.world.web_port)] if name == "web" else ["worker"]
        self.world.processes.todoke(self._current(name), *words, environment=self.world.environment)

    def kill(self, name: str) -> None:
        """SIGKILL to it and all it started."""
        self.world.processes.kill(self._current(name))
        self.start(name)

    def _current(self, name: str) -> str:
        return f"{name}-life-{self.lives[name]}"


def alert(cluster: Cluster, *, messages: int, kills: int) -> dict[str, Any]:
    """Every message exactly once at the sink, by its idempotency key, and none left in hand."""
    began = time.monotonic()
    ids = give_telephones(messages)
    with outside() as world:
        victims = Victims(world)
        for name in NAMES:
            victims.start(name)
        mailing = write(ids, messages, Priority.EMERGENCY)
        done = _kill(victims, cluster, messages, kills)
        left = _until_quiet(mailing)
        effects = world.sink.effects()
        counts = world.sink.counts()
    expected = {f"{mailing.message_id(place)}:sms" for place in range(messages)}
    lost = len(expected - effects.keys())
    twice = sum(times - 1 for times in effects.values()) + len(effects.keys() - expected)
    states = _states(mailing)
    return {
        "name": "alert",
        "kills": done,
        "acknowledged": messages,
        "lost": lost,
        "twice": twice,
        "met": not lost and not twice and not left and states.get("sms delivered") == messages,
        "details": {
            "by_process": dict(victims.lives - Counter(NAMES)),
            "database_restarts": 1,
            "states": states,
            "left_in_hand": left,
            "copies_refused_by_the_sink": counts["copies"],
            "seconds": round(time.monotonic() - began),
        },
    }


def _kill(victims: Victims, cluster: Cluster, messages: int, kills: int) -> int:
    """At random points, spread over the whole of the sending; the database is restarted half way."""
    chance = random.Random(11)  # noqa: S311 - not for secrets
    share, last = messages / (kills + 1), time.monotonic()
    for number in range(kills):
        mark = share * (number + chance.random())
        while victims.world.sink.counts()["accepted"] < mark and time.monotonic() - last < LONGEST_LIFE:
            time.sleep(0.05)
        if number == kills // 2:
            cluster.stop()
            cluster.start()
        victims.kill(chance.choice(NAMES))
        last = time.monotonic()
        if number % 20 == 19:
            sent = victims.world.sink.counts()["accepted"]
            sys.stderr.write(f"{number + 1} kills, {sent} of {messages} messages at the sink\n")
    return kills


def _until_quiet(mailing: Mailing) -> int:
    """Deliveries that are still in hand when all is quiet, or after the longest wait."""
    until = time.monotonic() + PATIENCE
    left = -1
    while time.monotonic() < until:
        try:
            left = _in_hand(mailing)
        except Error:
            connection.close()
        if left == 0:
            break
        time.sleep(1)
    return left


def _in_hand(mailing: Mailing) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM messages_delivery WHERE state IN ('created', 'sending') OR state = 'sent'"
            " AND channel <> 'inbox') + (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " AND task_name IN ('messages.dispatch', 'messages.deliver'))"
            " + %s - (SELECT count(*) FROM messages_delivery WHERE channel = 'inbox')",
            [mailing.count],
        )
        return int(cursor.fetchone()[0])


def _states(mailing: Mailing) -> dict[str, int]:
    rows = Delivery.objects.filter(
        message__gte=mailing.message_id(0), message__lte=mailing.message_id(mailing.count - 1)
    )
    found = rows.values_list("channel", "state").annotate(number=Number("*")).order_by("channel", "state")
    return {f"{channel} {state}": number for channel, state, number in found}
