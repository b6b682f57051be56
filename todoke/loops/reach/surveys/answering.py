"""An answer to the questions of a notice: taken once from each message, or given anew where that is allowed."""

import secrets
from bisect import insort
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from todoke.capabilities.forms.types import FieldError
from todoke.capabilities.forms.validation import page_errors
from todoke.exchange.messages.models import Message
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.loops.reach.models import Answered, NamedAnswer, Notice, Tally
from todoke.loops.reach.surveys.questions import survey_page

PARTS = 32
"""Rows among which the anonymous answers of a notice are spread."""


class ClosedError(TodokeError):
    """この質問への回答は、締め切りました。"""

    code = "survey-closed"
    status = 410


class AnsweredError(TodokeError):
    """もう回答をいただいています。この質問には、1回だけ回答できます。"""

    code = "survey-answered"
    status = 409


def notice_of(message: Message) -> Notice | None:
    """The notice of a message, where it asks anything."""
    kind, _, key = message.about.partition(":")
    if kind != "notice" or not key.isdecimal():
        return None
    return Notice.objects.filter(pk=int(key), state="sent").exclude(questions=[]).select_related("office").first()


def is_open(notice: Notice) -> bool:
    """Whether answers are taken still."""
    return notice.open_until is None or clock.today() <= notice.open_until


def has_answered(notice: Notice, message: Message) -> bool:
    """Whether an answer came from this message."""
    return Answered.objects.filter(notice=notice, message=message.pk).exists()


def answer_before(notice: Notice, message: Message) -> dict[str, Any]:
    """What was answered, where it may be changed; else nothing."""
    if not notice.changeable:
        return {}
    row = NamedAnswer.objects.filter(answered__notice=notice, answered__message=message.pk).first()
    return dict(row.answers) if row else {}


@transaction.atomic
def take_answer(*, notice: Notice, message: Message, answers: Mapping[str, Any]) -> list[FieldError]:
    """Keep an answer; what is to be put right is given back, and nothing kept. Raises ClosedError, AnsweredError."""
    if not is_open(notice):
        raise ClosedError
    page = survey_page(notice.questions)
    kept = {
        question.id: answers[question.id]
        for question in page.questions
        if answers.get(question.id) not in ("", [], None)
    }
    if errors := page_errors(page, kept, {}, ()):
        return errors
    row, new = Answered.objects.select_for_update().get_or_create(notice=notice, message=message.pk)
    if not new and not notice.changeable:
        raise AnsweredError
    if notice.anonymous:
        _add_up(notice, kept)
    else:
        NamedAnswer.objects.update_or_create(answered=row, defaults={"answers": kept, "at": clock.now()})
    return []


def _add_up(notice: Notice, answers: Mapping[str, Any]) -> None:
    part = secrets.randbelow(PARTS)
    Tally.objects.get_or_create(notice=notice, part=part)
    row = Tally.objects.select_for_update().get(notice=notice, part=part)
    counts, said = dict(row.counts), dict(row.said)
    for question in survey_page(notice.questions).questions:
        if question.id not in answers:
            continue
        value = answers[question.id]
        if question.type in {"choice", "choices", "yes_no"}:
            of = counts.setdefault(question.id, {})
            for name in names_of(value):
                of[name] = of.get(name, 0) + 1
        else:
            insort(said.setdefault(question.id, []), value)
        answered = counts.setdefault("answered", {})
        answered[question.id] = answered.get(question.id, 0) + 1
    row.counts, row.said = counts, said
    row.save(update_fields=["counts", "said"])


def names_of(value: Any) -> list[str]:
    """The options that an answer chooses, by name."""
    options = value if isinstance(value, list) else [value]
    return [("yes" if option else "no") if isinstance(option, bool) else str(option) for option in options]
