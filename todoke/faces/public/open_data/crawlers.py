"""What crawlers and harvesters are told: where they may go, and which pages there are."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from todoke.loops.improve.open_data.registry import DATA_SETS
from todoke.loops.improve.queries.policies import current_policies
from todoke.registry.places.queries import municipalities

_CLOSED = ("/api/", "/console/", "/reader/", "/m/", "/apply/", "/login/", "/follow/")
_SECONDS = 3600


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Pages for everybody are open, the API for open data too; pages of one person are not."""
    lines = ["User-agent: *", "Allow: /api/data/", *(f"Disallow: {path}" for path in _CLOSED)]
    said = "\n".join([*lines, "", f"Sitemap: {settings.BASE_URL}{reverse('public:sitemap')}", ""])
    return _kept(HttpResponse(said, content_type="text/plain; charset=utf-8"))


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The pages of open data, of the policy, its indicators, measures and municipalities."""
    paths = [reverse("public:now"), reverse("public:data")]
    paths += [reverse("public:data-set", args=[name]) for name in DATA_SETS]
    paths += _progress()
    rows = "".join(f"<url><loc>{escape(settings.BASE_URL + path)}</loc></url>" for path in paths)
    said = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    )
    return _kept(HttpResponse(said, content_type="application/xml; charset=utf-8"))


def _progress() -> list[str]:
    policies = current_policies()
    if not policies:
        return []
    newest = policies[0]
    parts = ["", "indicators/", "places/", "explore/"]
    parts += [f"indicators/{one.id}/" for one in newest.indicators]
    parts += [f"measures/{one.id}/" for one in newest.measures]
    parts += [f"places/{one.code}/" for one in municipalities()]
    return [reverse("public:progress") + part for part in parts]


def _kept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
    return response
