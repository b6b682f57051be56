"""The page at the door: find, choose who is there, check in; all of it works without scripts."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from todoke.exchange.passes.actions.readers import change_operator
from todoke.exchange.passes.actions.scans import record_entry
from todoke.exchange.passes.finding import Found, NobodyFoundError, find
from todoke.exchange.passes.models import Reader
from todoke.exchange.passes.queries import last_entries
from todoke.exchange.passes.types import How, Kind
from todoke.faces.reader import entries, panels
from todoke.faces.reader.devices import ReaderRequest, reader_required
from todoke.kernel.errors import TodokeError
from todoke.registry.people.models import Resident

LONGEST_QUERY = 500


def _page(request: ReaderRequest, panel: dict[str, Any], status: int = 200) -> HttpResponse:
    if request.headers.get("X-Part") == "result":
        return render(request, "reader/result.html", panel, status=status)
    context = {
        **panel,
        **panels.head(request.reader),
        "recent": panels.recent(last_entries(request.reader)),
        "by_hand": uuid4(),
        "typed": request.POST.dict(),
    }
    return render(request, "reader/door.html", context, status=status)


@require_safe
@reader_required
def door(request: ReaderRequest) -> HttpResponse:
    """The page; with ``entry`` what was just done."""
    entry = _uuid(request.GET.get("entry", ""))
    return _page(request, panels.done(request.reader, entry) if entry else {"panel": ""})


@require_POST
@reader_required
def find_people(request: ReaderRequest) -> HttpResponse:
    """Who is meant by a code, a number, a name with a birth date; or the family of a step to be put right."""
    kind = Kind.OUT if request.POST.get("kind") == Kind.OUT else Kind.IN
    replaces = _uuid(request.POST.get("replaces", ""))
    try:
        found = _found(request, request.reader, replaces)
    except TodokeError as refused:
        return _page(request, {"panel": "error", "error": refused.message}, refused.status)
    return _page(request, panels.people(request.reader, found, kind, replaces))


def _found(request: ReaderRequest, reader: Reader, replaces: UUID | None) -> Found:
    found: Found | None = None
    if replaces:
        found = panels.of_entry(reader, replaces)
    elif chosen := _uuid(request.POST.get("resident", "")):
        resident = Resident.objects.select_related("household").filter(pk=chosen).first()
        found = Found(How.SEARCH, [resident]) if resident else None
    else:
        return find(request.POST.get("q", "").replace("\0", "")[:LONGEST_QUERY], reader.shelter)
    if found is None:
        raise NobodyFoundError
    return found


@require_POST
@reader_required
def check_in(request: ReaderRequest) -> HttpResponse:
    """A form's step: recorded, then shown."""
    reader = request.reader
    try:
        entry = entries.from_form(request.POST)
        record_entry(
            shelter=reader.shelter, entry=entry, by=f"reader:{reader.pk}", by_name=reader.operator, reader=reader
        )
    except TodokeError as refused:
        return _page(request, {"panel": "error", "error": refused.message}, refused.status)
    shown = entry.replaces if entry.kind == Kind.VOID else entry.nonce
    return redirect(f"{reverse('reader:door')}?entry={shown}")


@require_POST
@reader_required
def operator(request: ReaderRequest) -> HttpResponse:
    """Somebody else stands at the door now."""
    change_operator(reader=request.reader, operator=request.POST.get("operator", "").replace("\0", ""))
    return redirect("reader:door")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
