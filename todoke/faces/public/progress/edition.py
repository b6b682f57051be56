"""What everybody sees now: the newest policy, its newest release, its newest evaluation."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, OuterRef, QuerySet, Subquery

from todoke.loops.improve.models import PolicyVersion, Release, Round
from todoke.loops.improve.queries.policies import policy_of_version
from todoke.loops.improve.types import Policy


@dataclass(frozen=True)
class Edition:
    """Another release, version or evaluation is another edition."""

    policy: Policy
    version: int
    release: int
    """Its number; 0 before the first."""

    through: date | None
    """The last day that the release is about."""

    year: int | None
    """The newest fiscal year whose evaluation is published."""

    changed_at: datetime

    @property
    def key(self) -> str:
        """The same as long as nothing that is shown changed."""
        return f"{self.policy.id}-{self.version}-{self.release}-{self.changed_at.isoformat()}"


def editions() -> list[Edition]:
    """Of every policy in force, the newest period first; one look into the database."""
    found = [_edition(row) for row in _rows()]
    return sorted(found, key=lambda one: (one.policy.begins, one.policy.id), reverse=True)


def newest_edition() -> Edition | None:
    """Of the policy with the newest period; None before the first policy."""
    return next(iter(editions()), None)


def edition_with(*, indicator: str = "", measure: str = "") -> Edition | None:
    """Of the newest policy that has the indicator or the measure."""
    known = editions()
    return next(
        (one for one in known if indicator in one.policy.by_indicator or measure in one.policy.by_measure), None
    )


def _rows() -> QuerySet[PolicyVersion]:
    release = Release.objects.filter(policy=OuterRef("policy")).order_by("-number")
    rounds = Round.objects.filter(policy=OuterRef("policy"), published_at__isnull=False)
    last = rounds.values("policy").annotate(last=Max("published_at")).values("last")
    return (
        PolicyVersion.objects.filter(current=True)
        .defer("content")
        .annotate(
            release=Subquery(release.values("number")[:1]),
            released_at=Subquery(release.values("at")[:1]),
            through=Subquery(release.values("through")[:1]),
            year=Subquery(rounds.order_by("-year").values("year")[:1]),
            evaluated_at=Subquery(last),
        )
    )


def _edition(row: PolicyVersion) -> Edition:
    found = vars(row)
    moments = [row.published_at, found["released_at"], found["evaluated_at"]]
    return Edition(
        policy=policy_of_version(row.pk),
        version=row.number,
        release=found["release"] or 0,
        through=found["through"],
        year=found["year"],
        changed_at=max(at for at in moments if at),
    )
