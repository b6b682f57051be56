"""Which policies are in force, and what their versions changed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from todoke.loops.improve.errors import NoPolicyError
from todoke.loops.improve.models import PolicyVersion
from todoke.loops.improve.policies import policy_from
from todoke.loops.improve.types import Policy


@lru_cache(maxsize=32)
def _policy(version_id: int) -> Policy:
    return policy_from(PolicyVersion.objects.values_list("content", flat=True).get(pk=version_id))


def policy_of_version(version_id: int) -> Policy:
    """The policy as a version has it; read once in a process."""
    return _policy(version_id)


def current_policies() -> list[Policy]:
    """The policies in force, the newest period first."""
    ids = PolicyVersion.objects.filter(current=True).values_list("pk", flat=True)
    return sorted((_policy(pk) for pk in ids), key=lambda policy: (policy.begins, policy.id), reverse=True)


def policy_named(policy_id: str) -> Policy:
    """Raises NoPolicyError."""
    found = PolicyVersion.objects.filter(policy=policy_id, current=True).values_list("pk", flat=True).first()
    if found is None:
        raise NoPolicyError
    return _policy(found)


@dataclass(frozen=True)
class TargetChange:
    """A target that is not what it was."""

    indicator: str
    on: date
    before: Decimal
    after: Decimal
    changed_at: datetime
    reason: str


def target_changes(policy_id: str) -> list[TargetChange]:
    """Every target that a later version of the policy changed, in the order of the changes."""
    rows = list(PolicyVersion.objects.filter(policy=policy_id).order_by("number").defer("content"))
    changes = []
    for older, newer in pairwise(rows):
        before = {(one.id, target.on): target.value for one in _policy(older.pk).indicators for target in one.targets}
        for one in _policy(newer.pk).indicators:
            for target in one.targets:
                was = before.get((one.id, target.on), target.value)
                if was != target.value:
                    changes.append(TargetChange(one.id, target.on, was, target.value, newer.published_at, newer.reason))
    return changes
