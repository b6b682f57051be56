"""What was answered, as it stands now."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from todoke.capabilities.forms.types import Question
from todoke.kernel.text import harmless_cell
from todoke.loops.reach.models import Answered, NamedAnswer, Notice, Tally
from todoke.loops.reach.surveys.answering import names_of
from todoke.loops.reach.surveys.questions import survey_page
from todoke.registry.catalogue.types import in_language

CHOSEN = frozenset({"choice", "choices", "yes_no"})


@dataclass(frozen=True)
class Result:
    """A question with how often each option was chosen, or what was written."""

    question: Question
    options: tuple[tuple[str, int], ...]
    said: tuple[Any, ...]
    answered: int


@dataclass(frozen=True)
class Results:
    """All questions of a notice."""

    people: int
    answered: int
    questions: tuple[Result, ...]


def results_of(notice: Notice, reading: str = "ja") -> Results:
    """Live: from the rows as they are."""
    counts, said, answered = _added_up(notice) if notice.anonymous else _gathered(notice)
    questions = []
    for question in survey_page(notice.questions).questions:
        of: Counter[str] = counts.get(question.id, Counter())
        options = tuple((label, of[name]) for name, label in _options(question, reading))
        written = tuple(sorted(said.get(question.id, [])))
        questions.append(Result(question, options, written, answered.get(question.id, 0)))
    return Results(notice.people, Answered.objects.filter(notice=notice).count(), tuple(questions))


def _options(question: Question, reading: str) -> list[tuple[str, str]]:
    if question.type == "yes_no":
        return [("yes", _("はい")), ("no", _("いいえ"))]
    return [(option.id, in_language(option.label, reading)) for option in question.options]


def _added_up(notice: Notice) -> tuple[dict[str, Counter[str]], dict[str, list[Any]], Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    said: dict[str, list[Any]] = {}
    for row in Tally.objects.filter(notice=notice):
        for question, of in row.counts.items():
            counts.setdefault(question, Counter()).update(of)
        for question, words in row.said.items():
            said.setdefault(question, []).extend(words)
    return counts, said, counts.pop("answered", Counter())


def _gathered(notice: Notice) -> tuple[dict[str, Counter[str]], dict[str, list[Any]], Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    said: dict[str, list[Any]] = {}
    answered: Counter[str] = Counter()
    kinds = {question.id: question.type for question in survey_page(notice.questions).questions}
    for answers in NamedAnswer.objects.filter(answered__notice=notice).values_list("answers", flat=True).iterator():
        for question, value in answers.items():
            answered[question] += 1
            if kinds[question] in CHOSEN:
                counts.setdefault(question, Counter()).update(names_of(value))
            else:
                said.setdefault(question, []).append(value)
    return counts, said, answered


def results_csv(notice: Notice, reading: str = "ja") -> str:
    """A line for each option or written answer: question, option or text, how often."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["question", "answer", "count"])
    for one in results_of(notice, reading).questions:
        label = in_language(one.question.label, reading)
        for option, number in one.options:
            writer.writerow([harmless_cell(label), harmless_cell(option), number])
        for words, number in sorted(Counter(map(str, one.said)).items()):
            writer.writerow([harmless_cell(label), harmless_cell(words), number])
    return out.getvalue()
