"""Log-ins, kept in the database so that they can be ended from anywhere.

Django's database-backed session engine with one more column: whose session it is. A principal is
``resident:<uuid>`` or ``officer:<id>``.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest

from todoke.kernel import clock
from todoke.kernel.models import Session

PRINCIPAL = "principal"
_SEEN = "seen"
_STARTED = "started"


class SessionStore(DatabaseStore):
    """The store that SESSION_ENGINE names."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table with the column."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """A row that says whose it is."""
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.principal = data.get(PRINCIPAL, "")
        return row


def sign_in(request: HttpRequest, principal: str) -> None:
    """Start a log-in under a new key, so that a key planted before it is worth nothing."""
    request.session.flush()
    request.session[PRINCIPAL] = principal
    request.session[_SEEN] = request.session[_STARTED] = clock.now().timestamp()


def sign_out(request: HttpRequest) -> None:
    """End this log-in."""
    request.session.flush()


def sign_out_everywhere(principal: str) -> int:
    """End every log-in of ``principal``; how many there were."""
    return Session.objects.filter(principal=principal).delete()[0]


def principal_of(request: HttpRequest) -> str:
    """Who is logged in, or ''. A session that holds anything and lay idle or lasted too long is ended here.

    That of a visitor without log-in counts too: it may hold the secrets of drafts and cases.
    """
    if request.session.is_empty() or not request.session.keys():
        return ""
    now = clock.now()
    idle = timedelta(seconds=now.timestamp() - request.session.setdefault(_SEEN, now.timestamp()))
    age = timedelta(seconds=now.timestamp() - request.session.setdefault(_STARTED, now.timestamp()))
    too_long = age > timedelta(seconds=settings.SESSION_COOKIE_AGE)
    if too_long or idle > timedelta(seconds=settings.SESSION_IDLE_SECONDS):
        request.session.flush()
        return ""
    principal: str = request.session.get(PRINCIPAL, "")
    if idle > timedelta(minutes=1):
        request.session[_SEEN] = now.timestamp()
    return principal


def forget_ended() -> int:
    """Delete log-ins and visits whose time is over; how many there were."""
    return Session.objects.filter(expire_date__lt=clock.now()).delete()[0]
