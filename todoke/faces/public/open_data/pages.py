"""Open data for people: what there is, and each data set as a table, filtered, sorted and page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from todoke.faces.open_data import for_everyone, take_tokens
from todoke.faces.public.progress.pages import frame
from todoke.faces.public.progress.voice import Voice, voice_for
from todoke.faces.public.reading import remember
from todoke.kernel import clock
from todoke.loops.improve.models import PublishedFile
from todoke.loops.improve.open_data.errors import BadQueryError
from todoke.loops.improve.open_data.licences import licence_named
from todoke.loops.improve.open_data.publishing import version_of
from todoke.loops.improve.open_data.querying import COUNTED, LONGEST, Query, cells, count_up_to, parse_query
from todoke.loops.improve.open_data.registry import DATA_SETS, data_set
from todoke.loops.improve.open_data.types import Column, ColumnType, DataSet, Format
from todoke.loops.improve.queries.policies import current_policies
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.places.adapters.shelter_files import check_digit
from todoke.registry.places.queries import municipalities

WORDS = Path(__file__).parent / "words"
ROWS = 50
NOTHING = "-"
"""Chosen for rows that have no value: the whole prefecture, all services."""

_SAID_BY = {"indicator": "title", "municipality": "municipality_name"}
"""Codes that are chosen by the names beside them."""

_IGNORED = frozenset({"lang", "limit", "bom", "fields"})
_NUMBERS = frozenset({ColumnType.NUMBER, ColumnType.INTEGER})


@cache
def _words(language: str) -> Mapping[str, Any]:
    words: dict[str, Any] = yaml.safe_load((WORDS / "ja.yaml").read_text())
    return words | (yaml.safe_load((WORDS / f"{language}.yaml").read_text()) or {})


def voice_of(request: HttpRequest) -> Voice:
    """The reader's, with the words of these pages."""
    voice = voice_for(request)
    return replace(voice, words={**voice.words, **_words(voice.language)})


@for_everyone
def index(request: HttpRequest) -> HttpResponseBase:
    """Every data set with its files."""
    take_tokens(request, 1)
    voice = voice_of(request)
    ready = {(row.data_set, row.format): row for row in PublishedFile.objects.all()}
    listed = []
    for one in DATA_SETS.values():
        version = version_of(one)
        files = [_file(one, form, ready.get((one.id, form)), version) for form in Format]
        listed.append(
            {
                "id": one.id,
                "title": voice.text(one.titles),
                "description": voice.text(one.description),
                "rows": _counted(voice, count_up_to(one, Query())),
                "modified": _modified(voice, one),
                "licence": _licence(one, voice),
                "files": files,
                "label": voice.say("files", title=voice.text(one.titles)),
                "standard": voice.say("standard", number=one.standard) if one.standard else "",
            }
        )
    count = voice.say("headline", number=voice.things(len(listed)))
    return _page(request, voice, "data.html", {"listed": listed, "headline": count})


@dataclass(frozen=True)
class _Choice:
    """A field of the filter form."""

    name: str
    label: str
    kind: str
    value: str
    options: Sequence[tuple[str, str]] = ()


@for_everyone
def viewer(request: HttpRequest, name: str) -> HttpResponseBase:
    """The rows of a data set as a table."""
    take_tokens(request, 1)
    one = data_set(name)
    voice = voice_of(request)
    given = _given(one, request)
    columns = tuple(column for column in one.columns if column.brief)
    problem = ""
    try:
        with translation.override("en" if voice.language == "en" else "ja"):
            query = parse_query(one, given, most=ROWS)
            page = cells(one, query, columns)
        count = count_up_to(one, query)
    except BadQueryError as error:
        problem = error.message
        given, query = {}, Query(limit=ROWS)
        page, count = cells(one, query, columns), count_up_to(one, query)
    asked = [(key, value) for key, values in given.items() if key != "cursor" for value in values]
    filters = [(key, value) for key, value in asked if key != "sort"]
    context = {
        "data_set": one,
        "title": voice.text(one.titles),
        "description": voice.text(one.description),
        "licence": _licence(one, voice),
        "modified": _modified(voice, one),
        "problem": problem,
        "headline": _headline(voice, one, count, bool(filters)),
        "filtered": bool(filters),
        "choices": [_choice(one, column, dict(filters), voice) for column in one.columns if column.filter],
        "sorts": _sorts(columns, query, voice),
        "heads": [_head(column, query, filters, voice) for column in columns],
        "rows": [[_cell(column, text, voice) for column, text in zip(columns, row, strict=True)] for row in page.rows],
        "first": f"?{urlencode(asked)}" if query.cursor else "",
        "next": f"?{urlencode([*asked, ('cursor', page.after)])}" if page.after else "",
        "query": urlencode(asked),
        "columns": [_described(column, voice) for column in one.columns],
        "api": f"{reverse('api:records', args=[one.id])}{'?' + urlencode(asked) if asked else ''}",
    }
    return _page(request, voice, "data_set.html", context, status=400 if problem else 200)


def _page(
    request: HttpRequest, voice: Voice, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    found = {**frame(request, voice, None), "area": "data", **context}
    response = render(request, f"public/open_data/{template}", found, status=status)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = voice.reading.tag
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    remember(request, response)
    return response


def _counted(voice: Voice, count: int) -> str:
    if count > COUNTED:
        return voice.say("more_rows", count=f"{COUNTED:,}")
    return voice.say("one_row" if count == 1 else "rows", count=f"{count:,}")


def _headline(voice: Voice, one: DataSet, count: int, filtered: bool) -> str:
    if not count:
        return voice.say("found_none" if filtered else "no_rows_yet")
    counted = _counted(voice, count)
    return (
        voice.say("found_some", count=counted)
        if filtered
        else voice.say("found", title=voice.text(one.titles), count=counted)
    )


def _modified(voice: Voice, one: DataSet) -> str:
    modified = one.state().modified
    return voice.say("modified", day=voice.on(modified.astimezone(clock.JAPAN).date())) if modified else ""


def _given(one: DataSet, request: HttpRequest) -> Mapping[str, list[str]]:
    """What the form sent, without the fields that were left empty; the one for nothing is read as that."""
    found: dict[str, list[str]] = {}
    for name, values in request.GET.lists():
        for value in values:
            if value == "" or name in _IGNORED:
                continue
            if value == NOTHING and name in one.by_name:
                found.setdefault(f"{name}__empty", []).append("true")
            else:
                found.setdefault(name, []).append(value)
    return found


def _choice(one: DataSet, column: Column, given: Mapping[str, str], voice: Voice) -> _Choice:
    label = voice.text(one.by_name[_SAID_BY.get(column.name, column.name)].titles)
    options = _options(one, column, voice)
    if options:
        value = NOTHING if given.get(f"{column.name}__empty") == "true" else given.get(column.name, "")
        return _Choice(column.name, label, "select", value, options)
    if column.type is ColumnType.DATE:
        name = f"{column.name}__gte"
        return _Choice(name, voice.say("from_day", label=label), "date", given.get(name, ""))
    name = f"{column.name}__contains"
    return _Choice(name, label, "text", given.get(name, "")[:LONGEST])


def _options(one: DataSet, column: Column, voice: Voice) -> list[tuple[str, str]]:
    """What can be chosen, where that is known beforehand."""
    if column.choices:
        return [(choice, said(voice, choice)) for choice in column.choices]
    match one.id, column.name:
        case "figures", "indicator":
            return [
                (known.id, voice.text(known.titles)) for policy in current_policies() for known in policy.indicators
            ]
        case "figures", "municipality":
            return [
                (NOTHING, voice.say("whole")),
                *((row.code + check_digit(row.code), voice.place(row)) for row in municipalities()),
            ]
        case "figures", "service":
            return [
                (NOTHING, voice.say("all_services")),
                *((pack.id, voice.text(pack.titles)) for pack in current_packs()),
            ]
        case "indicators", "pillar":
            return [
                (pillar.titles["ja"], voice.text(pillar.titles))
                for policy in current_policies()
                for pillar in policy.pillars
            ]
        case "indicators", "measure_title":
            return [
                (known.titles["ja"], voice.text(known.titles))
                for policy in current_policies()
                for known in policy.measures
            ]
        case _, "地方公共団体名":
            return [(row.district + row.name, row.district + row.name) for row in municipalities()]
        case _:
            return []


def said(voice: Voice, code: str) -> str:
    """A code of ours in the reader's words; anything else as it is."""
    return str(voice.words["codes"].get(code, code))


def _sorts(columns: Sequence[Column], query: Query, voice: Voice) -> list[tuple[str, str, bool]]:
    """Ways to sort for the form: on a phone the table has no heads to press."""
    found = [("", voice.say("as_it_is"), query.sort is None)]
    for column in columns:
        label = voice.text(column.titles)
        for prefix, key in (("", "rising"), ("-", "falling")):
            now = query.sort is column and query.descending == bool(prefix)
            found.append((prefix + column.name, voice.say(key, label=label), now))
    return found


def _head(column: Column, query: Query, filters: list[tuple[str, str]], voice: Voice) -> dict[str, Any]:
    now = query.sort is column
    turned = f"{'' if not now or query.descending else '-'}{column.name}"
    return {
        "label": _short(voice.text(column.titles)),
        "number": column.type in _NUMBERS,
        "href": f"?{urlencode([*filters, ('sort', turned)])}",
        "sorted": ("descending" if query.descending else "ascending") if now else "",
    }


def _short(label: str) -> str:
    return label.removeprefix("災害種別_")


def _cell(column: Column, text: str | None, voice: Voice) -> dict[str, Any]:
    shown = text or ""
    if column.type is ColumnType.FLAG:
        shown = "○" if shown == "1" else ""
    elif column.type is ColumnType.BOOLEAN or column.choices:
        shown = said(voice, shown)
    return {
        "text": shown,
        "number": column.type in _NUMBERS,
        "label": _short(voice.text(column.titles)),
        "link": shown if column.type is ColumnType.URL and shown.startswith(("https://", "http://")) else "",
    }


def _described(column: Column, voice: Voice) -> dict[str, str]:
    return {
        "name": column.name,
        "english": column.english,
        "title": voice.text(column.titles),
        "about": voice.text(column.description),
        "kind": voice.words["kinds"][column.type],
    }


def _licence(one: DataSet, voice: Voice) -> dict[str, str]:
    licence = licence_named(one.licence())
    return {"title": voice.text(licence.titles), "url": licence.url}


def _file(one: DataSet, form: Format, ready: PublishedFile | None, version: str) -> dict[str, Any]:
    size = ready.size if ready and ready.version == version else None
    return {
        "form": {"csv": "CSV", "json": "JSON", "parquet": "Parquet"}[form],
        "href": f"/data/{one.id}.{form}",
        "size": size,
    }
