"""What the machine's checks find in a submission; the decision stays with the officer (自動点検の指摘)."""

from dataclasses import dataclass
from functools import lru_cache

from todoke.kernel import clock
from todoke.kernel.rules import Rule, compile_rule
from todoke.loops.apply.models import Case, Submission
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import Texts
from todoke.registry.people.queries import for_rules
from todoke.registry.people.types import KnownFact, Source


@dataclass(frozen=True)
class Finding:
    """A check and what came of it: raised, clear, or (``raised`` is None) not to be known from the answers."""

    check_id: str
    question: str
    weight: str
    raised: bool | None
    text: Texts
    dismissed: str | None
    """The reason for which an officer set it aside."""


@lru_cache(maxsize=1024)
def _rule(text: str) -> Rule:
    return compile_rule(text, ("answers", "facts"))


def facts_kept(submission: Submission) -> dict[str, KnownFact]:
    """The facts as they were when it was handed in."""
    return {
        row["key"]: KnownFact(row["key"], row["value"], Source(row["source"]), row["detail"])
        for row in submission.facts
    }


def findings_of(case: Case) -> list[Finding]:
    """The checks of the case's pack on its newest submission, in the pack's order."""
    submission = max(case.submissions.all(), key=lambda s: s.number)
    names = {"answers": submission.answers, "facts": for_rules(facts_kept(submission))}
    dismissed = {d.check_id: d.reason for d in case.dismissed_findings.all() if d.submission_id == submission.pk}
    found = []
    for check in pack_of(case.pack_version_id).workflow.checks:
        raised = _rule(check.when).holds(names, clock.today())
        text = check.text if raised else check.clear
        found.append(
            Finding(check.id, check.question, check.weight, raised, text, dismissed.get(check.id) if raised else None)
        )
    return found


def blocking_findings(case: Case) -> list[Finding]:
    """Those of weight 要確認 that stand: no decision can be proposed before they are dealt with."""
    return [f for f in findings_of(case) if f.raised and f.weight == "must" and f.dismissed is None]
