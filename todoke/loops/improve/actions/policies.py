"""Putting a policy into force."""

from django.db import transaction

from todoke.kernel import audit, clock
from todoke.loops.improve.models import PolicyVersion
from todoke.loops.improve.policies import content_hash
from todoke.loops.improve.types import Policy


@transaction.atomic
def publish_policy(*, policy: Policy, actor: str, reason: str = "") -> PolicyVersion:
    """Make ``policy`` the current version of its id; one whose content did not change gets no new version.

    ``reason`` is shown to everybody beside the targets that it changed.
    """
    digest = content_hash(policy.content)
    versions = PolicyVersion.objects.select_for_update().filter(policy=policy.id)
    current = versions.filter(current=True).first()
    if current and current.hash == digest:
        return current
    last = versions.order_by("-number").values_list("number", flat=True).first()
    versions.filter(current=True).update(current=False)
    made = PolicyVersion.objects.create(
        policy=policy.id,
        number=(last or 0) + 1,
        hash=digest,
        content=dict(policy.content),
        published_at=clock.now(),
        reason=reason.strip(),
        current=True,
    )
    audit.record(actor=actor, action="publish", subject=f"policy:{policy.id}", number=made.number, hash=digest)
    return made
