"""What a data set is, for programs: the columns of its CSV as CSV on the Web, and the API as OpenAPI 3.1."""

from typing import Any

from django.conf import settings

from todoke.loops.improve.open_data.catalogue import address
from todoke.loops.improve.open_data.licences import licence_named
from todoke.loops.improve.open_data.querying import MOST, USUAL, WAYS
from todoke.loops.improve.open_data.registry import DATA_SETS
from todoke.loops.improve.open_data.types import Column, ColumnType, DataSet
from todoke.registry.places.prefectures import prefecture

_CSVW: dict[ColumnType, Any] = {
    ColumnType.URL: "anyURI",
    ColumnType.INTEGER: "integer",
    ColumnType.NUMBER: "number",
    ColumnType.BOOLEAN: {"base": "boolean", "format": "true|false"},
    ColumnType.FLAG: {"base": "string", "format": "1"},
    ColumnType.DATE: {"base": "date", "format": "yyyy-MM-dd"},
    ColumnType.MOMENT: "dateTimeStamp",
}
_JSON: dict[ColumnType, dict[str, Any]] = {
    ColumnType.URL: {"type": "string", "format": "uri"},
    ColumnType.INTEGER: {"type": "integer"},
    ColumnType.NUMBER: {"type": "number"},
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.DATE: {"type": "string", "format": "date"},
    ColumnType.MOMENT: {"type": "string", "format": "date-time"},
}


def schema(data_set: DataSet) -> dict[str, Any]:
    """Metadata of the CSV file (W3C, Metadata Vocabulary for Tabular Data)."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}],
        "url": address(f"{data_set.id}.csv"),
        "dc:title": [{"@value": data_set.titles[language], "@language": language} for language in ("ja", "en")],
        "dc:description": data_set.description["ja"],
        "dc:license": {"@id": licence_named(data_set.licence()).url},
        "dc:publisher": prefecture(settings.PREFECTURE).name,
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tableSchema": {
            "columns": [_column(one) for one in data_set.columns],
            **({"primaryKey": list(data_set.primary_key)} if data_set.primary_key else {}),
        },
    }


def _column(one: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": one.english,
        "titles": [one.name],
        "datatype": _CSVW.get(one.type, "string"),
        "required": one.required,
        "dc:title": [{"@value": one.titles[language], "@language": language} for language in ("ja", "en")],
    }
    if one.description["ja"]:
        found["dc:description"] = one.description["ja"]
    if one.choices:
        found["datatype"] = {"base": "string", "format": "|".join(one.choices)}
    return found


def openapi() -> dict[str, Any]:
    """The API for records of every data set."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{prefecture(settings.PREFECTURE).name} open data",
            "version": "1",
            "description": (
                "Rows of the data sets of /data/. No key is needed. Each address has "
                f"{settings.OPEN_DATA_BURST:g} requests at once and {settings.OPEN_DATA_RATE:g} a second over time; "
                "beyond that the answer is 429 with Retry-After. Whole data sets are better taken as files."
            ),
        },
        "servers": [{"url": settings.BASE_URL}],
        "paths": {f"/api/data/{one.id}/records": _path(one) for one in DATA_SETS.values()},
        "components": {
            "schemas": {
                **{one.id: _record(one) for one in DATA_SETS.values()},
                "Problem": {
                    "type": "object",
                    "description": "RFC 9457",
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "code": {"type": "string"},
                        "detail": {"type": "string"},
                    },
                },
            }
        },
    }


def _path(one: DataSet) -> dict[str, Any]:
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {
        "get": {
            "operationId": f"records-{one.id}",
            "summary": one.titles["en"],
            "description": one.description["en"],
            "parameters": [
                *(_parameter(column.english, {"type": "string"}, _filtering(column)) for column in one.columns),
                _parameter("sort", {"type": "string"}, "A column; with - before it the other way round"),
                _parameter("fields", {"type": "string"}, "Columns that are wanted, separated by commas"),
                _parameter(
                    "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "Rows a page"
                ),
                _parameter("cursor", {"type": "string"}, "Where the page begins: from `next` of the one before"),
            ],
            "responses": {
                "200": {
                    "description": "A page",
                    "headers": {"Link": {"schema": {"type": "string"}}, "ETag": {"schema": {"type": "string"}}},
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "data_set": {"const": one.id},
                                    "version": {"type": "string"},
                                    "licence": {"type": "string", "format": "uri"},
                                    "records": {"type": "array", "items": {"$ref": f"#/components/schemas/{one.id}"}},
                                    "next": {"type": ["string", "null"], "format": "uri"},
                                },
                            }
                        }
                    },
                },
                "304": {"description": "As the If-None-Match says"},
                "400": {"description": "A parameter that cannot be read", **problem},
                "429": {
                    "description": "Too many requests",
                    "headers": {"Retry-After": {"schema": {"type": "integer"}}},
                    **problem,
                },
                "503": {"description": "It would take too long", **problem},
            },
        }
    }


def _parameter(name: str, shape: dict[str, Any], about: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": shape, "description": about}


def _filtering(column: Column) -> str:
    return (
        f"{column.titles['en']}: this value; with {', '.join('__' + way for way in WAYS)} after its name, compared so"
    )


def _record(one: DataSet) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for column in one.columns:
        shape = dict(_JSON.get(column.type, {"type": "string"}))
        if column.choices and column.required:
            shape["enum"] = list(column.choices)
        if not column.required:
            shape["type"] = [shape["type"], "null"]
        properties[column.name] = {**shape, "title": column.titles["en"]}
    return {"type": "object", "title": one.titles["en"], "properties": properties}
