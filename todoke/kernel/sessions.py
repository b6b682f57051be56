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
    language = request.session.get("language")
    request.session.flush()
    request.session[PRINCIPAL] = principal
    request.session[_SEEN] = clock.now().timestamp()
    if language:
        request.session["language"] = language


def sign_out(request: HttpRequest) -> None:
    """End this log-in."""
    request.session.flush()


def sign_out_everywhere(principal: str) -> int:
    """End every log-in of ``principal``; how many there were."""
    return Session.objects.filter(principal=principal).delete()[0]


def principal_of(request: HttpRequest) -> str:
    """Who is logged in, or ''. A log-in that lay idle too long is ended here."""
    principal: str = request.session.get(PRINCIPAL, "")
    if not principal:
        return ""
    now = clock.now()
    idle = timedelta(seconds=now.timestamp() - request.session.get(_SEEN, 0))
    if idle > timedelta(seconds=settings.SESSION_IDLE_SECONDS):
        request.session.flush()
        return ""
    if idle > timedelta(minutes=1):
        request.session[_SEEN] = now.timestamp()
    return principal


def forget_ended() -> int:
    """Delete log-ins and visits whose time is over; how many there were."""
    return Session.objects.filter(expire_date__lt=clock.now()).delete()[0]
