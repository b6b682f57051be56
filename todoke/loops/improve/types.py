"""A policy: what was promised, and how it is measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from todoke.registry.catalogue.types import Texts


class Direction(StrEnum):
    """Which way an indicator is to go."""

    UP = "up"
    DOWN = "down"


class Origin(StrEnum):
    """Where a figure comes from."""

    PLATFORM = "platform"
    REPORT = "report"
    CSV = "csv"
    HTTP = "http"


class Grain(StrEnum):
    """How long a time a figure is about; a figure of a state stands at the end of its quarter."""

    MONTH = "month"
    QUARTER = "quarter"


class Kind(StrEnum):
    """What of the platform's use is counted."""

    CASE_RECEIVED = "case-received"
    CASE_DECIDED = "case-decided"
    DRAFT_BEGUN = "draft-begun"
    SERVICE_TOLD = "service-told"
    MESSAGE_SENT = "message-sent"
    MESSAGE_READ = "message-read"
    REPLY = "reply"
    CHECKED_IN = "checked-in"


ATTRIBUTES: Mapping[Kind, tuple[str, ...]] = {
    Kind.CASE_RECEIVED: ("channel",),
    Kind.CASE_DECIDED: ("outcome", "favourable"),
    Kind.DRAFT_BEGUN: (),
    Kind.SERVICE_TOLD: (),
    Kind.MESSAGE_SENT: ("purpose",),
    Kind.MESSAGE_READ: ("purpose",),
    Kind.REPLY: ("answer",),
    Kind.CHECKED_IN: ("drill",),
}
"""What is known of each kind of use besides its month, municipality and service: few words, never a person."""


@dataclass(frozen=True)
class Computation:
    """How the platform works an indicator out: ``form`` of the uses of ``kind`` for which ``where`` holds.

    count: how many. share: percent of those for which ``of`` holds. mean: of the uses' values.
    """

    form: str
    kind: Kind
    where: str
    of: str


@dataclass(frozen=True)
class Source:
    """Where an indicator's figures come from; with a ``computation`` where the platform works them out."""

    origin: Origin
    computation: Computation | None = None


@dataclass(frozen=True)
class Target:
    """What is to be reached by the end of a day."""

    on: date
    value: Decimal


@dataclass(frozen=True)
class Indicator:
    """What is counted to see how far a measure is."""

    id: str
    measure: str
    titles: Texts
    definition: Texts
    unit: Texts
    decimals: int
    direction: Direction
    people: bool
    """It counts persons: small counts stay inside."""

    headline: bool
    municipal: bool
    baseline: Target
    targets: tuple[Target, ...]
    owner: str
    source: Source

    @property
    def of_people(self) -> bool:
        """Whether its counts could tell of somebody: what the platform counts is always what people did."""
        return self.people or self.source.computation is not None

    @property
    def goal(self) -> Target:
        """The last target."""
        return self.targets[-1]

    @property
    def path(self) -> tuple[Target, ...]:
        """From the baseline over the yearly targets to the goal."""
        return (self.baseline, *self.targets)


@dataclass(frozen=True)
class Pillar:
    """施策の柱."""

    id: str
    titles: Texts
    lead: Texts


@dataclass(frozen=True)
class Field:
    """分野: a chapter of a pillar."""

    id: str
    pillar: str
    titles: Texts
    aim: Texts


@dataclass(frozen=True)
class Priority:
    """重点取組: what all offices work at."""

    id: str
    titles: Texts
    summary: Texts


@dataclass(frozen=True)
class Measure:
    """取組: what an office does."""

    id: str
    field: str
    titles: Texts
    summary: Texts
    rows: tuple[str, ...]
    owner: str
    priorities: tuple[str, ...]


@dataclass(frozen=True)
class Department:
    """An office that reports, by its function."""

    function: str
    name: Texts


@dataclass(frozen=True)
class EvaluationClass:
    """A class of the yearly evaluation; the first whose rule holds is a measure's."""

    id: str
    mark: str
    titles: Texts
    when: str
    reason: Texts


@dataclass(frozen=True, eq=False)
class Policy:
    """A plan of some years with all that is measured."""

    id: str
    row: tuple[str, ...]
    """Systems of the prefecture's plan that it is itself: of its measures they stand in each."""

    titles: Texts
    summary: Texts
    begins: date
    ends: date
    owner: str
    licence: str
    pillars: tuple[Pillar, ...]
    fields: tuple[Field, ...]
    priorities: tuple[Priority, ...]
    measures: tuple[Measure, ...]
    departments: tuple[Department, ...]
    indicators: tuple[Indicator, ...]
    classes: tuple[EvaluationClass, ...]
    content: Mapping[str, Any]
    """The whole, as written."""

    @cached_property
    def by_indicator(self) -> Mapping[str, Indicator]:
        """Indicators by id."""
        return {one.id: one for one in self.indicators}

    @cached_property
    def by_measure(self) -> Mapping[str, Measure]:
        """Measures by id."""
        return {one.id: one for one in self.measures}

    def pillar_of(self, indicator: Indicator) -> str:
        """The pillar under which an indicator stands."""
        fields = {field.id: field.pillar for field in self.fields}
        return fields[self.by_measure[indicator.measure].field]

    def indicators_of(self, measure: str) -> tuple[Indicator, ...]:
        """Those of a measure, in their order."""
        return tuple(one for one in self.indicators if one.measure == measure)
