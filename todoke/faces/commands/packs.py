"""todoke packs: prove the services, print their schema, try a case, publish versions and roll them back."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
from django.conf import settings

from todoke.capabilities.forms.types import form_of
from todoke.faces.commands.versions import VersionError, add_deeds, list_versions, publish, put_back
from todoke.loops.apply.checking import asked_twice, problems_of
from todoke.loops.apply.packs import SECTIONS, read_packs
from todoke.loops.apply.trying import CASE, CaseError, try_case
from todoke.registry.catalogue.coverage import System, read_systems, unknown_rows
from todoke.registry.catalogue.loader import PackError, line_of, load_pack, read_yaml, schema
from todoke.registry.catalogue.types import Pack

EXAMPLES = """\
examples:
  todoke packs check
  todoke packs check childcare-place
  todoke packs schema > service.schema.json
  todoke packs try childcare-place --case case.yaml --json
  todoke packs publish
  todoke packs versions childcare-place
  todoke packs roll-back childcare-place 1
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``packs`` to the commands."""
    parser = subparsers.add_parser(
        "packs",
        help="prove the services' packs, try a case, publish versions, roll them back",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    check = deeds.add_parser("check", help="prove packs; every problem is a line with file and line number")
    check.add_argument("pack", nargs="*", help="ids of packs; none: all of them")
    printed = deeds.add_parser("schema", help="print the JSON Schema of service.yaml, for editors")
    attempt = deeds.add_parser("try", help="run one case through a pack without storing it")
    attempt.add_argument("pack", help="id of the pack")
    attempt.add_argument(
        "--case", required=True, type=Path, metavar="FILE", help="YAML or JSON: facts, answers, uploads"
    )
    attempt.add_argument("--json", action="store_true", help="print one line of JSON")
    for alone in (check, printed, attempt):
        alone.set_defaults(needs_database=False)
    add_deeds(deeds)


def run(args: argparse.Namespace) -> int:
    """0 when all is well, 1 when something is wrong with a pack, 2 for a case or a version that is not there."""
    try:
        match args.deed:
            case "schema":
                print(json.dumps(schema(SECTIONS), ensure_ascii=False, indent=2))
            case "check":
                return _check(args.pack)
            case "try":
                _try(args.pack, args.case, as_json=args.json)
            case "publish":
                return _publish(args.pack)
            case "versions":
                list_versions(args.pack)
            case "roll-back":
                put_back(args.pack, args.number)
    except (PackError, CaseError, VersionError) as error:
        print(error, file=sys.stderr)
        return 1 if args.deed in {"check", "publish"} else 2
    return 0


def _folder_of(pack_id: str) -> Path:
    folder: Path = settings.PACKS / pack_id
    if not (folder / "service.yaml").is_file():
        known = ", ".join(sorted(path.parent.name for path in settings.PACKS.glob("*/service.yaml")))
        raise PackError([f"no pack {pack_id}; there are {known or 'none'}"])
    return folder


def _check(wanted: list[str]) -> int:
    for pack_id in wanted:
        _folder_of(pack_id)
    systems = read_systems(settings.PACKS)
    packs = read_packs(settings.PACKS)
    problems = asked_twice(packs)
    for pack in packs.values():
        if wanted and pack.id not in wanted:
            continue
        wrong, passed = _problems(pack, systems)
        problems += wrong
        print(f"{pack.id}: {_summary(pack)}, {passed} examples come out, {len(wrong)} problems")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not packs:
        print(f"no packs in {settings.PACKS}", file=sys.stderr)
    return 1 if problems or not packs else 0


def _problems(pack: Pack, systems: list[System]) -> tuple[list[str], int]:
    """What is wrong with a pack, and how many of its examples come out."""
    wrong, passed = problems_of(pack, settings.PACKS / pack.id)
    return wrong + unknown_rows(pack, settings.PACKS / pack.id, systems), passed


def _summary(pack: Pack) -> str:
    form = form_of(pack.form)
    questions = sum(1 + len(question.questions) for question in form.questions())
    return (
        f"{len(form.pages)} pages, {questions} questions, {len(pack.workflow.checks)} checks,"
        f" {len(pack.workflow.outcomes)} outcomes"
    )


def _publish(wanted: list[str]) -> int:
    """All of them, or none while one of them has a problem."""
    systems = read_systems(settings.PACKS)
    packs = {i: load_pack(_folder_of(i), SECTIONS) for i in wanted} if wanted else read_packs(settings.PACKS)
    problems = asked_twice(packs)
    for pack in packs.values():
        problems += _problems(pack, systems)[0]
    if problems or not packs:
        for problem in [*problems, "nothing was published"]:
            print(problem, file=sys.stderr)
        return 1
    publish(list(packs.values()))
    return 0


def _try(pack_id: str, file: Path, *, as_json: bool) -> None:
    pack = load_pack(_folder_of(pack_id), SECTIONS)
    case, lines = read_yaml(file)
    wrong = jsonschema_rs.validator_for({"type": "object", "properties": CASE}).iter_errors(case)
    if problems := [f"{file.name}:{line_of(lines, tuple(e.instance_path))}: {e.message}" for e in wrong]:
        raise PackError(problems)
    tried = try_case(pack, case).as_json()
    if as_json:
        print(json.dumps(tried, ensure_ascii=False))
    else:
        for name, value in tried.items():
            print(f"{name}: {_in_words(value)}")


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "no rule" if value is None else str(value)
