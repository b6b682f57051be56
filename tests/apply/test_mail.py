"""An e-mail that cannot be handed over fails in words, and not silently."""

import pytest
from django.core import mail
from django.test import override_settings

from tests.apply.conftest import Town
from todoke.exchange.messages import jobs
from todoke.exchange.messages.actions import send_message
from todoke.exchange.messages.models import Delivery


def delivery(town: Town) -> Delivery:
    message = send_message(
        key="k", resident=town.mother, email="a@example.jp", sender="課", about="", language="ja", subject="s", body="b"
    )
    return message.deliveries.get(channel="email")


def test_the_same_cause_sends_once(town: Town) -> None:
    first = delivery(town)
    assert delivery(town) == first
    jobs.try_delivery(first.pk)
    jobs.try_delivery(first.pk)
    assert len(mail.outbox) == 1
    first.refresh_from_db()
    assert (first.state, first.attempts) == ("sent", 1)


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1)
def test_a_server_that_stays_away_ends_in_a_failure(town: Town) -> None:
    queued = delivery(town)
    for attempt in range(1, jobs.ATTEMPTS + 1):
        with pytest.raises(ConnectionRefusedError):
            jobs.try_delivery(queued.pk)
        queued.refresh_from_db()
        assert queued.attempts == attempt
    assert (queued.state, queued.error) == ("failed", "ConnectionRefusedError")
