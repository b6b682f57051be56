"""The catalogue: DCAT-AP by SHACL, and as CKAN's harvester reads it; what describes the data, held against the data."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from pyshacl import validate
from rdflib import Graph
from rdflib.compare import isomorphic

from tests.improve.test_open_data import plenty, released
from todoke.loops.improve.models import PublishedFile
from todoke.loops.improve.open_data.catalogue import as_json_ld, as_turtle
from todoke.loops.improve.open_data.describing import openapi
from todoke.loops.improve.open_data.publishing import make_all_ready
from todoke.loops.improve.open_data.registry import DATA_SETS
from todoke.loops.improve.types import Policy

__all__ = ["plenty", "released"]

HERE = Path(__file__).parent


def test_it_is_dcat_ap(released: Policy) -> None:
    make_all_ready()
    shapes = Graph().parse(HERE / "dcat-ap-shapes.ttl")
    for form, text in (("turtle", as_turtle()), ("json-ld", as_json_ld())):
        conforms, _graph, said = validate(Graph().parse(data=text, format=form), shacl_graph=shapes)
        assert conforms, said
    assert isomorphic(Graph().parse(data=as_turtle()), Graph().parse(data=as_json_ld(), format="json-ld"))


def test_the_shapes_refuse_what_is_missing(released: Policy) -> None:
    shapes = Graph().parse(HERE / "dcat-ap-shapes.ttl")
    for gone in ("dct:title", "dcat:accessURL", "foaf:name", "dct:license"):
        broken = Graph().parse(data=as_turtle())
        broken.update(f"DELETE WHERE {{ ?a {gone} ?b }}")
        assert not validate(broken, shacl_graph=shapes)[0], gone


@pytest.mark.parametrize(("form", "path"), [("turtle", "/data/catalog.ttl"), ("json-ld", "/data/catalog.jsonld")])
def test_ckan_harvests_it(released: Policy, client: Client, form: str, path: str) -> None:
    make_all_ready()
    given = client.get(path)
    assert client.get(path, headers={"If-None-Match": given["ETag"]}).status_code == 304
    read = subprocess.run(
        [sys.executable, str(HERE / "harvester.py"), form],
        input=given.content.decode(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    rows = json.loads(read.stdout)
    found = {_extras(row)["uri"].rstrip("/").rpartition("/")[2]: row for row in rows}
    assert found.keys() == DATA_SETS.keys()
    figures = found["figures"]
    extras = _extras(figures)
    assert figures["title"] == "指標の数値"
    assert extras["frequency"].endswith("/QUARTERLY")
    assert (extras["temporal_start"], extras["temporal_end"]) == ("2026-03-31", "2026-09-30")
    assert extras["publisher_name"] == "宮城県"
    assert figures["license_id"] == "cc-by-4.0"
    resources = {row["format"].upper(): row for row in figures["resources"]}
    assert {"CSV", "JSON"} <= {name.rpartition("/")[2] for name in resources}
    ready = PublishedFile.objects.get(data_set="figures", format="csv")
    (csv_file,) = [row for row in figures["resources"] if row["download_url"].endswith("/data/figures.csv")]
    assert (csv_file["hash"], int(csv_file["size"])) == (ready.sha256, ready.size)


def _extras(row: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in row["extras"]}


def test_sizes_are_said_only_of_files_that_are_ready(released: Policy) -> None:
    assert "byteSize" not in as_turtle()
    make_all_ready()
    assert as_turtle().count("byteSize") == 3 * len(DATA_SETS)


def test_the_schema_has_the_columns_of_the_file(released: Policy, client: Client) -> None:
    for one in DATA_SETS.values():
        said: dict[str, Any] = client.get(f"/data/{one.id}.schema.json").json()
        columns = said["tableSchema"]["columns"]
        head = b"".join(client.get(f"/data/{one.id}.csv").streaming_content)  # type: ignore[attr-defined]
        assert ",".join(column["titles"][0] for column in columns) == head.decode("utf-8-sig").split("\n")[0]
        assert len({column["name"] for column in columns}) == len(columns)


def test_records_are_as_the_api_says(released: Policy, client: Client) -> None:
    said = client.get("/api/data/openapi.json").json()
    assert said == json.loads(json.dumps(openapi()))
    for one in DATA_SETS.values():
        for row in client.get(f"/api/data/{one.id}/records?limit=20").json()["records"]:
            jsonschema_rs.validate(said["components"]["schemas"][one.id], row)
    assert {row["id"] for row in client.get("/api/data/").json()["data_sets"]} == DATA_SETS.keys()
