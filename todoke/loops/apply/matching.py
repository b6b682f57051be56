"""Which services fit a resident, as far as is known, and what is still to be asked (あなたへ)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from todoke.capabilities.forms.answers import filled_in, shown_in_item, shown_pages, shown_questions
from todoke.capabilities.forms.types import Form, form_of
from todoke.capabilities.forms.validation import QUIET
from todoke.kernel.rules.settle import next_question
from todoke.kernel.rules.tree import Call, Node, tree_hash
from todoke.kernel.rules.words import Reason, explain
from todoke.kernel.rules.words.names import facts_in
from todoke.registry.catalogue.eligibility import (
    Given,
    amounts_of,
    eligibility,
    holds,
    names_of_pack,
    rule_of,
    scope_of,
)
from todoke.registry.catalogue.types import Pack, in_language
from todoke.registry.people.keys import KEYS, RULE_NAMES, label_of, member_label, value_in_words
from todoke.registry.people.queries import Known, for_rules


@dataclass(frozen=True)
class Verdict:
    """What the machine can say of one service; no decision of an office."""

    pack: Pack
    holds: bool | None


@dataclass(frozen=True)
class Explanation:
    """Why, what there is to gain, and what is still to be asked."""

    ask: tuple[str, ...]
    """Keys of facts that the resident can say, and that could settle it."""

    reasons: tuple[Reason, ...]
    amounts: dict[str, int | None]
    filled: int
    """Percent of the form's questions that need not be asked."""


def verdicts(packs: Iterable[Pack], facts: Known, day: date) -> list[Verdict]:
    """Of the packs that are for some and not for others: first those that fit, then those that may, then the others."""
    given = for_rules(facts)
    found = [Verdict(pack, holds(pack, given, day)) for pack in packs if is_for_some(pack)]
    order = {True: 0, None: 1, False: 2}
    return sorted(found, key=lambda verdict: order[verdict.holds])


def verdict_on(pack: Pack, facts: Known, day: date) -> Verdict | None:
    """Of one service; None of one that is for everybody."""
    return Verdict(pack, holds(pack, for_rules(facts), day)) if is_for_some(pack) else None


def explained(verdict: Verdict, facts: Known, day: date, reading: str) -> Explanation:
    """The verdict's reasons in the reader's language, its amounts, and how much of the form is there."""
    pack, given = verdict.pack, for_rules(facts)
    reasons = tuple(reasons_of(pack, given, day, reading))
    if verdict.holds is False:
        return Explanation((), reasons, {}, 0)
    ask = _still_to_ask(pack, given, day) if verdict.holds is None else ()
    return Explanation(ask, reasons, amounts_of(pack, given, day), filled_percent(_form(pack), facts))


@lru_cache(maxsize=512)
def is_for_some(pack: Pack) -> bool:
    """Whether its rule asks anything of a person; what is for everybody finds nobody."""
    return pack.eligible is not None and bool(facts_in(rule_of(pack, pack.eligible).tree))


def _still_to_ask(pack: Pack, given: Given, day: date) -> tuple[str, ...]:
    """First what may settle it alone, then in the order in which the keys are declared."""
    _holds, missing = eligibility(pack, given, day)
    first = next_question([rule_of(pack, pack.eligible or "").tree], scope_of(pack, given, day), day)
    asked = (key for key in KEYS if key in missing and KEYS[key].question)
    return tuple(sorted(asked, key=lambda key: f"facts.{key}" != first))


@lru_cache(maxsize=512)
def _form(pack: Pack) -> Form:
    return form_of(pack.form)


def conjuncts_of(tree: Node) -> tuple[Node, ...]:
    """What all has to hold."""
    return tree.arguments if isinstance(tree, Call) and tree.function == "_&&_" else (tree,)


def reasons_of(pack: Pack, given: Given, day: date, reading: str) -> Iterable[Reason]:
    """Every part of the rule in words, with what it comes to; the pack's own sentence where it has one."""
    if pack.eligible is None:
        return
    own = {rule_of(pack, text).hash: texts for text, texts in pack.reasons.items()}
    scope = scope_of(pack, given, day)
    for part in conjuncts_of(rule_of(pack, pack.eligible).tree):
        explained = explain(part, scope, day, _label, _say, _unit, names_of_pack(pack))
        if texts := own.get(tree_hash(part)):
            value = all_of(reason.value for reason in explained)
            names = tuple(dict.fromkeys(name for reason in explained for name in reason.facts))
            yield Reason(in_language(texts, reading), value, names, explained[0].node)
        else:
            yield from explained


def sentences_of(tree: Node, day: date) -> list[str]:
    """What a rule asks, in words, of nobody in particular."""
    return [reason.text for reason in explain(tree, {}, day, _label, _say, _unit, RULE_NAMES)]


def all_of(values: Iterable[bool | None]) -> bool | None:
    """Kleene's and."""
    found = list(values)
    return False if False in found else None if None in found else True


def _label(name: str) -> str:
    key = name.removeprefix("facts.")
    return label_of(key) if key in KEYS else member_label(key)


def _say(name: str, value: object) -> str:
    key = name.removeprefix("facts.")
    return value_in_words(key, value) if key in KEYS else str(value)


def _unit(name: str) -> str | None:
    declared = KEYS.get(name.removeprefix("facts."))
    return _(declared.unit) if declared and declared.unit else None


def filled_percent(form: Form, facts: Known) -> int:
    """How much of the form is there already: of the answers that it begins with and cannot do without, those known."""
    whole = filled_in(form, {}, facts)
    asked = known = 0
    for page in shown_pages(form, whole, facts):
        for question in shown_questions(page, whole, facts):
            value = whole.get(question.id)
            answers = [value] if question.required and question.type not in QUIET else []
            if question.type == "group" and value:
                answers = [
                    item.get(inner.id)
                    for item in value
                    for inner in shown_in_item(question, item, whole, facts)
                    if inner.required and inner.type not in QUIET
                ]
            asked += len(answers)
            known += sum(answer not in (None, "", []) for answer in answers)
    return 100 * known // asked if asked else 100
