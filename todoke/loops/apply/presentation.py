"""A submission in words: for its applicant, and for the officer with sources and findings beside each answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation

from todoke.capabilities.forms.answers import fixed_fact, fixed_in_item, shown_in_item, shown_pages, shown_questions
from todoke.capabilities.forms.types import Question
from todoke.capabilities.forms.validation import QUIET, present
from todoke.loops.apply.findings import Finding, facts_kept
from todoke.loops.apply.models import Attachment, Submission
from todoke.loops.apply.packs import form_of_version
from todoke.registry.catalogue.types import Texts, in_language


@dataclass(frozen=True)
class Answer:
    """A row: what was asked and answered, from which source, and what the checks say of it."""

    question: str
    label: str
    text: str
    source: str
    """register, card or self."""

    findings: Sequence[Finding] = ()
    files: Sequence[Attachment] = ()
    item: int = 0
    """Which item of a group, from 1."""


@dataclass(frozen=True)
class AnsweredPage:
    """A page with its rows."""

    id: str
    title: str
    answers: list[Answer] = field(default_factory=list)

    @property
    def raised(self) -> int:
        """How many findings stand on this page."""
        return sum(1 for a in self.answers for f in a.findings if f.raised and f.dismissed is None)


def _reading() -> str:
    return "en" if translation.get_language() == "en" else "ja"


def _label(texts: Texts) -> str:
    return in_language(texts, _reading())


def answered_pages(submission: Submission, findings: Sequence[Finding] = ()) -> list[AnsweredPage]:
    """The submission page by page, in the reader's language."""
    form, facts, answers = form_of_version(submission.case.pack_version_id), facts_kept(submission), submission.answers
    files: dict[str, list[Attachment]] = {}
    for attachment in submission.attachments.select_related("file").defer("file__content"):
        files.setdefault(attachment.question, []).append(attachment)
    pages = []
    for page in shown_pages(form, answers, facts):
        rows: list[Answer] = []
        for question in shown_questions(page, answers, facts):
            about = [f for f in findings if f.question == question.id and f.raised is not None]
            if question.type == "group":
                rows += _item_rows(question, answers, facts, about)
            elif question.type == "upload" or question.type not in QUIET:
                fact = fixed_fact(question, facts)
                text = present(question, answers.get(question.id), _reading())
                rows.append(
                    Answer(
                        question.id,
                        _label(question.label),
                        text,
                        fact.source.value if fact else "self",
                        about,
                        files.get(question.id, ()),
                    )
                )
        pages.append(AnsweredPage(page.id, _label(page.title), rows))
    return pages


def _item_rows(group: Question, answers: Any, facts: Any, about: list[Finding]) -> list[Answer]:
    rows = []
    for number, item in enumerate(answers.get(group.id, []), 1):
        for question in shown_in_item(group, item, answers, facts):
            source = item.get("source", "self") if fixed_in_item(question, item) else "self"
            text = present(question, item.get(question.id), _reading())
            first = number == 1 and question is group.questions[0]
            rows.append(Answer(group.id, _label(question.label), text, source, about if first else (), item=number))
    return rows


@dataclass(frozen=True)
class Change:
    """An answer that a correction changed."""

    label: str
    before: str
    after: str


def changes_of(submissions: Sequence[Submission]) -> list[Change]:
    """What differs between the first submission and the newest; nothing when there is one."""
    if len(submissions) < 2:
        return []

    def rows(submission: Submission) -> dict[tuple[str, int, str], tuple[str, str]]:
        return {
            (a.question, a.item, a.label): (a.label, a.text or "、".join(f.name for f in a.files))
            for page in answered_pages(submission)
            for a in page.answers
        }

    before, after = rows(submissions[0]), rows(submissions[-1])
    return [
        Change((after.get(key) or before[key])[0], before.get(key, ("", ""))[1], after.get(key, ("", ""))[1])
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]
