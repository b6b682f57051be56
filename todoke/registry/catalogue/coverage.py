"""The systems that the prefecture's plan asks for, row by row, and the packs that serve them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from todoke.registry.catalogue.loader import PackError, line_of, read_yaml
from todoke.registry.catalogue.section import TEXTS
from todoke.registry.catalogue.types import Pack, Texts

SYSTEMS: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["row", "title", "blocks"],
        "properties": {
            "row": {"type": "string", "pattern": r"^[A-Z][0-9]+(\.[0-9]+)?$"},
            "title": TEXTS,
            "blocks": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"enum": list("FBDEMQPWXTGLAIKY")},
            },
        },
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class System:
    """A row of the plan; ``blocks`` are the letters of the building blocks that it takes."""

    row: str
    title: Texts
    blocks: tuple[str, ...]


def read_systems(folder: Path) -> list[System]:
    """The rows of ``systems.yaml`` in the folder of the packs, in its order. Raises PackError."""
    path = folder / "systems.yaml"
    content, lines = read_yaml(path)
    wrong = [
        (tuple(error.instance_path), error.message)
        for error in jsonschema_rs.validator_for(SYSTEMS).iter_errors(content)
    ]
    if not wrong:
        rows = [given["row"] for given in content]
        wrong = [((i, "row"), f"row {row} stands twice") for i, row in enumerate(rows) if row in rows[:i]]
    if wrong:
        name = f"{folder.name}/{path.name}"
        raise PackError([f"{name}:{line_of(lines, place)}: {message}" for place, message in wrong])
    return [System(given["row"], given["title"], tuple(given["blocks"])) for given in content]


def packs_of(system: System, packs: Iterable[Pack]) -> list[str]:
    """The ids of the packs that serve a row, sorted."""
    return sorted(pack.id for pack in packs if system.row in pack.row)


def unknown_rows(pack: Pack, folder: Path, systems: Collection[System]) -> list[str]:
    """A problem, with its line in the pack's folder, for each row of a pack that the plan does not have."""
    known = {system.row for system in systems}
    unknown = [(i, row) for i, row in enumerate(pack.row) if row not in known]
    if not unknown:
        return []
    _content, lines = read_yaml(folder / "service.yaml")
    return [
        f"{pack.id}/service.yaml:{line_of(lines, ('row', i))}: row {row} is not in systems.yaml" for i, row in unknown
    ]
