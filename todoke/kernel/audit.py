"""The one trail of what was done."""

from datetime import datetime
from typing import Any

from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.kernel.trace import current_trace

SYSTEM = "system"
ANONYMOUS = "anonymous"


def count(*, actor: str, action: str, since: datetime) -> int:
    """How often somebody did something since a moment."""
    return AuditEntry.objects.filter(actor=actor, action=action, at__gt=since).count()


def record(*, actor: str, action: str, subject: str, organisation_id: int | None = None, **detail: Any) -> None:
    """Add a line in the transaction of the deed itself. ``detail`` holds no secret and no personal data."""
    AuditEntry.objects.create(
        at=clock.now(),
        actor=actor,
        action=action,
        subject=subject,
        organisation_id=organisation_id,
        detail=detail,
        trace_id=current_trace(),
    )
