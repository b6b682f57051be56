"""Rounds: the one that runs, and what everybody reads of those that are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from todoke.kernel.calendar import fiscal_year
from todoke.loops.improve.models import Evaluation, Round
from todoke.loops.improve.periods import end_of_fiscal_year
from todoke.loops.improve.queries.figures import current_figures
from todoke.loops.improve.queries.policies import policy_named
from todoke.loops.improve.standing import Standing, standing
from todoke.loops.improve.types import EvaluationClass, Grain, Measure, Policy
from todoke.registry.catalogue.types import Texts


def rounds_of(policy_id: str) -> list[Round]:
    """All of a policy, the newest year first."""
    return list(Round.objects.filter(policy=policy_id).order_by("-year"))


def next_year(policy: Policy, today: date) -> int | None:
    """The fiscal year that can be opened next; None while there is none that is over and was not opened."""
    opened = {one.year for one in rounds_of(policy.id)}
    years = range(fiscal_year(policy.begins), fiscal_year(policy.ends) + 1)
    over = [year for year in years if end_of_fiscal_year(year) < today and year not in opened]
    return over[-1] if over else None


def standings_of_year(policy: Policy, year: int) -> dict[str, Standing]:
    """Where every indicator stood at the end of a year, for the offices: by its newest figure of that year."""
    first, last = end_of_fiscal_year(year - 1), end_of_fiscal_year(year)
    rows = current_figures(policy.id).filter(
        grain=Grain.QUARTER, municipality_code="", service="", on__gt=first, on__lte=last
    )
    newest = {row.indicator: row for row in rows.order_by("on")}
    found = {}
    for one in policy.indicators:
        row = newest.get(one.id)
        found[one.id] = standing(one, row.value if row else None, row.on if row else None)
    return found


@dataclass(frozen=True)
class Evaluated:
    """A measure with its class and why; ``rule`` is the rule's class where an officer chose another."""

    measure: Measure
    chosen: EvaluationClass
    reasons: Texts
    rule: EvaluationClass | None
    rule_reasons: Texts


@dataclass(frozen=True)
class PublishedYear:
    """The evaluation of a year, as everybody reads it."""

    year: int
    published_at: datetime
    measures: Sequence[Evaluated]


def published_years(policy_id: str) -> list[int]:
    """Fiscal years whose evaluation was published, the newest first."""
    rows = Round.objects.filter(policy=policy_id, published_at__isnull=False).order_by("-year")
    return list(rows.values_list("year", flat=True))


def published_evaluations(policy_id: str, year: int) -> PublishedYear | None:
    """The measures in the policy's order; None while the year is not published."""
    found = Round.objects.filter(policy=policy_id, year=year, published_at__isnull=False).first()
    if found is None or found.published_at is None:
        return None
    policy = policy_named(policy_id)
    return PublishedYear(year, found.published_at, evaluated(policy, found))


def evaluated(policy: Policy, of: Round) -> list[Evaluated]:
    """The measures of a round that were evaluated, published or not, in the policy's order."""
    known = {one.measure: one for one in Evaluation.objects.filter(round=of)}
    return [_evaluated(policy, measure, known[measure.id]) for measure in policy.measures if measure.id in known]


def _evaluated(policy: Policy, measure: Measure, row: Evaluation) -> Evaluated:
    classes = {one.id: one for one in policy.classes}
    chosen = classes.get(row.class_id, policy.classes[-1])
    rule = classes.get(row.rule_class) if row.rule_class != row.class_id else None
    return Evaluated(measure, chosen, row.reasons, rule, row.rule_reasons)
