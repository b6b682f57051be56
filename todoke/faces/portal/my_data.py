"""What is known of the resident, who looked and why; correcting, contesting, allowing, taking along."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from todoke.capabilities.forms.actions import begin_draft
from todoke.faces.portal.fact_questions import question_of
from todoke.faces.visitors import ResidentRequest, oneself_required, resident_required
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError
from todoke.loops.apply.export import everything_about
from todoke.registry.catalogue.queries import current_version
from todoke.registry.people import consents
from todoke.registry.people.actions import learn_facts, set_contact
from todoke.registry.people.keys import KEYS, as_said, in_words, label_of, value_in_words
from todoke.registry.people.queries import access_entries, batch_reads, history_of, own_facts
from todoke.registry.people.types import OFFICIAL, KnownFact, Source

RECENT = timedelta(days=30)
CORRECTION = "register-correction"
"""The service by which a register's fact is contested."""

CONTESTABLE = ("name", "name_kana", "birth_date", "gender", "address", "household")
"""What its first question offers, beside "other"."""


def _group_of(key: str) -> str:
    return {
        "household": _("家族"),
        "work": _("仕事と税"),
        "income": _("仕事と税"),
        "tax": _("仕事と税"),
        "welfare": _("くらし"),
        "allowance": _("くらし"),
        "disaster": _("くらし"),
        "disability": _("くらし"),
        "vehicle": _("くらし"),
        "needs": _("災害のとき"),
    }.get(key.partition(".")[0], _("あなた"))


def _row(key: str, fact: KnownFact | None) -> dict[str, Any]:
    declared = KEYS[key]
    return {
        "key": key,
        "label": label_of(key),
        "fact": fact,
        "text": in_words(fact) if fact else "",
        "other": value_in_words(key, fact.contradicted_by.value) if fact and fact.contradicted_by else "",
        "editable": bool(declared.question or Source.SELF in declared.sources)
        and not (fact and fact.source in OFFICIAL),
        "contestable": bool(fact and fact.source in OFFICIAL),
    }


def _page(request: ResidentRequest, *, email: str, error: str = "", status: int = 200) -> HttpResponse:
    facts = own_facts(request.resident)
    rows = [_row(key, facts.get(key)) for key in KEYS if key in facts]
    unknown = [_row(key, None) for key in KEYS if key not in facts and KEYS[key].question]
    recent = access_entries(request.resident).filter(at__gt=clock.now() - RECENT)
    context = {
        "groups": [(name, list(found)) for name, found in groupby(rows, lambda row: _group_of(row["key"]))],
        "unknown": unknown,
        "recent_count": recent.count(),
        "entries": Paginator(access_entries(request.resident), 10).get_page(request.GET.get("page")),
        "batches": [_batch(read) for read in batch_reads()[:5]],
        "consents": [
            {"id": name, "label": _(purpose.label), "explanation": _(purpose.explanation), "given": name in given}
            for given in [consents.standing(request.resident)]
            for name, purpose in consents.PURPOSES.items()
        ],
        "email": email,
        "error": error,
    }
    return render(request, "portal/my_data.html", context, status=status)


def _batch(read: Any) -> dict[str, Any]:
    return {"read": read, "labels": "、".join(label_of(key) for key in read.keys if key in KEYS)}


@require_safe
@resident_required
def my_data(request: ResidentRequest) -> HttpResponse:
    """The log first: who, what, why; then the data with their sources; then what is allowed."""
    return _page(request, email=request.resident.email)


def _declared(key: str) -> str:
    """Raises NotFoundError for a key that a person cannot say."""
    if key not in KEYS or Source.SELF not in KEYS[key].sources:
        raise NotFoundError
    return key


def _fact_page(
    request: ResidentRequest, key: str, typed: Mapping[str, str], error: str = "", status: int = 200
) -> HttpResponse:
    fact = own_facts(request.resident).get(key)
    history = [
        {"fact": known, "text": in_words(known) if known.value is not None else _("取り消した")}
        for known in history_of(request.resident, key)
    ]
    value = typed.get(key, _as_typed(fact.value) if fact and fact.source == Source.SELF else "")
    context = {"row": _row(key, fact), "q": question_of(key, {key: value}, {key: error}), "history": history}
    return render(request, "portal/fact.html", context, status=status)


def _as_typed(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@require_safe
@resident_required
def fact(request: ResidentRequest, key: str) -> HttpResponse:
    """One fact that the resident said: what holds, what was said before, and the way to put it right."""
    return _fact_page(request, _declared(key), {})


@require_POST
@resident_required
def say_fact(request: ResidentRequest, key: str) -> HttpResponse:
    """Correct it, confirm it, or take it back."""
    _declared(key)
    if request.POST.get("action") == "withdraw":
        learn_facts(resident=request.resident, said={key: None})
        return redirect(f"{reverse('portal:my-data')}#data")
    try:
        value = as_said(key, request.POST.get(key, ""))
    except ValueError as error:
        return _fact_page(request, key, request.POST.dict(), str(error), 422)
    learn_facts(resident=request.resident, said={key: value})
    return redirect(f"{reverse('portal:my-data')}#data")


@require_POST
@resident_required
def contest(request: ResidentRequest, key: str) -> HttpResponse:
    """Say that a register, or an office, holds something wrong: a case to the office that keeps it."""
    known, version = own_facts(request.resident).get(key), current_version(CORRECTION)
    if known is None or known.source not in OFFICIAL or version is None:
        raise NotFoundError
    about = next((one for one in CONTESTABLE if key == one or key.startswith(f"{one}.")), "other")
    draft, _secret = begin_draft(
        version=version,
        resident=request.resident,
        answers={"key": about, "held": in_words(known)},
        about="key",
    )
    return redirect("portal:draft", draft_id=draft.pk)


@require_POST
@oneself_required
def consent(request: ResidentRequest, purpose: str) -> HttpResponse:
    """Allow something, or take it back; either has effect at once."""
    if purpose not in consents.PURPOSES or request.POST.get("given") not in {"yes", "no"}:
        raise NotFoundError
    consents.set_consent(resident=request.resident, purpose=purpose, given=request.POST["given"] == "yes")
    back = "portal:for-me" if request.POST.get("next") == "for-me" else "portal:my-data"
    return redirect(f"{reverse(back)}#{'tell' if back == 'portal:for-me' else 'consents'}")


@require_safe
@oneself_required
def download(request: ResidentRequest) -> HttpResponse:
    """Everything that is held on the resident, as JSON."""
    response = JsonResponse(everything_about(request.resident), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="todoke-{clock.today().isoformat()}.json"'
    return response


@require_POST
@oneself_required
def contact(request: ResidentRequest) -> HttpResponse:
    """Where e-mails go; empty: none."""
    email = request.POST.get("email", "").strip()
    try:
        if email:
            validate_email(email)
    except ValidationError:
        error = _("メールアドレスの形になっていません。例：hanako@example.jp")
        return _page(request, email=email, error=error, status=422)
    set_contact(resident=request.resident, email=email, wants_email=bool(email))
    return redirect("portal:my-data")
