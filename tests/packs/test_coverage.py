"""todoke coverage lists every row of the plan, and a pack names only rows that the plan has."""

import argparse
import json
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings as installed
from pytest_django.fixtures import Settings

from tests.packs.conftest import Break
from todoke.faces.commands import coverage
from todoke.faces.commands import packs as packs_command
from todoke.loops.improve.policies import load_policies
from todoke.loops.reach.plans import Plan, load_plans
from todoke.registry.catalogue.coverage import System, packs_of, read_systems
from todoke.registry.catalogue.loader import PackError
from todoke.registry.catalogue.types import Pack


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    coverage.register(subparsers)
    packs_command.register(subparsers)
    args = parser.parse_args(words)
    return int(args.run(args))


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    return load_plans(installed.PLANS)


@pytest.fixture(scope="module")
def systems() -> list[System]:
    return read_systems(installed.PACKS)


def test_rows_are_unique_and_have_both_titles(systems: list[System]) -> None:
    rows = [system.row for system in systems]
    assert len(rows) == len(set(rows))
    assert all(system.title["ja"] and system.title["en"] and system.blocks for system in systems)
    for language in ("ja", "en"):
        assert len({system.title[language] for system in systems}) == len(rows)


def test_the_rows_are_those_of_the_plan(systems: list[System]) -> None:
    path = Path(installed.BASE_DIR).parent / "shared" / "SYSTEMS.md"
    if not path.is_file():
        pytest.skip("the list of systems is not beside this checkout")
    rows = re.findall(r"^\| ([A-Z][0-9.]+) \|.*\| ([A-Z ]+) \|$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(system.row, " ".join(system.blocks)) for system in systems] == rows


def test_the_table_has_every_row(
    systems: list[System], packs: dict[str, Pack], plans: dict[str, Plan], capsys: pytest.CaptureFixture[str]
) -> None:
    policies = load_policies(installed.POLICIES)
    assert run("coverage") == 0
    head, *lines, last = capsys.readouterr().out.splitlines()
    assert head.split() == ["row", "title", "packs,", "plans", "and", "policies"]
    assert [line.split()[0] for line in lines] == [system.row for system in systems]
    for system, line in zip(systems, lines, strict=True):
        assert system.title["en"] in line
        named = sorted(f"plans/{plan.id}" for plan in plans.values() if system.row in plan.row)
        named += sorted(f"policies/{one.id}" for one in policies.values() if system.row in one.row)
        assert line.endswith(", ".join([*packs_of(system, packs.values()), *named]))
    served = {row for one in [*packs.values(), *plans.values(), *policies.values()] for row in one.row}
    assert served <= {system.row for system in systems}
    assert last == f"{len(served)} of {len(systems)} rows have a pack, a plan or a policy"


def test_json_is_a_line_a_row(
    systems: list[System], packs: dict[str, Pack], plans: dict[str, Plan], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("coverage", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["row"], line["title"]) for line in lines] == [(s.row, s.title["en"]) for s in systems]
    said = {(line["row"], pack_id) for line in lines for pack_id in line["packs"]}
    assert said == {(row, pack.id) for pack in packs.values() for row in pack.row}
    said = {(line["row"], plan_id) for line in lines for plan_id in line["plans"]}
    assert said == {(row, plan.id) for plan in plans.values() for row in plan.row}
    assert {line["row"] for line in lines if line["policies"]} >= {"E1", "E2", "E3", "G7.2"}


def test_a_plan_that_names_no_row_of_ours(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "plans"
    shutil.copytree(installed.PLANS, folder)
    path = folder / "snow" / "plan.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[L6.2]", "[L6.9]"), encoding="utf-8")
    settings.PLANS = folder
    assert run("coverage") == 1
    assert capsys.readouterr().err == "snow/plan.yaml: row L6.9 is not in systems.yaml\n"


def test_a_row_that_the_plan_does_not_have(
    broken: Break, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.PACKS = broken("childcare-place/service.yaml", "row: [V1, G3.1]", "row: [V1, G3.9]")
    assert run("packs", "check", "childcare-place") == 1
    said = capsys.readouterr()
    assert said.err == "childcare-place/service.yaml:2: row G3.9 is not in systems.yaml\n"
    assert "1 problems" in said.out


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("row: V2,", "row: V1,", "row V1 stands twice"),
        ("row: V2,", "row: second,", "second"),
        ("row: V2, ", "", '"row" is a required property'),
        ("blocks: [F, B, E, M]", "blocks: [F, Z]", "Z"),
        ("blocks: [F, B, E, M]", "blocks: []", "[]"),
        (", en: One app for families", "", '"en" is a required property'),
    ],
)
def test_what_is_wrong_with_the_rows_is_said_with_its_line(
    old: str, new: str, problem: str, broken: Break, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.PACKS = broken("systems.yaml", old, new)
    with pytest.raises(PackError) as refused:
        read_systems(settings.PACKS)
    assert len(refused.value.problems) == 1
    assert problem in refused.value.problems[0]
    line = int(refused.value.problems[0].removeprefix("packs/systems.yaml:").split(":")[0])
    assert "V3" in (settings.PACKS / "systems.yaml").read_text(encoding="utf-8").splitlines()[line]
    for words in (("coverage",), ("packs", "check")):
        assert run(*words) == 1
        assert problem in capsys.readouterr().err
