"""The prefecture's policy, and a past for its indicators; figures that are not of the policy's text are made up."""

import csv
from contextlib import suppress
from datetime import date
from decimal import Decimal

from django.conf import settings

from todoke.kernel import audit
from todoke.loops.improve.actions.imports import FigureRow, import_figures
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.actions.releases import release_figures
from todoke.loops.improve.errors import NothingToReleaseError
from todoke.loops.improve.models import Figure
from todoke.loops.improve.policies import load_policies
from todoke.loops.improve.types import Policy

PAST = "demonstration/figures.csv"


def load_policy() -> Policy:
    """Publish the newest policy; its past figures are imported and released once."""
    policies = load_policies(settings.POLICIES)
    for one in policies.values():
        publish_policy(policy=one, actor=audit.SYSTEM)
    policy = max(policies.values(), key=lambda one: one.begins)
    if not Figure.objects.filter(policy=policy.id).exists():
        import_figures(
            policy=policy, rows=_past(policy), file="見本の数値", by=audit.SYSTEM, note="見本として作った数値"
        )
    with suppress(NothingToReleaseError):
        release_figures(policy=policy)
    return policy


def _past(policy: Policy) -> list[FigureRow]:
    path = settings.POLICIES / policy.id / PAST
    with path.open(encoding="utf-8") as file:
        reader = csv.DictReader(file)
        return [
            FigureRow(
                reader.line_num,
                row["indicator"],
                date.fromisoformat(row["on"]),
                row["municipality"],
                Decimal(row["value"]),
            )
            for row in reader
        ]
