"""The evaluation: a table with the rule's class and what people made of it; comments; the day of publication."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from todoke.faces.console.policy.desk import LONG, PolicyRequest, page, policy_desk, round_of, whole_number
from todoke.faces.console.typed import typed
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.improve.actions.evaluations import add_comment, change_evaluation, evaluate, publish_evaluation
from todoke.loops.improve.models import Evaluation, Round
from todoke.loops.improve.types import Policy
from todoke.registry.catalogue.types import in_language


@require_safe
@policy_desk
def evaluation(request: PolicyRequest, round_id: int) -> HttpResponse:
    """All measures, by pillar; ``?change=`` opens the form of one."""
    return _shown(request, round_of(request, round_id), changing=whole_number(request.GET.get("change", "")))


def _shown(request: PolicyRequest, of: Round, *, changing: int = 0, error: str = "", status: int = 200) -> HttpResponse:
    reading = "en" if request.reading == "en" else "ja"
    pillars = pillars_of(request.policy, of, reading)
    classes = [
        {"id": one.id, "mark": one.mark, "title": in_language(one.titles, reading), "when": one.when}
        for one in request.policy.classes
    ]
    rows = [row for pillar in pillars for row in pillar["rows"]]
    context = {
        "round": of,
        "pillars": pillars,
        "classes": [{**one, "count": sum(row["evaluation"].class_id == one["id"] for row in rows)} for one in classes],
        "changing": changing,
        "changed": sum(row["evaluation"].changed_at is not None for row in rows),
        "comments": of.comments.filter(measure="").order_by("at"),
        "not_approved": of.reports.filter(approved_at=None, municipality_code="").count(),
    }
    return page(request, "evaluation.html", context, error=error, status=status)


def pillars_of(policy: Policy, of: Round, reading: str) -> list[dict[str, Any]]:
    """The measures that were evaluated, each with its class and comments, under their pillars."""
    known = {one.measure: one for one in of.evaluations.select_related("changed_by", "round")}
    classes = {one.id: in_language(one.titles, reading) for one in policy.classes}
    comments: dict[str, list[Any]] = {}
    for comment in of.comments.exclude(measure="").order_by("at"):
        comments.setdefault(comment.measure, []).append(comment)
    places = {field.id: field.pillar for field in policy.fields}
    return [
        {
            "id": pillar.id,
            "title": in_language(pillar.titles, reading),
            "rows": [
                {
                    "measure": measure,
                    "title": in_language(measure.titles, reading),
                    "evaluation": known[measure.id],
                    "class": classes.get(known[measure.id].class_id, ""),
                    "rule_class": classes.get(known[measure.id].rule_class, ""),
                    "reason": known[measure.id].reasons.get(reading, ""),
                    "rule_reason": known[measure.id].rule_reasons.get(reading, ""),
                    "comments": comments.get(measure.id, []),
                }
                for measure in policy.measures
                if places[measure.field] == pillar.id and measure.id in known
            ],
        }
        for pillar in policy.pillars
    ]


def _done(request: PolicyRequest, of: Round, deed: Callable[[], object], changing: int = 0) -> HttpResponse:
    try:
        deed()
    except TodokeError as refused:
        return _shown(request, of, changing=changing, error=refused.message, status=refused.status)
    return redirect("console:policy-evaluation", round_id=of.pk)


@require_POST
@policy_desk
def work_out(request: PolicyRequest, round_id: int) -> HttpResponse:
    """By rule, from the figures as they are."""
    of = round_of(request, round_id)
    return _done(request, of, lambda: evaluate(of=of, officer=request.officer))


@require_POST
@policy_desk
def change(request: PolicyRequest, evaluation_id: int) -> HttpResponse:
    """Another class than the rule's."""
    found = Evaluation.objects.select_related("round").filter(pk=evaluation_id).first()
    if found is None:
        raise NotFoundError
    of = round_of(request, found.round_id)
    reasons = {language: typed(request.POST, f"reason-{language}", 1000) for language in ("ja", "easy", "en")}
    return _done(
        request,
        of,
        lambda: change_evaluation(
            evaluation=found, officer=request.officer, class_id=typed(request.POST, "class", 60), reasons=reasons
        ),
        changing=evaluation_id,
    )


@require_POST
@policy_desk
def publish(request: PolicyRequest, round_id: int) -> HttpResponse:
    """To everybody."""
    of = round_of(request, round_id)
    return _done(request, of, lambda: publish_evaluation(of=of, officer=request.officer))


@require_POST
@policy_desk
def comment(request: PolicyRequest, round_id: int) -> HttpResponse:
    """What an adviser said."""
    of = round_of(request, round_id)
    return _done(
        request,
        of,
        lambda: add_comment(
            of=of,
            officer=request.officer,
            adviser=typed(request.POST, "adviser", 60),
            text=typed(request.POST, "text", LONG),
            measure=typed(request.POST, "measure", 60),
        ),
    )
