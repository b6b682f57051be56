"""The one trail of what was done."""

from typing import Any

from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.kernel.trace import current_trace

SYSTEM = "system"
ANONYMOUS = "anonymous"


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
