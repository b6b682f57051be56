"""Questions as a page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from todoke.capabilities.forms.answers import Facts, fixed_fact, fixed_in_item, shown_in_item, shown_questions
from todoke.capabilities.forms.models import Upload
from todoke.capabilities.forms.questions import KINDS
from todoke.capabilities.forms.types import FieldError, Page, Question
from todoke.capabilities.forms.validation import present
from todoke.registry.catalogue.types import Texts, in_language
from todoke.registry.people.types import KnownFact, Source


@dataclass(frozen=True)
class Choice:
    """An option with its label; ``chosen`` is whether it is the answer."""

    value: str
    label: str
    help: str
    chosen: bool


@dataclass
class Field:
    """One question, ready to be shown. ``source`` is set where a register answers it: then it is text."""

    name: str
    type: str
    label: str
    help: str
    required: bool
    value: Any
    text: str
    error: str
    source: str = ""
    said_before: KnownFact | None = None
    choices: Sequence[Choice] = ()
    unit: str = ""
    autocomplete: str = ""
    parts: Sequence[str] = ()
    uploads: Sequence[Upload] = ()
    items: "list[Item]" = field(default_factory=list)
    item_title: str = ""
    add: str = ""
    reveals: bool = False
    """Whether another question depends on it."""


@dataclass
class Item:
    """One item of a group."""

    id: str
    number: int
    title: str
    registered: bool
    fields: list[Field]


@dataclass(frozen=True)
class Reader:
    """Everything that fields are made from."""

    reading: str
    whole: Mapping[str, Any]
    facts: Facts
    errors: Mapping[str, str]
    uploads: Sequence[Upload]

    def text(self, texts: Texts | None) -> str:
        """In the reader's language."""
        return in_language(texts, self.reading) if texts else ""


def errors_by_name(errors: Sequence[FieldError]) -> dict[str, str]:
    """The first error of each field."""
    return {error.path: error.message for error in reversed(errors)}


def fields_of(page: Page, reader: Reader, only: set[str] | None = None) -> list[Field]:
    """The fields of the questions that are shown; of a correction, those it is about."""
    rules = " ".join(q.show_if for q in page.questions if q.show_if)
    fields = []
    for question in shown_questions(page, reader.whole, reader.facts):
        if only is not None and question.id not in only:
            continue
        made = _field(question, question.id, reader.whole.get(question.id), reader)
        made.reveals = f"answers.{question.id}" in rules
        if fact := fixed_fact(question, reader.facts):
            made.source = fact.source.value
        elif question.fact and (fact := reader.facts.get(question.fact)) and fact.value == made.value:
            made.said_before = fact
        if question.type == "upload":
            made.uploads = [upload for upload in reader.uploads if upload.question == question.id]
        if question.type == "group":
            made.items = _items(question, reader)
            made.item_title = reader.text(question.settings.get("item"))
            made.add = reader.text(question.settings.get("add"))
        fields.append(made)
    return fields


def summary_of(fields: Sequence[Field]) -> list[Field]:
    """The fields with an error, those inside groups too, in the order of the page."""
    wrong = []
    for made in fields:
        if made.error:
            wrong.append(made)
        for item in made.items:
            wrong += [inner for inner in item.fields if inner.error]
    return wrong


def _items(group: Question, reader: Reader) -> list[Item]:
    rules = " ".join(q.show_if for q in group.questions if q.show_if)
    items = []
    for number, answers in enumerate(reader.whole.get(group.id) or [], 1):
        fields = []
        for question in shown_in_item(group, answers, reader.whole, reader.facts):
            made = _field(question, f"{group.id}-{answers['id']}-{question.id}", answers.get(question.id), reader)
            made.reveals = f"item.{question.id}" in rules
            if fixed_in_item(question, answers):
                made.source = answers["source"]
            fields.append(made)
        registered = answers.get("source", Source.SELF) != Source.SELF
        items.append(Item(answers["id"], number, str(answers.get("name", "")), registered, fields))
    return items


def _field(question: Question, name: str, value: Any, reader: Reader) -> Field:
    choices = [
        Choice(
            o.id,
            reader.text(o.label),
            reader.text(o.help),
            value == o.id or (isinstance(value, list) and o.id in value),
        )
        for o in question.options
    ]
    parts: list[str] = []
    if question.type == "date":
        parts = [*str(value or "").split("-"), "", "", ""][:3]
        parts = [parts[0], *(part.lstrip("0") for part in parts[1:])]
    language = "en" if reader.reading == "en" else "ja"
    valid_text = present(question, value, language) if question.type != "group" and value not in (None, "") else ""
    return Field(
        name=name,
        type=question.type,
        label=reader.text(question.label),
        help=reader.text(question.help),
        required=question.required,
        value="" if value is None else KINDS[question.type].typed(question, value) if question.type in KINDS else value,
        text=valid_text,
        error=reader.errors.get(name, ""),
        choices=choices,
        unit=reader.text(question.settings.get("unit")),
        autocomplete=question.settings.get("autocomplete", ""),
        parts=parts,
    )
