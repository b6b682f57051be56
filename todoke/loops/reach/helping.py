"""Telling people that they were asked to help, and that somebody agreed."""

from django.utils import translation
from django.utils.translation import gettext as _

from todoke.exchange.messages.actions import send_message
from todoke.registry.people.models import Helper, Resident


def tell_asked(helper: Helper) -> None:
    """A member of the household was asked by name; others were handed a code."""
    if helper.helper is None:
        return
    with translation.override(_language(helper.helper)):
        person = helper.person.name
        subject = _("{person}さんから、災害のときの助けを頼まれました").format(person=person)
        body = _("引き受けるときは、「災害のときの備え」を開いて「引き受ける」を押してください。")
        _send(f"helper:{helper.pk}:asked", helper.helper, subject, body)


def tell_agreed(helper: Helper) -> None:
    """The person hears who helps them."""
    with translation.override(_language(helper.person)):
        name = helper.helper.name if helper.helper else helper.name
        subject = _("{name}さんが、災害のときの助けを引き受けました").format(name=name)
        body = _("災害のときは、あなたのことがその人にも知らされます。「災害のときの備え」で、いつでも取り消せます。")
        _send(f"helper:{helper.pk}:agreed", helper.person, subject, body)


def _language(resident: Resident) -> str:
    return "ja" if resident.language in {"ja", "easy"} else "en"


def _send(key: str, resident: Resident, subject: str, body: str) -> None:
    send_message(
        key=key,
        resident=resident,
        email=resident.email if resident.wants_email else "",
        sender=_("トドケ"),
        about="helper",
        language=_language(resident),
        subject=subject,
        body=body,
    )
