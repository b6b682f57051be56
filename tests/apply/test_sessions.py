"""Sessions end: by idleness, by age, and everywhere at once."""

from datetime import timedelta

from django.conf import settings

from tests.apply.conftest import Town
from tests.apply.test_access import signed_in
from todoke.kernel import sessions
from todoke.kernel.clock import now


def aged(town: Town, **seconds: float) -> int:
    client = signed_in(town.mother)
    store = sessions.SessionStore(client.cookies["todoke"].value)
    for key, age in seconds.items():
        store[key] = now().timestamp() - age
    store.save()
    return client.get("/my-data/").status_code


def test_a_log_in_ends_when_it_lies_idle_or_grows_old(town: Town) -> None:
    assert aged(town, seen=60, started=60) == 200
    assert aged(town, seen=settings.SESSION_IDLE_SECONDS + 60, started=60) == 302
    assert aged(town, seen=1, started=timedelta(seconds=settings.SESSION_COOKIE_AGE).total_seconds() + 60) == 302


def test_log_out_everywhere_ends_the_other_devices(town: Town) -> None:
    phone, desktop = signed_in(town.mother), signed_in(town.mother)
    assert desktop.post("/logout-everywhere").status_code < 400
    assert phone.get("/my-data/").status_code == 302


def test_pages_with_a_strangers_secret_are_not_kept_by_the_browser(town: Town) -> None:
    client = signed_in(None)
    client.post("/services/records-disclosure/start/")
    assert client.get("/").headers["Cache-Control"] == "private, no-store"
