"""An e-mail that cannot be handed over fails in words, and not silently."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings

from tests.apply.conftest import Town
from todoke.exchange.messages import jobs
from todoke.exchange.messages.actions import send_message
from todoke.exchange.messages.dispatch import carrying
from todoke.exchange.messages.models import Delivery
from todoke.exchange.messages.types import Priority
from todoke.kernel import clock


def delivery(town: Town) -> Delivery:
    message = send_message(
        key="k", resident=town.mother, email="a@example.jp", sender="課", about="", language="ja", subject="s", body="b"
    )
    return message.deliveries.get(channel="email")


def attempt(queued: Delivery) -> None:
    jobs.deliver(deliveries=[[str(queued.message_id), "email"]])
    queued.refresh_from_db()


def test_the_same_cause_sends_once(town: Town) -> None:
    first = delivery(town)
    assert delivery(town) == first
    attempt(first)
    attempt(first)
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["a@example.jp"]
    assert f"<{first.message_id}@" in mail.outbox[0].extra_headers["Message-ID"]
    assert (first.state, first.attempts) == ("sent", 1)


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1)
def test_a_server_that_stays_away_ends_in_a_failure(town: Town) -> None:
    queued = delivery(town)
    for number in range(1, carrying.ATTEMPTS[Priority.NORMAL] + 1):
        assert queued.state == "created"
        attempt(queued)
        assert queued.attempts == number
    assert (queued.state, queued.failure, queued.next_attempt_at) == ("failed", "provider_down", None)


def test_what_nobody_took_up_is_found_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    queued = delivery(town)
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    jobs.follow_up()
    attempt(queued)
    assert queued.state == "sent"
