"""Open data as files: the catalogue, and each data set whole or filtered."""

import json
from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from todoke.faces.open_data import cached, etag_of, for_everyone, take_tokens, unchanged
from todoke.loops.improve.models import PublishedFile
from todoke.loops.improve.open_data import catalogue as catalogues
from todoke.loops.improve.open_data.describing import schema
from todoke.loops.improve.open_data.errors import BadQueryError
from todoke.loops.improve.open_data.fairness import STREAM
from todoke.loops.improve.open_data.files import stream
from todoke.loops.improve.open_data.licences import licence_named
from todoke.loops.improve.open_data.publishing import parts_of, ready_file, version_of
from todoke.loops.improve.open_data.querying import Query, parse_query
from todoke.loops.improve.open_data.registry import DATA_SETS, data_set
from todoke.loops.improve.open_data.types import MEDIA_TYPES, DataSet, Format

_MARKS = {"": None, "0": False, "1": True}


@for_everyone
def download(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """A data set; with filters the rows that they name. A whole one that is ready is sent with its size."""
    one, kind = data_set(name), Format(form)
    query = parse_query(one, dict(request.GET.lists()))
    if query.cursor or "limit" in request.GET:
        raise BadQueryError(name="limit, cursor", problem="/api/data/")
    mark = _mark(request)
    version = version_of(one)
    etag = etag_of(version, kind, sorted(request.GET.lists()), mark)
    if (same := unchanged(request, etag)) is not None:
        return same
    whole = not request.GET
    ready = ready_file(one, kind, version) if whole else None
    take_tokens(request, 2 if ready else STREAM)
    response = _sent(request, one, kind, query, mark, ready)
    filtered = "" if whole else "-filtered"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{one.id}{filtered}.{kind}')}"
    response.headers["Link"] = f'<{licence_named(one.licence()).url}>; rel="license"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    cached(response, etag)
    return response


def _mark(request: HttpRequest) -> bool | None:
    given = request.GET.get("bom", "")
    if given not in _MARKS:
        raise BadQueryError(name="bom", problem="0, 1")
    return _MARKS[given]


def _sent(
    request: HttpRequest, one: DataSet, kind: Format, query: Query, mark: bool | None, ready: PublishedFile | None
) -> HttpResponseBase:
    content_type = MEDIA_TYPES[kind]
    if kind is Format.CSV:
        content_type += "; charset=utf-8; header=present"
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type=content_type)
    else:
        chunks = parts_of(ready) if ready else stream(one, kind, query, mark=mark)
        response = StreamingHttpResponse(chunks, content_type=content_type)
    if ready:
        response.headers["Content-Length"] = str(ready.size)
    return response


@for_everyone
def described(request: HttpRequest, name: str) -> HttpResponseBase:
    """The columns of a data set, as CSV on the Web."""
    said = json.dumps(schema(data_set(name)), ensure_ascii=False, indent=1)
    return cached(HttpResponse(said, content_type="application/csvm+json; charset=utf-8"), etag_of(said))


def _catalogue(request: HttpRequest, content_type: str, written: Callable[[], str]) -> HttpResponseBase:
    etag = etag_of(content_type, *(version_of(one) for one in DATA_SETS.values()), *_made())
    if (same := unchanged(request, etag)) is not None:
        return same
    take_tokens(request, 2)
    return cached(HttpResponse(written(), content_type=f"{content_type}; charset=utf-8"), etag)


def _made() -> list[str]:
    return list(PublishedFile.objects.order_by("data_set", "format").values_list("sha256", flat=True))


@for_everyone
def json_ld(request: HttpRequest) -> HttpResponseBase:
    """The catalogue for portals that harvest it."""
    return _catalogue(request, "application/ld+json", catalogues.as_json_ld)


@for_everyone
def turtle(request: HttpRequest) -> HttpResponseBase:
    """The same in Turtle."""
    return _catalogue(request, "text/turtle", catalogues.as_turtle)
