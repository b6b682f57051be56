"""Mail to officers about a report, once for each cause."""

from collections.abc import Iterable

from django.conf import settings

from todoke.exchange.messages.actions import send_message
from todoke.loops.improve.models import Report
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.naming import office_name


def tell_officers(officers: Iterable[Officer], *, key: str, report: Report, subject: str, body: str) -> int:
    """Send each of them the words, once for a ``key``, with where to go on; how many have an address."""
    told = 0
    for officer in officers:
        if not officer.email:
            continue
        send_message(
            key=f"{key}:{officer.pk}",
            resident=None,
            email=officer.email,
            sender=office_name(report.office),
            about=f"report:{report.pk}",
            language="ja",
            subject=subject,
            body=f"{body}\n\n{settings.BASE_URL}/console/policy/reports/{report.pk}/",
        )
        told += 1
    return told
