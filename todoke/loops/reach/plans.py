"""Plans agreed beforehand: which warning sends what to whom. A folder each, with a file of texts per language."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from django.conf import settings

from todoke.exchange.messages.types import LANGUAGES
from todoke.loops.reach.telegrams.types import Severity
from todoke.registry.catalogue.loader import PackError, line_of, read_yaml
from todoke.registry.places.types import Hazard

_NAMED = {"enum": [severity.name.lower() for severity in Severity]}
_WORD = {"type": "string", "pattern": "^[a-z][a-z_-]*$"}
PLAN: dict[str, Any] = {
    "type": "object",
    "required": ["id", "row", "title", "hazard", "kinds", "steps"],
    "additionalProperties": False,
    "properties": {
        "id": _WORD,
        "row": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "title": {"type": "object", "required": ["ja", "en"]},
        "hazard": {"enum": [*Hazard, "any"]},
        "kinds": {"type": "array", "items": _WORD, "minItems": 1},
        "agreed": {"type": "boolean"},
        "priority": {"enum": ["emergency", "urgent", "normal"]},
        "places": {"type": "array", "items": {"enum": ["home", "work", "school", "other", "now"]}},
        "helpers": {"type": "boolean"},
        "without_zones": {"enum": ["everyone", "nobody"]},
        "steps": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "severity"],
                "additionalProperties": False,
                "properties": {
                    "id": _WORD,
                    "severity": _NAMED,
                    "zones": {"type": "array", "items": _WORD},
                    "updates": {"type": "boolean"},
                    "shelter": {"type": "boolean"},
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Step:
    """What a plan does at a severity, or at a kind of order, which is then the step's ``id``."""

    id: str
    severity: Severity
    zones: tuple[str, ...] = ()
    """Kinds of zones in which people are told; none: everybody in the areas."""

    updates: bool = False
    """Whether a higher wave at the same severity is told too."""

    shelter: bool = True
    """Whether people are sent to one; not where the way there is more dangerous than to stay."""


@dataclass(frozen=True)
class Plan:
    """A plan with its texts by language; ``digest`` changes with any of its words."""

    id: str
    row: tuple[str, ...]
    """Of the systems of the prefecture's plan, those that it serves."""

    title: dict[str, str]
    hazard: str
    kinds: tuple[str, ...]
    steps: tuple[Step, ...]
    agreed: bool
    priority: str
    places: tuple[str, ...]
    helpers: bool
    without_zones: str
    texts: dict[str, dict[str, Any]]
    digest: str

    def step_at(self, severity: Severity) -> Step | None:
        """The step of the highest severity that is reached; None below all of them."""
        reached = [step for step in self.steps if step.severity <= severity]
        return max(reached, key=lambda step: step.severity, default=None)

    def step(self, step_id: str) -> Step:
        """Raises KeyError."""
        found = {step.id: step for step in self.steps}
        return found[step_id]


@cache
def plans() -> dict[str, Plan]:
    """Every plan of TODOKE_PLANS by id. Raises PackError with all problems of all plans."""
    return load_plans(settings.PLANS)


@cache
def common() -> dict[str, dict[str, Any]]:
    """By language, what all plans say in the same words."""
    return _texts(settings.PLANS / "common", [])


def plans_for(kind: str) -> list[Plan]:
    """Those that a warning of this kind begins."""
    return [plan for plan in plans().values() if kind in plan.kinds]


def load_plans(folder: Path) -> dict[str, Plan]:
    """Raises PackError with every problem, each with its file and line."""
    problems: list[str] = []
    found: dict[str, Plan] = {}
    for path in sorted(folder.glob("*/plan.yaml")):
        try:
            plan = _load(path, problems)
        except PackError as error:
            problems += error.problems
        else:
            found[plan.id] = plan
    _texts(folder / "common", problems)
    if problems:
        raise PackError(problems)
    return found


def _load(path: Path, problems: list[str]) -> Plan:
    content, lines = read_yaml(path)
    wrong = [
        f"{path.parent.name}/plan.yaml:{line_of(lines, tuple(error.instance_path))}: {error.message}"
        for error in jsonschema_rs.validator_for(PLAN).iter_errors(content)
    ]
    if wrong:
        raise PackError(wrong)
    if content["id"] != path.parent.name:
        problems.append(f"{path.parent.name}/plan.yaml:1: id must be the folder's name")
    texts = _texts(path.parent, problems)
    for language, words in texts.items():
        missing = {step["id"] for step in content["steps"]} - set(words.get("steps", {}))
        problems.extend(f"{path.parent.name}/{language}.yaml:1: no text for step {step}" for step in sorted(missing))
    said = {key: value for key, value in content.items() if key != "row"}
    steps = tuple(
        Step(
            step["id"],
            Severity[step["severity"].upper()],
            tuple(step.get("zones", ())),
            step.get("updates", False),
            step.get("shelter", True),
        )
        for step in content["steps"]
    )
    return Plan(
        id=content["id"],
        row=tuple(content["row"]),
        title=content["title"],
        hazard=content["hazard"],
        kinds=tuple(content["kinds"]),
        steps=steps,
        agreed=content.get("agreed", False),
        priority=content.get("priority", "urgent"),
        places=tuple(content.get("places", ("home",))),
        helpers=content.get("helpers", False),
        without_zones=content.get("without_zones", "everyone"),
        texts=texts,
        digest=hashlib.sha256(json.dumps([said, texts], sort_keys=True).encode()).hexdigest(),
    )


def _texts(folder: Path, problems: list[str]) -> dict[str, dict[str, Any]]:
    found = {}
    for language in LANGUAGES:
        path = folder / f"{language}.yaml"
        try:
            found[language] = read_yaml(path)[0]
        except PackError as error:
            problems += error.problems
    return found
