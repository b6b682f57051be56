"""Residents with telephones, messages to them, and the provider's stand-in that they are sent to."""

import json
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import numpy as np

from todoke.exchange.messages.actions import write_many
from todoke.exchange.messages.models import ContactPoint, Mailing, Wording
from todoke.exchange.messages.types import Batch, Priority
from todoke.faces.commands.processes import Processes, together
from todoke.kernel import clock
from todoke.kernel.ids import new_id
from todoke.registry.people.models import Resident


@dataclass(frozen=True)
class Sink:
    """The provider's stand-in, in a process of its own."""

    address: str

    def counts(self) -> dict[str, int]:
        """What it counted."""
        return dict(self._get("counts.json"))

    def effects(self) -> dict[str, int]:
        """How often each idempotency key had an effect."""
        return {key: times for _channel, key, times in self._get("keys.json")}

    def texts(self, limit: int = 20_000) -> list[dict[str, Any]]:
        """What arrived, newest first."""
        return list(self._get(f"arrived.json?limit={limit}"))

    def post(self, path: str, content: Any) -> None:
        """Tell it something."""
        request = Request(f"{self.address}/{path}", json.dumps(content).encode(), method="POST")  # noqa: S310
        with urlopen(request, timeout=30):  # noqa: S310 - its own address
            pass

    def _get(self, path: str) -> Any:
        with urlopen(f"{self.address}/{path}", timeout=60) as answer:  # noqa: S310 - its own address
            return json.load(answer)


@dataclass(frozen=True)
class Outside:
    """The sink and what it needs, and the settings of web and workers that send there."""

    processes: Processes
    sink: Sink
    web_port: int
    environment: dict[str, str]


@contextmanager
def outside() -> Iterator[Outside]:
    """A sink and a web that takes its receipts, gone afterwards; workers are started by who measures."""
    sink_port, web_port, key = free_port(), free_port(), secrets.token_hex(16)
    sink = Sink(f"http://127.0.0.1:{sink_port}")
    environment = {
        "TODOKE_SMS_URL": f"{sink.address}/sms",
        "TODOKE_SMS_KEY": "key",
        "TODOKE_RECEIPTS_KEY": key,
        "TODOKE_SMTP_HOST": "",
        "TODOKE_LOG_LEVEL": "WARNING",
    }
    with TemporaryDirectory(prefix="todoke-outside-") as logs, together(Path(logs)) as processes:
        receipts = f"http://127.0.0.1:{web_port}/api/receipts/"
        words = ["counterparts.sink", "--port", str(sink_port), "--receipts", receipts, "--key", key]
        processes.module("sink", *words)
        processes.await_answer("sink", f"{sink.address}/health")
        yield Outside(processes, sink, web_port, environment)


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def give_telephones(count: int) -> list[Any]:
    """Residents of whom each has a telephone, by their ids."""
    ids = list(Resident.objects.order_by("pk").values_list("pk", flat=True)[:count])
    now = clock.now()
    ContactPoint.objects.bulk_create(
        (
            ContactPoint(
                resident_id=resident,
                channel="sms",
                address=f"+8190{number:08}",
                fingerprint=f"{number:064x}",
                label="",
                created_at=now,
                verified_at=now,
            )
            for number, resident in enumerate(ids)
        ),
        batch_size=5000,
    )
    return ids


def write(ids: list[Any], count: int, priority: Priority) -> Mailing:
    """``count`` messages to them in turn, with the jobs that send them out."""
    wording = Wording.objects.create(
        key=f"bench:{new_id()}",
        about="bench:1",
        sender="宮城県",
        priority=priority,
        texts={"ja": {"subject": "津波警報", "body": "{shelter}へ", "short": "津波警報 {shelter}へ {metres}m"}},
        created_at=clock.now(),
    )
    residents = np.frombuffer(b"".join(one.bytes for one in islice(cycle(ids), count)), "S16")
    batch = Batch(
        started_at=clock.now(),
        residents=residents,
        languages=np.full(count, b"ja"),
        municipalities=np.full(count, b"04202"),
        values={"shelter": np.full(count, b"E0001"), "metres": np.arange(count) % 3000},
    )
    return write_many(wording=wording, batch=batch)
