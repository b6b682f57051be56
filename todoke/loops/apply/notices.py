"""Telling applicants what happened to their case, and residents what concerns them."""

from collections.abc import Callable
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from todoke.exchange.messages.actions import send_message
from todoke.loops.apply.models import Case
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import in_language
from todoke.registry.organisations.naming import office_name
from todoke.registry.people.models import Resident


def tell_applicant(case: Case, event: str, *, text: str = "", due_on: date | None = None) -> None:
    """Send the pack's message of ``event``, in the applicant's language; the revision makes it one of its kind.

    Of a pack that offices fill in there is nobody to tell here.
    """
    pack = pack_of(case.pack_version_id)
    if pack.is_internal:
        return
    worded = pack.messages[event]
    message = worded.get(case.language) or worded["ja"]
    day = due_on or case.due_on
    english = case.language == "en"
    decision = getattr(case, "decision", None) if event == "decided" else None
    names = {
        "receipt_number": case.receipt_number,
        "title": in_language(pack.titles, case.language),
        "office": office_name(case.office, case.language),
        "text": text,
        "due_on": f"{day.day} {day:%B} {day.year}"
        if english
        else f"{day.month}月{day.day}日（{'月火水木金土日'[day.weekday()]}）",
        "outcome": in_language(pack.workflow.outcome(decision.outcome).titles, case.language) if decision else "",
        "name": case.contact_name,
    }
    resident = case.resident
    email = case.contact_email or (resident.email if resident and resident.wants_email else "")
    send_message(
        key=f"case:{case.receipt_number}:{case.revision}:{event}",
        resident=resident,
        email=email,
        sender=office_name(case.office, case.language),
        about=f"case:{case.receipt_number}",
        language=case.language,
        subject=message["subject"].format(**names),
        body=message["body"].format(**names),
    )


def tell_resident(
    resident: Resident, words: Callable[[], tuple[str, str]], *, key: str, about: str, by_mail: bool = True
) -> None:
    """Send subject and body, made by ``words`` in the resident's language, once for a ``key``."""
    with translation.override("en" if resident.language == "en" else "ja"):
        subject, body = words()
        send_message(
            key=key,
            resident=resident,
            email=resident.email if resident.wants_email and by_mail else "",
            sender=_("トドケ"),
            about=about,
            language=resident.language,
            subject=subject,
            body=body,
        )
