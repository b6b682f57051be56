"""What the machine's checks find in a submission; the decision stays with the officer (自動点検の指摘)."""

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from todoke.kernel import clock
from todoke.loops.apply.models import Case, Submission
from todoke.loops.apply.packs import form_of_version
from todoke.registry.catalogue.eligibility import checked
from todoke.registry.catalogue.queries import pack_of
from todoke.registry.catalogue.types import Texts
from todoke.registry.people.keys import value_in_words
from todoke.registry.people.queries import for_rules
from todoke.registry.people.types import KnownFact


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


def facts_kept(submission: Submission) -> dict[str, KnownFact]:
    """The facts as they were when it was handed in."""
    return {row["key"]: KnownFact.from_json(row) for row in submission.facts}


def findings_of(case: Case) -> list[Finding]:
    """The pack's checks on the newest submission, in their order; then answers that a surer source contradicts."""
    submission = max(case.submissions.all(), key=lambda s: s.number)
    facts = facts_kept(submission)
    results = checked(pack_of(case.pack_version_id), submission.answers, for_rules(facts), clock.today())
    dismissed = {d.check_id: d.reason for d in case.dismissed_findings.all() if d.submission_id == submission.pk}
    found = [
        (check.id, check.question, check.weight, raised, check.text if raised else check.clear)
        for check, raised in results
    ]
    found += [
        (f"contradicts-{fact.key}", question.id, "must", True, _contradiction(fact, fact.contradicted_by))
        for question in form_of_version(case.pack_version_id).questions()
        if (fact := facts.get(question.fact or "")) and fact.contradicted_by
    ]
    return [Finding(*one, dismissed.get(one[0]) if one[3] else None) for one in found]


def _contradiction(held: KnownFact, said: KnownFact) -> Texts:
    """What the person said otherwise, in both languages of the console."""
    texts = {}
    for language in ("ja", "en"):
        with translation.override(language):
            words = {"held": value_in_words(held.key, held.value), "said": value_in_words(said.key, said.value)}
            texts[language] = _("本人は「{said}」と言い、役所の記録は「{held}」").format(**words)
    return texts


def blocking_findings(case: Case) -> list[Finding]:
    """Those of weight 要確認 that stand: no decision can be proposed before they are dealt with."""
    return [f for f in findings_of(case) if f.raised and f.weight == "must" and f.dismissed is None]
