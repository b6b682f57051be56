"""The class of a measure from its indicators and its report: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from todoke.kernel.rules import Rule
from todoke.loops.improve.policies import class_rule
from todoke.loops.improve.standing import TOLERANCE, Standing, State
from todoke.loops.improve.types import EvaluationClass, Policy
from todoke.registry.catalogue.types import Texts


@dataclass(frozen=True)
class Measured:
    """What the rules of an evaluation see; ``worst`` is the percent of the expected way of the one furthest behind."""

    indicators: int
    on_track: int
    ahead: int
    late: int
    worst: int
    reported: bool

    def as_json(self) -> dict[str, Any]:
        """By the names that rules and reasons use."""
        return dict(vars(self))


def measured(standings: Iterable[Standing], *, reported: bool) -> Measured:
    """Of the indicators that have a figure; without one, nothing is late and the worst is 100."""
    known = [one for one in standings if one.state is not State.UNKNOWN]
    return Measured(
        indicators=len(known),
        on_track=sum(one.is_well for one in known),
        ahead=sum(_is_ahead(one) for one in known),
        late=sum(one.state is State.LATE for one in known),
        worst=min((one.of_expected for one in known), default=100),
        reported=reported,
    )


def _is_ahead(one: Standing) -> bool:
    return one.state is State.REACHED or (one.is_well and one.done > one.expected + TOLERANCE)


@lru_cache(maxsize=256)
def _rule(text: str) -> Rule:
    return class_rule(text)


def class_of(policy: Policy, of: Measured, today: date) -> EvaluationClass:
    """The first class whose rule holds; the last takes what is left."""
    scope = {"measure": of.as_json()}
    return next((one for one in policy.classes if _rule(one.when).holds(scope, today)), policy.classes[-1])


def reasons_of(chosen: EvaluationClass, of: Measured) -> Texts:
    """The reason with its numbers filled in."""
    numbers: Mapping[str, Any] = of.as_json()
    return {language: text.format(**numbers) for language, text in chosen.reason.items()}
