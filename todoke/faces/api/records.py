"""Records of open data for programs: filtered, sorted, page by page; see docs/reference/open-data.md."""

import json
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from todoke.faces.open_data import cached, etag_of, for_everyone, take_tokens, unchanged
from todoke.kernel.errors import TodokeError
from todoke.loops.improve.open_data.catalogue import address
from todoke.loops.improve.open_data.describing import openapi
from todoke.loops.improve.open_data.errors import TooManyRequestsError
from todoke.loops.improve.open_data.licences import licence_named
from todoke.loops.improve.open_data.publishing import version_of
from todoke.loops.improve.open_data.querying import parse_query
from todoke.loops.improve.open_data.querying import records as records_of
from todoke.loops.improve.open_data.registry import DATA_SETS, data_set


def with_problems(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What is refused is said as RFC 9457 has it, in English."""

    @wraps(view)
    def answered(request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        with translation.override("en"):
            try:
                return view(request, **kwargs)
            except TodokeError as error:
                said = {
                    "type": "about:blank",
                    "title": error.code.replace("-", " ").capitalize(),
                    "status": error.status,
                    "code": error.code,
                    "detail": error.message,
                }
                response = HttpResponse(
                    json.dumps(said), status=error.status, content_type="application/problem+json; charset=utf-8"
                )
                if isinstance(error, TooManyRequestsError):
                    response.headers["Retry-After"] = str(error.details["seconds"])
                response.headers["Cache-Control"] = "no-store"
                return response

    return answered


@for_everyone
@with_problems
def records(request: HttpRequest, name: str) -> HttpResponseBase:
    """A page of records."""
    take_tokens(request, 1)
    one = data_set(name)
    query = parse_query(one, dict(request.GET.lists()))
    version = version_of(one)
    etag = etag_of("records", version, request.META.get("QUERY_STRING", ""))
    if (same := unchanged(request, etag)) is not None:
        return same
    page = records_of(one, query)
    following = None
    if page.after:
        asked = [(key, value) for key, values in request.GET.lists() if key != "cursor" for value in values]
        following = f"{settings.BASE_URL}{request.path}?{urlencode([*asked, ('cursor', page.after)])}"
    head = {"data_set": one.id, "version": version[:16], "licence": licence_named(one.licence()).url}
    listed = ",\n".join(row[0] for row in page.rows)
    body = f'{json.dumps(head)[:-1]}, "records": [\n{listed}\n], "next": {json.dumps(following)}}}\n'
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    cached(response, etag)
    return response


@for_everyone
@with_problems
def data_sets(request: HttpRequest) -> HttpResponseBase:
    """Which data sets there are."""
    listed = [
        {
            "id": one.id,
            "title": {language: one.titles[language] for language in ("ja", "en")},
            "description": {language: one.description[language] for language in ("ja", "en")},
            "records": f"{settings.BASE_URL}/api/data/{one.id}/records",
            "files": {form: address(f"{one.id}.{form}") for form in ("csv", "json", "parquet")},
            "schema": address(f"{one.id}.schema.json"),
            "licence": licence_named(one.licence()).url,
        }
        for one in DATA_SETS.values()
    ]
    said = json.dumps({"data_sets": listed, "catalogue": address("catalog.jsonld")}, ensure_ascii=False, indent=1)
    response = HttpResponse(said, content_type="application/json; charset=utf-8")
    cached(response, etag_of(said))
    return response


@for_everyone
@with_problems
def description(request: HttpRequest) -> HttpResponseBase:
    """The API as OpenAPI 3.1."""
    said = json.dumps(openapi(), ensure_ascii=False, indent=1)
    response = HttpResponse(said, content_type="application/vnd.oai.openapi+json;version=3.1; charset=utf-8")
    cached(response, etag_of(said))
    return response
