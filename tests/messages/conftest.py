"""A household, wordings, and batches of messages."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from todoke.exchange.messages.models import Wording
from todoke.exchange.messages.types import Batch, Priority
from todoke.kernel import clock
from todoke.registry.people.models import Household, Resident

MOMENT = datetime(2031, 3, 11, 5, 46, 23, 123000, tzinfo=UTC)


def make_residents(count: int, **changed: Any) -> list[Resident]:
    home = Household.objects.create(municipality_code="04202", address="宮城県石巻市蛇田1番地1")
    given: dict[str, Any] = {"relation": "head", "name_key": "", "birth_date": date(1990, 1, 1), "gender": "0"}
    rows = [Resident(household=home, name=f"見本 {n}", **{**given, **changed}) for n in range(count)]
    return sorted(Resident.objects.bulk_create(rows), key=lambda one: one.pk)


def make_batch(residents: list[Resident], *, moment: datetime = MOMENT, language: bytes = b"ja") -> Batch:
    count = len(residents)
    return Batch(
        started_at=moment,
        residents=np.frombuffer(b"".join(one.pk.bytes for one in residents), "S16"),
        languages=np.full(count, language),
        municipalities=np.full(count, b"04202"),
        values={
            "shelter": np.array([f"s{n % 3}".encode() for n in range(count)]),
            "metres": np.arange(count) * 100,
        },
    )


@pytest.fixture
def residents(db: None) -> list[Resident]:
    return make_residents(5)


@pytest.fixture
def make_wording(db: None) -> Callable[..., Wording]:
    def make(**changed: Any) -> Wording:
        given: dict[str, Any] = {
            "key": "alert:1:a",
            "about": "alert:1",
            "sender": "石巻市",
            "priority": Priority.EMERGENCY,
            "texts": {
                "ja": {"subject": "津波警報", "body": "{shelter}へ（{metres}m）", "short": "津波。{shelter}へ"},
                "en": {"subject": "Tsunami warning", "body": "Go to {shelter} ({metres} m)", "short": "Tsunami"},
            },
            "words": {"shelter": {"s0": {"ja": "日和山公園", "en": "Hiyoriyama Park"}}},
            "created_at": clock.now(),
        }
        return Wording.objects.create(**{**given, **changed})

    return make


@pytest.fixture
def wording(make_wording: Callable[..., Wording]) -> Wording:
    return make_wording()
