"""The evaluation of a year: worked out by rule, changed by people with a reason, and given to everybody."""

from collections.abc import Mapping
from contextlib import suppress

from django.db import transaction

from todoke.kernel import audit, clock, events
from todoke.kernel.errors import NotFoundError
from todoke.loops.improve.actions.releases import figures_to_show, release_figures
from todoke.loops.improve.desks import may_comment, plans
from todoke.loops.improve.errors import (
    EvaluationReasonMissingError,
    NotEvaluatedError,
    NothingToReleaseError,
    NotPlanningOfficeError,
    PublishedError,
    WordsMissingError,
)
from todoke.loops.improve.evaluating import class_of, measured, reasons_of
from todoke.loops.improve.models import Comment, Evaluation, Figure, Round
from todoke.loops.improve.periods import end_of_fiscal_year
from todoke.loops.improve.queries.policies import policy_named
from todoke.loops.improve.standing import Standing, standing
from todoke.loops.improve.types import Grain, Policy
from todoke.registry.organisations.models import Officer
from todoke.registry.organisations.officers import home_organisation_id, principal


@transaction.atomic
def evaluate(*, of: Round, officer: Officer) -> list[Evaluation]:
    """Put every measure into a class, by the rules of the policy, from the year's figures and approved reports.

    Of figures those count that everybody sees or will see with it. Done again, it follows them; a class that an
    officer changed stays, beside what the rule says now.
    Raises NotPlanningOfficeError, PublishedError.
    """
    row = _open(of, officer)
    policy, today = policy_named(row.policy), clock.today()
    reported = set(row.reports.filter(approved_at__isnull=False).values_list("measure", flat=True))
    standings = _standings_shown(policy, row.year)
    known = {one.measure: one for one in row.evaluations.all()}
    made = []
    for measure in policy.measures:
        found = measured(
            (standings[one.id] for one in policy.indicators_of(measure.id)), reported=measure.id in reported
        )
        by_rule = class_of(policy, found, today)
        one = known.get(measure.id) or Evaluation(round=row, measure=measure.id)
        one.rule_class, one.measured = by_rule.id, found.as_json()
        one.rule_reasons = dict(reasons_of(by_rule, found))
        if one.changed_at is None:
            one.class_id, one.mark, one.reasons = by_rule.id, by_rule.mark, one.rule_reasons
        one.save()
        made.append(one)
    row.evaluated_at = clock.now()
    row.save(update_fields=["evaluated_at"])
    _record(officer, "round.evaluated", row, measures=len(made))
    return made


def _standings_shown(policy: Policy, year: int) -> dict[str, Standing]:
    """Where every indicator stood at the end of a year by what everybody sees, or is given with the evaluation.

    A reason with its percent tells of the figure that it was worked out from: one that stays inside has no part in it.
    """
    first, last = end_of_fiscal_year(year - 1), end_of_fiscal_year(year)
    whole = {"grain": Grain.QUARTER, "municipality_code": "", "service": ""}
    seen = Figure.objects.filter(**whole, policy=policy.id, on__gt=first, on__lte=last, release__isnull=False)
    to_come = [
        row
        for row in figures_to_show(policy, last)
        if row.on > first and all(getattr(row, name) == value for name, value in whole.items())
    ]
    shown = {(row.indicator, row.on): row for row in [*seen.order_by("id"), *to_come]}
    newest = {row.indicator: row for row in sorted(shown.values(), key=lambda row: row.on) if not row.hidden}
    found = {}
    for one in policy.indicators:
        row = newest.get(one.id)
        found[one.id] = standing(one, row.value if row else None, row.on if row else None)
    return found


@transaction.atomic
def change_evaluation(
    *, evaluation: Evaluation, officer: Officer, class_id: str, reasons: Mapping[str, str]
) -> Evaluation:
    """Another class than the rule's, with the reason that everybody reads; the rule's own class takes it back.

    ``reasons`` are by language; where easy or en is not given, the Japanese stands there. Raises
    NotPlanningOfficeError, PublishedError, EvaluationReasonMissingError, NotFoundError for no class of the policy.
    """
    row = _open(evaluation.round, officer)
    one = Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    chosen = {known.id: known for known in policy_named(row.policy).classes}.get(class_id)
    if chosen is None:
        raise NotFoundError
    text = reasons.get("ja", "").strip()
    if class_id == one.rule_class:
        one.reasons, one.changed_by, one.changed_at = one.rule_reasons, None, None
    elif text:
        others = {language: reasons.get(language, "").strip() or text for language in ("easy", "en")}
        one.reasons, one.changed_by, one.changed_at = {"ja": text, **others}, officer, clock.now()
    else:
        raise EvaluationReasonMissingError
    one.class_id, one.mark = chosen.id, chosen.mark
    one.save()
    _record(officer, "evaluation.changed", row, measure=one.measure, to=class_id, by_rule=one.rule_class)
    return one


@transaction.atomic
def publish_evaluation(*, of: Round, officer: Officer) -> Round:
    """Give the classes, the reasons and the reports' words to everybody, with the figures as they are now.

    Tells ``evaluation-published``. Raises NotPlanningOfficeError, PublishedError, NotEvaluatedError.
    """
    row = _open(of, officer)
    if row.evaluated_at is None:
        raise NotEvaluatedError
    with suppress(NothingToReleaseError):
        release_figures(policy=policy_named(row.policy), by=officer)
    row.published_at, row.published_by = clock.now(), officer
    row.save(update_fields=["published_at", "published_by"])
    _record(officer, "round.published", row)
    events.tell("evaluation-published", round=row)
    return row


@transaction.atomic
def add_comment(*, of: Round, officer: Officer, adviser: str, text: str, measure: str = "") -> Comment:
    """What an outside adviser said of a measure, or of the whole.

    Raises NotPlanningOfficeError for who is neither an adviser nor of the planning office, WordsMissingError.
    """
    policy = policy_named(of.policy)
    if not may_comment(officer, policy):
        raise NotPlanningOfficeError
    if not adviser.strip() or not text.strip() or measure not in {"", *policy.by_measure}:
        raise WordsMissingError
    made = Comment.objects.create(
        round=of,
        measure=measure,
        adviser=adviser.strip()[:60],
        text=text.strip(),
        entered_by=officer,
        at=clock.now(),
    )
    _record(officer, "comment.added", of, measure=measure)
    return made


def _open(of: Round, officer: Officer) -> Round:
    row = Round.objects.select_for_update(of=("self",)).get(pk=of.pk)
    if not plans(officer, policy_named(row.policy)):
        raise NotPlanningOfficeError
    if row.published_at:
        raise PublishedError
    return row


def _record(officer: Officer, action: str, of: Round, **detail: object) -> None:
    audit.record(
        actor=principal(officer),
        action=action,
        subject=f"round:{of.policy}:{of.year}"[:80],
        organisation_id=home_organisation_id(officer),
        **detail,
    )
