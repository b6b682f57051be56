"""Answers together with what is known: what is filled in, what is shown, what is handed in."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from todoke.capabilities.forms.types import Answers, Form, Page, Question
from todoke.kernel import clock
from todoke.kernel.rules import Rule, compile_rule
from todoke.registry.people.queries import for_rules
from todoke.registry.people.types import KnownFact, Source

Facts = Mapping[str, KnownFact]


def fixed_fact(question: Question, facts: Facts) -> KnownFact | None:
    """The register's fact that answers the question: shown, and corrected at its office, not here."""
    fact = facts.get(question.fact or "")
    return fact if fact and fact.source != Source.SELF and question.type != "group" else None


def filled_in(form: Form, answers: Answers, facts: Facts) -> dict[str, Any]:
    """The answers, with registers' facts put in and open questions prefilled from what the person said before."""
    whole = dict(answers)
    for question in form.questions():
        fact = facts.get(question.fact or "")
        if fact is None:
            continue
        if question.type == "group":
            if question.id not in whole:
                only = question.settings.get("only")
                members = [member for member in fact.value if rule_holds(only, {"item": member})]
                whole[question.id] = [_item(question, member, fact.source) for member in members]
        elif fixed_fact(question, facts) or question.id not in whole:
            whole[question.id] = fact.value
    return whole


def _item(question: Question, member: Mapping[str, Any], source: Source) -> dict[str, Any]:
    known = {inner.id: member[inner.fact] for inner in question.questions if inner.fact and inner.fact in member}
    return {"id": member["id"], "source": source.value, **known}


def fixed_in_item(question: Question, item: Mapping[str, Any]) -> bool:
    """Whether an inner question of a group is answered by a register for this item."""
    return question.fact is not None and item.get("source", "self") != Source.SELF and bool(item.get(question.id))


def scope(whole: Answers, facts: Facts) -> dict[str, Any]:
    """What rules of a form see. An answer that is empty is not known."""
    given = {key: value for key, value in whole.items() if value not in ("", [])}
    return {"answers": given, "facts": for_rules(facts)}


@lru_cache(maxsize=2048)
def _rule(text: str) -> Rule:
    return compile_rule(text, ("answers", "facts", "item"))


def rule_holds(text: str | None, names: Mapping[str, Any]) -> bool:
    """Whether a ``show_if`` is certainly true; none is."""
    return text is None or _rule(text).holds(names, clock.today()) is True


def shown_pages(form: Form, whole: Answers, facts: Facts) -> list[Page]:
    """The pages that these answers lead to."""
    names = scope(whole, facts)
    return [page for page in form.pages if rule_holds(page.show_if, names) and _any_shown(page, names)]


def _any_shown(page: Page, names: Mapping[str, Any]) -> bool:
    return any(rule_holds(question.show_if, names) for question in page.questions)


def shown_questions(page: Page, whole: Answers, facts: Facts) -> list[Question]:
    """The questions of a page that these answers lead to."""
    names = scope(whole, facts)
    return [question for question in page.questions if rule_holds(question.show_if, names)]


def shown_question_ids(form: Form, whole: Answers, facts: Facts) -> set[str]:
    """The questions, of all pages, that these answers lead to."""
    return {q.id for page in shown_pages(form, whole, facts) for q in shown_questions(page, whole, facts)}


def shown_in_item(group: Question, item: Mapping[str, Any], whole: Answers, facts: Facts) -> list[Question]:
    """The inner questions asked of one item of a group."""
    given = {key: value for key, value in item.items() if value not in ("", [])}
    names = {**scope(whole, facts), "item": given}
    return [question for question in group.questions if rule_holds(question.show_if, names)]


def answers_to_submit(form: Form, whole: Answers, facts: Facts) -> dict[str, Any]:
    """What is handed in: answers of questions that are hidden stay behind in the draft."""
    handed_in: dict[str, Any] = {}
    for page in shown_pages(form, whole, facts):
        for question in shown_questions(page, whole, facts):
            value = whole.get(question.id)
            if question.type == "group":
                value = [
                    {"id": item["id"], "source": item.get("source", "self")}
                    | {q.id: item[q.id] for q in shown_in_item(question, item, whole, facts) if q.id in item}
                    for item in value or []
                ]
            if value is not None and value != "":
                handed_in[question.id] = value
    return handed_in


def facts_said(form: Form, handed_in: Answers, facts: Facts) -> dict[str, Any]:
    """What the person said that is bound to a fact and is not a register's: it is not asked again."""
    return {
        question.fact: handed_in[question.id]
        for question in form.questions()
        if question.fact and question.type != "group" and question.id in handed_in and not fixed_fact(question, facts)
    }
