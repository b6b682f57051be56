"""Finding a service and beginning it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from todoke.capabilities.forms.actions import begin_draft
from todoke.capabilities.forms.queries import open_drafts
from todoke.faces.portal.for_me import verdict_row
from todoke.faces.portal.holders import remember_draft
from todoke.kernel.errors import NotFoundError
from todoke.loops.apply.office import deciding_office
from todoke.registry.catalogue import queries as catalogue
from todoke.registry.catalogue.types import in_language
from todoke.registry.people.keys import label_of


@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """All services, or those that ``?q=`` finds, or those of a life event."""
    words = request.GET.get("q", "").strip()[:100]
    event = request.GET.get("event", "")
    packs = catalogue.search(words) if words else catalogue.current_packs()
    if event:
        packs = [pack for pack in packs if event in pack.life_events]
    return render(request, "portal/services.html", {"packs": packs, "words": words, "event": event})


@require_safe
def service(request: HttpRequest, pack_id: str) -> HttpResponse:
    """What it is, for whom, what one needs, how long it takes, which law; and the way in."""
    version = catalogue.current_version(pack_id)
    if version is None:
        raise NotFoundError
    pack = catalogue.pack_of(version.pk)
    resident = getattr(request, "resident", None)
    draft = open_drafts(resident).filter(pack_version__pack=pack_id, corrects="").first() if resident else None
    reading = getattr(request, "reading", "ja")
    purposes = dict.fromkeys(
        f"{label_of(key)}：{in_language(purpose, reading)}" for key, purpose in pack.purposes.items()
    )
    context = {
        "pack": pack,
        "draft": draft,
        "office": deciding_office(pack, resident),
        "purposes": purposes,
        "row": verdict_row(pack, resident, reading) if resident else None,
    }
    return render(request, "portal/service.html", context)


@require_POST
def start(request: HttpRequest, pack_id: str) -> HttpResponse:
    """Begin or go on; a service that needs a log-in asks for it first."""
    version = catalogue.current_version(pack_id)
    if version is None:
        raise NotFoundError
    resident = getattr(request, "resident", None)
    if resident is None and catalogue.pack_of(version.pk).login == "required":
        back = reverse("portal:service", args=[pack_id])
        return redirect(f"{reverse('portal:login')}?{urlencode({'next': back})}")
    draft, secret = begin_draft(version=version, resident=resident, answers={})
    if secret:
        remember_draft(request, draft, secret)
    return redirect("portal:draft", draft_id=draft.pk)
