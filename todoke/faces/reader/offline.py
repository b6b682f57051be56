"""The page at the door where there is no network: a copy of it without anybody's name, and who keeps it."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from todoke.faces.reader.devices import ReaderRequest, reader_required

FILES = (
    "todoke/mark.svg",
    "vendor/design-tokens/tokens.css",
    "todoke/todoke.css",
    "todoke/parts.css",
    "todoke/reader.css",
    "todoke/reader.js",
)
"""What the page needs."""


@require_safe
@reader_required
def shell(request: ReaderRequest) -> HttpResponse:
    """The page without numbers, names and whoever stands at the door: the device keeps it."""
    return render(request, "reader/door.html", {"reader": request.reader, "shell": True, "panel": ""})


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Below the pages that it rules; it changes with every file that it keeps."""
    context = {"files": [static(path) for path in FILES], "version": _version()}
    script = render_to_string("reader/sw.js", context)
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for path in FILES:
        found = finders.find(path)
        digest.update(Path(found).read_bytes() if isinstance(found, str) else b"")
    return digest.hexdigest()[:16]
