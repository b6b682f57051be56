"""Running a case through a pack without storing anything (todoke packs try, and every example)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from todoke.capabilities.forms.answers import answers_to_submit, filled_in, shown_pages, shown_questions
from todoke.capabilities.forms.shapes import shape_of_question
from todoke.capabilities.forms.types import Form, Question, form_of
from todoke.capabilities.forms.validation import form_errors
from todoke.kernel import clock
from todoke.kernel.ids import new_id
from todoke.kernel.rules import Shape
from todoke.registry.catalogue.eligibility import amounts_of, checked, eligibility, missing_for_amounts
from todoke.registry.catalogue.types import Pack
from todoke.registry.people.keys import KEYS, typed
from todoke.registry.people.queries import for_rules
from todoke.registry.people.types import KnownFact, Source

CASE: dict[str, Any] = {
    "title": {"type": "string"},
    "on": {"type": "string", "format": "date"},
    "facts": {"type": "object"},
    "answers": {"type": "object"},
    "uploads": {"type": "array", "items": {"type": "string"}},
}
"""The properties of a case in JSON Schema."""

_PYTHON: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "list": (list,), "record": (dict,)}


class CaseError(Exception):
    """A case that does not fit its pack's form; a line a problem."""


@dataclass(frozen=True)
class Tried:
    """What came of a case that was tried and not stored."""

    eligibility: bool | None
    missing: list[str]
    """Facts that could settle the eligibility, and those with which the amounts could be worked out."""

    pages: list[str]
    questions: list[str]
    errors: list[str]
    findings: list[str]
    amounts: dict[str, int | None]
    handed_in: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """For ``todoke packs try``; ``eligibility`` and amounts (yen) are null while facts are missing."""
        return {
            "eligibility": self.eligibility,
            "missing": self.missing,
            "amounts": self.amounts,
            "pages": self.pages,
            "questions": self.questions,
            "errors": self.errors,
            "findings": self.findings,
        }


def facts_from(given: Mapping[str, Any]) -> dict[str, KnownFact]:
    """Facts of an example: ``key: value`` is a register's, ``key: {self: value}`` was said by the person.

    People need no ids. Raises CaseError for keys that are not declared, and for values that do not fit them.
    """
    facts, problems = {}, []
    for key, value in given.items():
        said = isinstance(value, dict) and set(value) == {"self"}
        value = value["self"] if said else value
        if key not in KEYS:
            problems.append(f"facts.{key}: no such fact is declared")
        elif value is not None:
            problems += _no_values(f"facts.{key}", KEYS[key].shape, value)
            facts[key] = KnownFact(key, _with_id(value), Source.SELF if said else Source.REGISTER)
    if problems:
        raise CaseError("\n".join(problems))
    return facts


def _with_id(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_id(item) for item in value]
    return {"id": str(new_id()), **value} if isinstance(value, dict) else value


def _no_values(place: str, shape: Shape, value: Any) -> Iterator[str]:
    """What of a fact's value is none of its shape."""
    if shape.kind == "list" and isinstance(value, list) and shape.item:
        for number, item in enumerate(value):
            yield from _no_values(f"{place}.{number}", shape.item, item)
    elif shape.kind == "record" and isinstance(value, dict):
        for name, part in value.items():
            if name not in (shape.members or {}):
                yield f"{place}.{name}: no such member"
            elif part is not None:
                yield from _no_values(f"{place}.{name}", (shape.members or {})[name], part)
    elif shape.kind == "date":
        if not isinstance(value, str) or typed(shape, value) is None:
            yield f"{place}: {value!r} is no day; write YYYY-MM-DD"
    elif type(value) not in _PYTHON.get(shape.kind, (str,)):
        yield f"{place}: a {type(value).__name__} where a {shape.kind} is needed"
    elif shape.options is not None and value not in shape.options:
        yield f"{place}: {value!r} is none of {', '.join(sorted(shape.options))}"


def try_case(pack: Pack, case: Mapping[str, Any]) -> Tried:
    """Run facts, answers and uploads through a pack, as on the day of ``on``.

    Raises CaseError for answers that its form cannot hold, and for a day that is none.
    """
    try:
        day = date.fromisoformat(str(case["on"])) if "on" in case else clock.today()
    except ValueError:
        raise CaseError(f"on: {case['on']} is no day; write YYYY-MM-DD") from None
    with clock.held(day):
        return _tried(pack, case, day)


def _tried(pack: Pack, case: Mapping[str, Any], day: date) -> Tried:
    form, facts = form_of(pack.form), facts_from(case.get("facts") or {})
    answers = _with_item_ids(form, case.get("answers") or {})
    if problems := list(_misfits(form, answers)):
        raise CaseError("\n".join(problems))
    whole = filled_in(form, answers, facts)
    pages = shown_pages(form, whole, facts)
    questions = [q.id for page in pages for q in shown_questions(page, whole, facts)]
    wrong = form_errors(form, whole, facts, set(case.get("uploads") or []))
    handed_in = answers_to_submit(form, whole, facts)
    given = for_rules(facts)
    findings = [check.id for check, raised in checked(pack, handed_in, given, day) if raised]
    errors = sorted({_question_of(e.path) for found in wrong.values() for e in found})
    eligible, missing = eligibility(pack, given, day)
    if eligible is not False:
        missing = sorted({*missing, *missing_for_amounts(pack, given, day)})
    return Tried(
        eligible,
        missing,
        [page.id for page in pages],
        questions,
        errors,
        findings,
        amounts_of(pack, given, day),
        handed_in,
    )


def _with_item_ids(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """A case need not number the items of its groups."""
    whole = dict(answers)
    for question in form.questions():
        items = whole.get(question.id)
        if question.type == "group" and isinstance(items, list):
            whole[question.id] = [
                {"id": str(new_id()), "source": "self", **item} if isinstance(item, dict) else item for item in items
            ]
    return whole


def _misfits(form: Form, answers: Mapping[str, Any]) -> Iterator[str]:
    questions = {question.id: question for question in form.questions()}
    for key, value in answers.items():
        if key not in questions:
            yield f"answers.{key}: the form has no such question"
            continue
        yield from _misfit(f"answers.{key}", questions[key], value)


def _misfit(place: str, question: Question, value: Any) -> Iterator[str]:
    if value is None or value == "":
        return
    kind = shape_of_question(question).kind
    typed_wrongly = isinstance(value, str) and kind != "list"
    if not typed_wrongly and type(value) not in _PYTHON.get(kind, (str,)):
        yield f"{place}: a {type(value).__name__} where a {kind} is needed"
        return
    if question.type == "choices" and not all(isinstance(option, str) for option in value):
        yield f"{place}: options are words"
    if question.type != "group":
        return
    inner = {q.id: q for q in question.questions}
    for number, item in enumerate(value):
        if not isinstance(item, dict):
            yield f"{place}.{number}: an item is a mapping"
            continue
        for key, part in item.items():
            if key in inner:
                yield from _misfit(f"{place}.{number}.{key}", inner[key], part)
            elif key not in {"id", "source"}:
                yield f"{place}.{number}.{key}: the group has no such question"


def _question_of(path: str) -> str:
    """``children-<uuid>-allergy`` is ``children.allergy``."""
    parts = path.split("-")
    return f"{parts[0]}.{parts[-1]}" if len(parts) > 6 else path
