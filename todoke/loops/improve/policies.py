"""Reading a policy from its folder, with the place of everything that is wrong."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs

from todoke.kernel.rules import INT, Rule, RuleError, Shape, compile_rule
from todoke.kernel.rules.check import BOOL
from todoke.loops.improve.computing import rule_over
from todoke.loops.improve.types import (
    Computation,
    Department,
    Direction,
    EvaluationClass,
    Field,
    Indicator,
    Kind,
    Measure,
    Origin,
    Pillar,
    Policy,
    Priority,
    Source,
    Target,
)
from todoke.registry.catalogue.loader import Lines, PackError, line_of, read_yaml
from todoke.registry.catalogue.section import IDENTIFIER, RULE

FILES = ("policy.yaml", "indicators.yaml", "evaluation.yaml")

TEXTS: dict[str, Any] = {
    "type": "object",
    "required": ["ja", "easy", "en"],
    "properties": {language: {"type": "string", "minLength": 1} for language in ("ja", "easy", "en")},
    "additionalProperties": False,
}
_DAY = {"type": "string", "format": "date"}
_NUMBER = {"type": ["integer", "string"], "pattern": r"^-?\d+(\.\d+)?$"}
_IDS = {"type": "array", "items": IDENTIFIER, "uniqueItems": True}


def _record(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": of}


_TARGET = _record({"on": _DAY, "value": _NUMBER})
_USES = _record({"event": {"enum": list(Kind)}}, {"where": RULE, "of": RULE})
_COMPUTED = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "properties": dict.fromkeys(("count", "share", "mean"), _USES),
    "additionalProperties": False,
}
SCHEMAS: Mapping[str, dict[str, Any]] = {
    "policy.yaml": _record(
        {
            "id": IDENTIFIER,
            "row": {"type": "array", "items": {"type": "string"}},
            "titles": TEXTS,
            "summary": TEXTS,
            "period": _record({"from": _DAY, "to": _DAY}),
            "owner": IDENTIFIER,
            "licence": {"type": "string"},
            "pillars": _list(_record({"id": IDENTIFIER, "titles": TEXTS, "lead": TEXTS})),
            "fields": _list(_record({"id": IDENTIFIER, "pillar": IDENTIFIER, "titles": TEXTS, "aim": TEXTS})),
            "priorities": _list(_record({"id": IDENTIFIER, "titles": TEXTS, "summary": TEXTS})),
            "measures": _list(
                _record(
                    {
                        "id": IDENTIFIER,
                        "field": IDENTIFIER,
                        "titles": TEXTS,
                        "summary": TEXTS,
                        "rows": {"type": "array", "items": {"type": "string"}},
                        "owner": IDENTIFIER,
                        "priorities": _IDS,
                    }
                )
            ),
            "departments": _list(_record({"function": IDENTIFIER, "name": TEXTS})),
        }
    ),
    "indicators.yaml": _record(
        {
            "indicators": _list(
                _record(
                    {
                        "id": IDENTIFIER,
                        "measure": IDENTIFIER,
                        "titles": TEXTS,
                        "definition": TEXTS,
                        "unit": TEXTS,
                        "decimals": {"enum": [0, 1, 2]},
                        "direction": {"enum": list(Direction)},
                        "about": {"enum": ["people", "things"]},
                        "headline": {"type": "boolean"},
                        "municipal": {"type": "boolean"},
                        "baseline": _TARGET,
                        "targets": _list(_TARGET),
                        "owner": IDENTIFIER,
                        "source": _record({"kind": {"enum": list(Origin)}}, {"computed": _COMPUTED}),
                    }
                )
            )
        }
    ),
    "evaluation.yaml": _record(
        {
            "classes": _list(
                _record({"id": IDENTIFIER, "mark": {"type": "string"}, "titles": TEXTS, "when": RULE, "reason": TEXTS})
            )
        }
    ),
}

MEASURED: Mapping[str, Shape] = {
    "measure.indicators": INT,
    "measure.on_track": INT,
    "measure.ahead": INT,
    "measure.late": INT,
    "measure.worst": INT,
    "measure.reported": BOOL,
}
"""What a rule of the evaluation may ask of a measure."""


def class_rule(text: str) -> Rule:
    """Raises RuleError."""
    return compile_rule(text, MEASURED)


def load_policies(folder: Path) -> dict[str, Policy]:
    """Every policy of ``folder`` by id. Raises PackError with all problems of all policies."""
    problems: list[str] = []
    found: dict[str, Policy] = {}
    for path in sorted(folder.glob("*/policy.yaml")):
        try:
            policy = load_policy(path.parent)
        except PackError as error:
            problems += error.problems
        else:
            found[policy.id] = policy
    if problems:
        raise PackError(problems)
    return found


def load_policy(folder: Path) -> Policy:
    """Raises PackError with every problem, each with its file and line."""
    problems: list[str] = []
    content: dict[str, Any] = {}
    lines: dict[str, Lines] = {}
    for name in FILES:
        try:
            read, lines[name] = read_yaml(folder / name)
        except PackError as error:
            problems += error.problems
            continue
        problems += [
            f"{folder.name}/{name}:{line_of(lines[name], tuple(error.instance_path))}: "
            f"{'.'.join(map(str, error.instance_path)) or 'file'}: {error.message}"
            for error in jsonschema_rs.validator_for(SCHEMAS[name]).iter_errors(read)
        ]
        content |= read if isinstance(read, dict) else {}
    if not problems and content["id"] != folder.name:
        problems.append(f"{folder.name}/policy.yaml:1: id must be the folder's name, {folder.name}")
    if not problems:
        problems = [f"{folder.name}/{problem}" for problem in _contradictions(content, lines)]
    if problems:
        raise PackError(problems)
    return policy_from(content)


def _contradictions(content: Mapping[str, Any], lines: Mapping[str, Lines]) -> Iterable[str]:
    """What the schema cannot see: ids that name nothing or two things, days out of order, rules that do not hold."""

    def wrong(file: str, place: tuple[str | int, ...], said: str) -> str:
        return f"{file}:{line_of(lines[file], place)}: {'.'.join(map(str, place))}: {said}"

    known = {
        name: {row["function" if name == "departments" else "id"] for row in content[name]}
        for name in ("pillars", "fields", "priorities", "measures", "departments", "indicators", "classes")
    }
    for name, ids in known.items():
        if len(ids) != len(content[name]):
            file = {"indicators": "indicators.yaml", "classes": "evaluation.yaml"}.get(name, "policy.yaml")
            yield wrong(file, (name,), "an id stands twice")
    for name, key, among in (("fields", "pillar", "pillars"), ("measures", "field", "fields")):
        for number, row in enumerate(content[name]):
            if row[key] not in known[among]:
                yield wrong("policy.yaml", (name, number, key), f"there is no {row[key]}")
    for number, row in enumerate(content["measures"]):
        if row["owner"] not in known["departments"]:
            yield wrong("policy.yaml", ("measures", number, "owner"), f"there is no department {row['owner']}")
        for priority in set(row["priorities"]) - known["priorities"]:
            yield wrong("policy.yaml", ("measures", number, "priorities"), f"there is no {priority}")
    for number, row in enumerate(content["indicators"]):
        place = ("indicators", number)
        if row["measure"] not in known["measures"]:
            yield wrong("indicators.yaml", (*place, "measure"), f"there is no {row['measure']}")
        if row["owner"] not in known["departments"]:
            yield wrong("indicators.yaml", (*place, "owner"), f"there is no department {row['owner']}")
        days = [row["baseline"]["on"], *(target["on"] for target in row["targets"])]
        if days != sorted(set(days)):
            yield wrong("indicators.yaml", (*place, "targets"), "days must follow one another")
        yield from (wrong("indicators.yaml", (*place, "source"), said) for said in _wrong_source(row["source"]))
    for number, row in enumerate(content["classes"]):
        try:
            class_rule(row["when"])
        except RuleError as error:
            yield wrong("evaluation.yaml", ("classes", number, "when"), str(error))
    if content["classes"][-1]["when"] != "true":
        yield wrong("evaluation.yaml", ("classes",), 'the last class must take what is left: when: "true"')


def _wrong_source(source: Mapping[str, Any]) -> Iterable[str]:
    if (source["kind"] == Origin.PLATFORM) != ("computed" in source):
        yield "computed belongs to kind: platform, and to no other"
    for uses in source.get("computed", {}).values():
        for name in ("where", "of"):
            try:
                rule_over(Kind(uses["event"]), uses.get(name, "true"))
            except RuleError as error:
                yield f"{name}: {error}"


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of a policy's content: another content is another version."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def policy_from(content: Mapping[str, Any]) -> Policy:
    """The policy of a content that passed the schema."""
    return Policy(
        id=content["id"],
        row=tuple(content["row"]),
        titles=content["titles"],
        summary=content["summary"],
        begins=date.fromisoformat(content["period"]["from"]),
        ends=date.fromisoformat(content["period"]["to"]),
        owner=content["owner"],
        licence=content["licence"],
        pillars=tuple(Pillar(**row) for row in content["pillars"]),
        fields=tuple(Field(**row) for row in content["fields"]),
        priorities=tuple(Priority(**row) for row in content["priorities"]),
        measures=tuple(
            Measure(**{**row, "rows": tuple(row["rows"]), "priorities": tuple(row["priorities"])})
            for row in content["measures"]
        ),
        departments=tuple(Department(**row) for row in content["departments"]),
        indicators=tuple(_indicator(row) for row in content["indicators"]),
        classes=tuple(EvaluationClass(**row) for row in content["classes"]),
        content=content,
    )


def _indicator(row: Mapping[str, Any]) -> Indicator:
    return Indicator(
        id=row["id"],
        measure=row["measure"],
        titles=row["titles"],
        definition=row["definition"],
        unit=row["unit"],
        decimals=row["decimals"],
        direction=Direction(row["direction"]),
        people=row["about"] == "people",
        headline=row["headline"],
        municipal=row["municipal"],
        baseline=_target(row["baseline"]),
        targets=tuple(_target(target) for target in row["targets"]),
        owner=row["owner"],
        source=_source(row["source"]),
    )


def _target(row: Mapping[str, Any]) -> Target:
    return Target(date.fromisoformat(row["on"]), Decimal(str(row["value"])))


def _source(row: Mapping[str, Any]) -> Source:
    computation = None
    for form, uses in row.get("computed", {}).items():
        computation = Computation(form, Kind(uses["event"]), uses.get("where", "true"), uses.get("of", "true"))
    return Source(Origin(row["kind"]), computation)
