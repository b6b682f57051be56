"""A pack: a service as it was written down."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

from todoke.kernel.rules.definitions import Definition

Texts = Mapping[str, str]
"""A text by language: ja, en, and easy where やさしい日本語 is given."""


Scalar: TypeAlias = bool | int | str


def in_language(texts: Texts, reading: str) -> str:
    """The text for a reader: easy falls back to ja, everything to ja."""
    return texts.get(reading) or texts["ja"]


@dataclass(frozen=True)
class Owner:
    """Which office decides: ``function`` at the prefecture or at the applicant's municipality."""

    kind: str
    function: str


@dataclass(frozen=True)
class Outcome:
    """A way a case can end; the letter is worded by ``letter`` with placeholders."""

    id: str
    titles: Texts
    favourable: bool
    letter_title: str
    letter: str
    learns: Mapping[str, str] = field(default_factory=dict)
    """Facts that the office vouches for once it has decided so, each with the question whose answer it found right."""


@dataclass(frozen=True)
class Check:
    """A check by machine: ``when`` is the rule that raises it. Weight: must, caution or note."""

    id: str
    question: str
    weight: str
    when: str
    text: Texts
    clear: Texts
    """What is said when it is not raised."""


@dataclass(frozen=True)
class Appeal:
    """The 教示 (行政不服審査法82条, 行政事件訴訟法46条): to and against whom. ``{head}``, ``{body}`` are filled in."""

    authority: str
    defendant: str
    representative: str


@dataclass(frozen=True)
class Renewal:
    """What was decided ends so many months after the decision; before that its holder gets a filled-in draft."""

    after_months: int
    notice_days: int


@dataclass(frozen=True)
class Workflow:
    """How an office handles it."""

    standard_days: int
    correction_days: int
    outcomes: tuple[Outcome, ...]
    checks: tuple[Check, ...]
    appeal: Appeal
    renewal: Renewal | None = None

    def outcome(self, outcome_id: str) -> Outcome:
        """Raises KeyError for an id that the pack does not have."""
        return {outcome.id: outcome for outcome in self.outcomes}[outcome_id]


@dataclass(frozen=True)
class Parameter:
    """A figure of a law or a scheme, with the days from which its values are in force, the newest first."""

    values: tuple[tuple[date, Scalar], ...]

    def on(self, day: date) -> Scalar | None:
        """What is in force on a day; None before the first."""
        return next((value for since, value in self.values if since <= day), None)


@dataclass(frozen=True)
class Amount:
    """Money, in yen, that a rule over facts and parameters works out: an estimate, never a decision."""

    id: str
    label: Texts
    value: str


@dataclass(frozen=True, eq=False)
class Pack:
    """A service. Its form's section stays plain data: the forms capability reads it."""

    id: str
    row: tuple[str, ...]
    titles: Texts
    summary: Texts
    audience: Texts
    eligible: str | None
    """A rule over facts: whom the service is for, as far as can be known before they apply."""

    reasons: Mapping[str, Texts]
    """A sentence for a part of ``eligible``, by that part's text, where the machine's own words would not do."""

    parameters: Mapping[str, Parameter]
    definitions: Mapping[str, Definition]
    """Named parts of rules: a definition may use those before it."""

    amounts: tuple[Amount, ...]
    needed: tuple[Texts, ...]
    owner: Owner
    login: str
    """required, none, or office: a form that offices fill in, which is no service to residents."""

    law: tuple[str, ...]
    life_events: tuple[str, ...]
    keywords: tuple[str, ...]
    number_prefix: str
    purposes: Mapping[str, Texts]
    """Fact keys that the service reads, each with what for."""

    workflow: Workflow
    form: Mapping[str, Any]
    messages: Mapping[str, Mapping[str, Mapping[str, str]]]
    """Event, language, then subject and body."""

    content: Mapping[str, Any]
    """The whole, as written."""

    @property
    def is_internal(self) -> bool:
        """Whether offices fill it in, and no resident ever sees it."""
        return self.login == "office"

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content: another content is another version."""
        text = json.dumps(self.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """What is stored."""
        return dict(self.content)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Pack":
        """The pack of a content that passed the schema."""
        service, flow = content["service"], content["service"]["workflow"]
        return cls(
            id=service["id"],
            row=tuple(service["row"]),
            titles=service["titles"],
            summary=service["summary"],
            audience=service["audience"],
            eligible=service.get("eligible"),
            reasons=service.get("reasons", {}),
            parameters={name: _parameter(rows) for name, rows in service.get("parameters", {}).items()},
            definitions={
                name: Definition(tuple(given.get("of", ())), given["is"])
                for name, given in service.get("definitions", {}).items()
            },
            amounts=tuple(Amount(**amount) for amount in service.get("amounts", [])),
            needed=tuple(service.get("needed", [])),
            owner=Owner(**service["owner"]),
            login=service["login"],
            law=tuple(service["law"]),
            life_events=tuple(service.get("life_events", [])),
            keywords=tuple(service.get("keywords", [])),
            number_prefix=service["number_prefix"],
            purposes=service.get("facts", {}),
            workflow=Workflow(
                standard_days=flow["standard_days"],
                correction_days=flow["correction_days"],
                outcomes=tuple(Outcome(**outcome) for outcome in flow["outcomes"]),
                checks=tuple(Check(**check) for check in flow.get("checks", [])),
                appeal=Appeal(**flow["appeal"]),
                renewal=Renewal(**flow["renewal"]) if "renewal" in flow else None,
            ),
            form=service["form"],
            messages=content["messages"],
            content=content,
        )


def _parameter(rows: Sequence[Mapping[str, Any]]) -> Parameter:
    values = [(date.fromisoformat(str(row["from"])), row["value"]) for row in rows]
    return Parameter(tuple(sorted(values, key=lambda row: row[0], reverse=True)))
