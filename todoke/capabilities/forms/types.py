"""A form: pages of questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from todoke.registry.catalogue.types import Texts

Answers = Mapping[str, Any]
"""Question id to value; a group's value is a list of items, each with an ``id`` and a ``source``."""


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from."""

    id: str
    label: Texts
    help: Texts | None = None


@dataclass(frozen=True)
class Question:
    """What is asked. ``fact`` binds it to what is known; ``settings`` holds what only its type reads."""

    id: str
    type: str
    label: Texts
    help: Texts | None
    required: bool
    show_if: str | None
    fact: str | None
    options: tuple[Option, ...]
    questions: tuple["Question", ...]
    settings: Mapping[str, Any]
    valid_if: str | None = None
    """A rule over this and other answers; where it is certainly false, ``invalid`` says how to put it right."""

    invalid: Texts | None = None


@dataclass(frozen=True)
class Page:
    """Questions that stand together."""

    id: str
    title: Texts
    lead: Texts | None
    show_if: str | None
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Form:
    """The form of a pack."""

    pages: tuple[Page, ...]

    def page(self, page_id: str) -> Page | None:
        """The page of that id."""
        return next((page for page in self.pages if page.id == page_id), None)

    def questions(self) -> Iterator[Question]:
        """Those of all pages, in order; those of a group stay inside it."""
        for page in self.pages:
            yield from page.questions

    def question(self, question_id: str) -> Question | None:
        """The question of that id."""
        return next((question for question in self.questions() if question.id == question_id), None)

    def page_of(self, question_id: str) -> Page | None:
        """The page that asks it."""
        return next((page for page in self.pages if any(q.id == question_id for q in page.questions)), None)


@dataclass(frozen=True)
class FieldError:
    """What is wrong with an answer; ``path`` is the name of its field."""

    path: str
    message: str


def form_of(section: Mapping[str, Any]) -> Form:
    """The form of a pack's ``form`` section."""
    return Form(tuple(_page(page) for page in section["pages"]))


def _page(page: Mapping[str, Any]) -> Page:
    questions = tuple(_question(question) for question in page["questions"])
    return Page(page["id"], page["title"], page.get("lead"), page.get("show_if"), questions)


_COMMON = {"id", "type", "label", "help", "required", "show_if", "fact", "options", "questions", "valid_if", "invalid"}


def _question(question: Mapping[str, Any]) -> Question:
    return Question(
        id=question["id"],
        type=question["type"],
        label=question["label"],
        help=question.get("help"),
        required=question.get("required", question["type"] not in {"heading", "statement"}),
        show_if=question.get("show_if"),
        fact=question.get("fact"),
        options=tuple(Option(o["id"], o["label"], o.get("help")) for o in question.get("options", [])),
        questions=tuple(_question(inner) for inner in question.get("questions", [])),
        settings={key: value for key, value in question.items() if key not in _COMMON},
        valid_if=question.get("valid_if"),
        invalid=question.get("invalid"),
    )
