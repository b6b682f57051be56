"""Services that find the reader (あなたへ): what fits, what may fit after a question, what does not, and why."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from todoke.capabilities.forms.queries import open_drafts
from todoke.faces.portal.fact_questions import question_of
from todoke.faces.visitors import ResidentRequest, resident_required
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError
from todoke.kernel.rules import canonical
from todoke.kernel.rules.words import Reason
from todoke.kernel.rules.words.names import facts_in
from todoke.loops.apply.matching import Verdict, explained, verdict_on, verdicts
from todoke.loops.apply.proactive import note_seen
from todoke.loops.apply.queries import cases_of_resident
from todoke.registry.catalogue.eligibility import parameters_on, rule_of
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.catalogue.types import Pack
from todoke.registry.people import consents
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.keys import KEYS, as_said, date_paths
from todoke.registry.people.models import Resident
from todoke.registry.people.queries import Known, for_rules, own_facts

IN_FULL = {True: 8, None: 4, False: 3}
"""How many of each verdict stand with their reasons; the others in a line, with the reasons on the service's page."""

IN_A_LINE = 20
"""Beyond them the list of all services is the better page."""


def _reason(reason: Reason, facts: Known) -> dict[str, Any]:
    used = [facts[key] for name in reason.facts if (key := name.removeprefix("facts.")) in facts]
    sources = dict.fromkeys((fact.source.value, fact.detail) for fact in used)
    return {"text": reason.text, "value": reason.value, "sources": list(sources), "stale": any(f.stale for f in used)}


def verdict_row(pack: Pack, resident: Resident, reading: str) -> dict[str, Any] | None:
    """The verdict on one service with its reasons, for the service's own page; None of one that is for everybody."""
    facts, today = own_facts(resident), clock.today()
    verdict = verdict_on(pack, facts, today)
    if verdict is None:
        return None
    why = explained(verdict, facts, today, reading)
    return {"holds": verdict.holds, "reasons": [_reason(reason, facts) for reason in why.reasons]}


def _for_browser(pack: Pack, ask: tuple[str, ...], facts: Known) -> str:
    """The rule's tree, and of the reader's own facts those that it names, as JSON: their browser can work it out."""
    today = clock.today()
    tree = rule_of(pack, pack.eligible or "").tree
    used = {name.removeprefix("facts.") for name in facts_in(tree)}
    whole = {
        "tree": canonical(tree),
        "scope": {
            "facts": for_rules({key: fact for key, fact in facts.items() if key in used}),
            "parameters": parameters_on(pack, today),
        },
        "dates": [f"facts.{path}" for key in sorted(used & set(KEYS)) for path in date_paths(key)],
        "kinds": {key: KEYS[key].shape.kind for key in ask},
        "today": today.isoformat(),
    }
    return json.dumps(whole, ensure_ascii=False, default=str)


def _page(
    request: ResidentRequest, typed: Mapping[str, str], errors: Mapping[str, str], about: str = "", status: int = 200
) -> HttpResponse:
    facts = own_facts(request.resident)
    found = verdicts(current_packs(), facts, clock.today())
    if request.agent is None:
        note_seen(resident=request.resident, packs=[verdict.pack for verdict in found if verdict.holds])
    drafts = {draft.pack_version.pack: draft for draft in open_drafts(request.resident)}
    handed_in = cases_of_resident(request.resident).order_by("pk").values_list("pack_version__pack", "receipt_number")
    receipts = dict(handed_in)

    def row(verdict: Verdict) -> dict[str, Any]:
        here, why = verdict.pack.id == about, explained(verdict, facts, clock.today(), request.reading)
        labels = {amount.id: amount.label for amount in verdict.pack.amounts}
        return {
            "pack": verdict.pack,
            "reasons": [_reason(reason, facts) for reason in why.reasons],
            "questions": [question_of(key, typed if here else {}, errors if here else {}) for key in why.ask],
            "amounts": [(labels[name], yen) for name, yen in why.amounts.items() if yen is not None],
            "filled": why.filled,
            "rule": _for_browser(verdict.pack, why.ask, facts) if why.ask else "",
            "draft": drafts.get(verdict.pack.id),
            "receipt_number": receipts.get(verdict.pack.id),
        }

    kinds = {holds: [verdict for verdict in found if verdict.holds is holds] for holds in (True, None, False)}
    full = {holds: kinds[holds][:most] for holds, most in IN_FULL.items()}
    full[None] += [verdict for verdict in kinds[None][IN_FULL[None] :] if verdict.pack.id == about]
    rest = [verdict for holds in kinds for verdict in kinds[holds] if verdict not in full[holds]]
    context = {
        "count": len(kinds[True]),
        "fitting": [row(verdict) for verdict in full[True]],
        "open": [row(verdict) for verdict in full[None]],
        "others": [row(verdict) for verdict in full[False]],
        "more": [(verdict.holds, verdict.pack) for verdict in rest[:IN_A_LINE]],
        "left_out": len(rest[IN_A_LINE:]),
        "proactive": "proactive" in consents.standing(request.resident),
        "about": about,
    }
    return render(request, "portal/for_me.html", context, status=status)


@require_safe
@resident_required
def for_me(request: ResidentRequest) -> HttpResponse:
    """The services that say whom they are for, against what is known of the reader."""
    return _page(request, {}, {})


@require_POST
@resident_required
def answer(request: ResidentRequest, pack_id: str) -> HttpResponse:
    """Take what was answered for one service; what was left open stays open, and what cannot be read is said."""
    said, errors = {}, {}
    for key in set(request.POST) & set(KEYS):
        if not KEYS[key].question:
            raise NotFoundError
        if not request.POST[key].strip():
            continue
        try:
            said[key] = as_said(key, request.POST[key])
        except ValueError as error:
            errors[key] = str(error)
    learn_facts(resident=request.resident, said=said)
    if errors:
        return _page(request, request.POST.dict(), errors, pack_id, 422)
    return redirect(f"{reverse('portal:for-me')}#{pack_id}")
