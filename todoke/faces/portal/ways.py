"""Where messages reach the resident: seen, added, confirmed, ended; in which order, language, and when not."""

import json
from datetime import time
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from todoke.exchange.messages import actions
from todoke.exchange.messages.channels import ORDER, is_on
from todoke.exchange.messages.channels.push import public_key
from todoke.exchange.messages.models import ContactPoint
from todoke.exchange.messages.queries import contact_points_of, preference_of
from todoke.exchange.messages.types import LANGUAGES
from todoke.exchange.messages.wordings import TAGS
from todoke.faces.language import LANGUAGE_NAMES
from todoke.faces.visitors import ResidentRequest, oneself_required
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.registry.people.actions import set_language

LARGEST = 8 * 1024


def _words_of(channel: str) -> str:
    return {
        "push": _("この端末などへの通知"),
        "line": _("LINE"),
        "email": _("メール"),
        "sms": _("電話番号（SMS）"),
        "webhook": _("つながったシステム"),
    }[channel]


def _page(
    request: ResidentRequest, *, failed: TodokeError | None = None, part: str = "", line_code: str = ""
) -> HttpResponse:
    resident = request.resident
    points = list(contact_points_of(resident))
    used = {point.channel for point in points if point.verified_at}
    if resident.email and resident.wants_email:
        used.add("email")
    wish = preference_of(resident)
    order = [name for name in [*wish.channels, *ORDER] if name in used]
    context = {
        "ways": [_words_of(name) for name in dict.fromkeys(order)],
        "telephones": [point for point in points if point.channel == "sms" and point.verified_at],
        "waiting": next((point for point in points if point.channel == "sms" and not point.verified_at), None),
        "devices": [point for point in points if point.channel == "push" and point.verified_at],
        "webhooks": [point for point in points if point.channel == "webhook"],
        "line": next((point for point in points if point.channel == "line" and point.verified_at), None),
        "on": {name: is_on(name) for name in ORDER},
        "push_key": public_key() if is_on("push") else "",
        "line_code": line_code,
        "line_address": line_address(line_code),
        "first_choices": [(name, _words_of(name)) for name in dict.fromkeys(order)],
        "first": order[0] if order else "",
        "wish": wish,
        "languages": [(code, LANGUAGE_NAMES[code], TAGS.get(code, code)) for code in LANGUAGES],
        "spoken": resident.language,
        "typed": request.POST.dict(),
        "error": failed.message if failed else "",
        "part": part,
    }
    return render(request, "portal/ways.html", context, status=failed.status if failed else 200)


@never_cache
@require_safe
@oneself_required
def ways(request: ResidentRequest) -> HttpResponse:
    """Everything on one page."""
    return _page(request)


@require_POST
@oneself_required
def telephone(request: ResidentRequest) -> HttpResponse:
    """Send a code to a number."""
    try:
        actions.begin_telephone(resident=request.resident, number=request.POST.get("number", "")[:40])
    except TodokeError as failed:
        return _page(request, failed=failed, part="telephone")
    return redirect(f"{reverse('portal:ways')}#telephone")


@require_POST
@oneself_required
def confirm(request: ResidentRequest, point_id: int) -> HttpResponse:
    """The code that arrived there."""
    point = _own(request, point_id)
    try:
        actions.confirm_telephone(contact_point=point, code=request.POST.get("code", "")[:20])
    except TodokeError as failed:
        return _page(request, failed=failed, part="code")
    return redirect(f"{reverse('portal:ways')}#telephone")


@require_POST
@oneself_required
def end(request: ResidentRequest, point_id: int) -> HttpResponse:
    """Nothing goes there any more."""
    actions.end_contact_point(contact_point=_own(request, point_id))
    return redirect("portal:ways")


@never_cache
@require_POST
@oneself_required
def line(request: ResidentRequest) -> HttpResponse:
    """A code to send to our account of LINE."""
    try:
        return _page(request, line_code=actions.begin_line(resident=request.resident))
    except TodokeError as failed:
        return _page(request, failed=failed, part="line")


@require_POST
@oneself_required
def device(request: ResidentRequest) -> JsonResponse:
    """This browser's subscription, as it gave it to the page's script."""
    try:
        given = json.loads(request.read(LARGEST))
        subscription, label = given["subscription"], str(given.get("label", ""))
        if not isinstance(subscription, dict):
            raise TypeError
        actions.register_push(resident=request.resident, subscription=subscription, label=label)
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "unreadable"}, status=400)
    except TodokeError as failed:
        return JsonResponse({"error": failed.message}, status=failed.status)
    return JsonResponse({})


@require_POST
@oneself_required
def preferences(request: ResidentRequest) -> HttpResponse:
    """What is tried first, the quiet hours, the language."""
    first = request.POST.get("first", "")
    language = request.POST.get("language", "")
    before = preference_of(request.resident)
    actions.set_preferences(
        resident=request.resident,
        channels=[first, *before.channels] if first in ORDER else before.channels,
        quiet_from=_time(request.POST.get("quiet_from", "")),
        quiet_to=_time(request.POST.get("quiet_to", "")),
    )
    if language in LANGUAGES:
        set_language(resident=request.resident, language=language)
    return redirect(f"{reverse('portal:ways')}#wishes")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, since a service worker rules what lies below it."""
    script = render_to_string("portal/sw.js")
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _own(request: ResidentRequest, point_id: int) -> ContactPoint:
    found = contact_points_of(request.resident).filter(pk=point_id).first()
    if found is None:
        raise NotFoundError
    return found


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def line_address(code: str) -> str:
    """Opens LINE with the code typed in already, where the address of our account allows it."""
    return f"{settings.LINE_ADD_URL}?{quote(code)}" if "oaMessage" in settings.LINE_ADD_URL else settings.LINE_ADD_URL
