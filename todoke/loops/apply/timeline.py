"""The way behind and ahead of a case, as its applicant sees it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from todoke.loops.apply.models import Case
from todoke.loops.apply.types import PUBLIC_EVENTS, CaseState, EventKind
from todoke.registry.organisations.naming import office_name


@dataclass(frozen=True)
class Step:
    """One step; ``status`` is done, now or ahead. ``at`` is when it happened, ``until`` by when it will."""

    status: str
    title: str
    text: str = ""
    at: datetime | None = None
    until: date | None = None


def steps_of(case: Case) -> list[Step]:
    """What happened, where it stands, and what is to come with the date it is expected."""
    steps = []
    language = translation.get_language() or "ja"
    for event in case.events.filter(kind__in=PUBLIC_EVENTS).order_by("id"):
        kind = EventKind(event.kind)
        arrived = _("{office}に届きました。").format(office=office_name(case.office, language))
        text = arrived if kind == EventKind.RECEIVED else ""
        steps.append(Step("done", str(kind.label), text, at=event.at))
    if case.state in {CaseState.DECIDED, CaseState.WITHDRAWN}:
        return steps
    if case.state == CaseState.RETURNED:
        steps.append(Step("now", _("いまここ：あなたの出し直しを待っています")))
        steps.append(Step("ahead", _("役所が確かめて決めます")))
    else:
        steps.append(Step("now", _("いまここ：役所が確かめています")))
    note = _("出し直しを待つ日数は含みません。")
    steps.append(Step("ahead", _("結果をここに届けます"), note, until=case.due_on))
    return steps
