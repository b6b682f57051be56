"""Reading what a browser sends for a page, and checking answers."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from todoke.capabilities.forms.answers import (
    Facts,
    fixed_fact,
    fixed_in_item,
    rule_holds,
    scope,
    shown_in_item,
    shown_pages,
    shown_questions,
)
from todoke.capabilities.forms.questions import KINDS
from todoke.capabilities.forms.questions.kind import Raw
from todoke.capabilities.forms.types import Answers, FieldError, Form, Page, Question
from todoke.kernel.ids import new_id
from todoke.registry.catalogue.types import in_language

MAX_ITEMS = 20
QUIET = frozenset({"heading", "statement", "upload"})
_ITEM_ID = re.compile(r"[0-9a-f-]{36}")


def parse_page(page: Page, raw: Raw, whole: Answers, facts: Facts) -> dict[str, Any]:
    """The answers of the questions that were on the page; those of registers are not taken from the browser."""
    parsed: dict[str, Any] = {}
    for question in page.questions:
        if question.type in QUIET or fixed_fact(question, facts) or not raw(f"{question.id}-here"):
            continue
        if question.type == "group":
            parsed[question.id] = _parse_items(question, raw, whole.get(question.id) or [])
        else:
            parsed[question.id] = KINDS[question.type].parse(question, question.id, raw)
    return parsed


def _parse_items(group: Question, raw: Raw, had: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {item["id"]: item for item in had}
    items = []
    for item_id in dict.fromkeys(raw(f"{group.id}-item")[:MAX_ITEMS]):
        if not _ITEM_ID.fullmatch(item_id):
            continue
        item = dict(known.get(item_id, {"id": item_id, "source": "self"}))
        for question in group.questions:
            field = f"{group.id}-{item_id}-{question.id}"
            if not fixed_in_item(question, item) and question.type not in QUIET and raw(f"{field}-here"):
                item[question.id] = KINDS[question.type].parse(question, field, raw)
        items.append(item)
    return items


def with_item_added(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One more empty item, up to MAX_ITEMS."""
    return [*items, {"id": str(new_id()), "source": "self"}][:MAX_ITEMS]


def page_errors(
    page: Page, whole: Answers, facts: Facts, uploads: Collection[str], only: Collection[str] | None = None
) -> list[FieldError]:
    """What is to be put right on a page. ``uploads`` are questions that have a file; ``only`` limits the questions."""
    errors: list[FieldError] = []
    for question in shown_questions(page, whole, facts):
        if only is not None and question.id not in only:
            continue
        if question.type == "group":
            errors += _group_errors(question, whole, facts)
        elif not fixed_fact(question, facts):
            value = uploads if question.type == "upload" and question.id in uploads else whole.get(question.id)
            errors += _errors(question, question.id, value, scope(whole, facts))
    return errors


def _errors(question: Question, path: str, value: Any, names: Mapping[str, Any]) -> list[FieldError]:
    kind = KINDS[question.type]
    if value is None or value in ("", []):
        return [FieldError(path, kind.missing(question))] if question.required else []
    if question.type in QUIET:
        return []
    problem = kind.problem(question, value)
    if problem is None and question.valid_if and question.invalid and rule_holds(f"!({question.valid_if})", names):
        problem = in_language(question.invalid, "en" if get_language() == "en" else "ja")
    return [FieldError(path, problem)] if problem else []


def _group_errors(group: Question, whole: Answers, facts: Facts) -> list[FieldError]:
    items = whole.get(group.id) or []
    fewest = int(group.settings.get("min", 1 if group.required else 0))
    if len(items) < fewest:
        return [FieldError(group.id, _("{count}人以上、加えてください。").format(count=fewest))]
    errors: list[FieldError] = []
    for item in items:
        names = {**scope(whole, facts), "item": {key: part for key, part in item.items() if part not in ("", [])}}
        for question in shown_in_item(group, item, whole, facts):
            if not fixed_in_item(question, item):
                errors += _errors(question, f"{group.id}-{item['id']}-{question.id}", item.get(question.id), names)
    return errors


def form_errors(form: Form, whole: Answers, facts: Facts, uploads: Collection[str]) -> dict[str, list[FieldError]]:
    """Page id to what is to be put right there; pages without errors are left out."""
    found = {page.id: page_errors(page, whole, facts, uploads) for page in shown_pages(form, whole, facts)}
    return {page_id: errors for page_id, errors in found.items() if errors}


def present(question: Question, value: Any, reading: str) -> str:
    """An answer in words; '' where there is none."""
    if value is None or value == "" or question.type in QUIET:
        return ""
    return KINDS[question.type].present(question, value, reading)


def raw_of(data: Mapping[str, Any]) -> Raw:
    """Raw values from a mapping of lists, such as a QueryDict's ``lists()``."""
    return lambda name: data.get(name, [])
