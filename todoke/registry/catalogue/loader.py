"""Reading packs from their folder, with the place of everything that is wrong."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from todoke.registry.catalogue.section import MESSAGES, REQUIRED, SERVICE
from todoke.registry.catalogue.types import Pack


class PackError(Exception):
    """Packs that cannot be used; one line a problem, each with its file and line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


Lines = dict[tuple[str | int, ...], int]


def schema(sections: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of service.yaml, put together from the capabilities' sections."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A pack of Todoke: service.yaml",
        "type": "object",
        "required": REQUIRED,
        "properties": {**SERVICE, **sections},
        "additionalProperties": False,
    }


def load_packs(folder: Path, sections: Mapping[str, Any]) -> dict[str, Pack]:
    """Every pack of ``folder`` by id. Raises PackError with all problems of all packs."""
    problems: list[str] = []
    packs: dict[str, Pack] = {}
    for path in sorted(folder.glob("*/service.yaml")):
        try:
            pack = load_pack(path.parent, sections)
        except PackError as error:
            problems += error.problems
        else:
            packs[pack.id] = pack
    if problems:
        raise PackError(problems)
    return packs


def load_pack(folder: Path, sections: Mapping[str, Any]) -> Pack:
    """One pack. Raises PackError."""
    service, problems = _read(folder / "service.yaml", schema(sections))
    messages, more = _read(folder / "messages.yaml", MESSAGES)
    problems += more
    if isinstance(service, dict) and service.get("id") != folder.name:
        problems.append(f"{folder.name}/service.yaml:1: id must be the folder's name, {folder.name}")
    if problems:
        raise PackError(problems)
    return Pack.from_json({"service": service, "messages": messages})


def read_yaml(path: Path) -> tuple[Any, Lines]:
    """A file's content, and the line of each of its places. Raises PackError."""
    name = f"{path.parent.name}/{path.name}"
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
    except OSError:
        raise PackError([f"{name}: cannot be read"]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise PackError([f"{name}:{line}: {getattr(error, 'problem', None) or error}"]) from None
    lines: Lines = {}
    repeated: list[str] = []
    if node is not None:
        _note_lines(node, (), lines, repeated, name)
    if repeated:
        raise PackError(repeated)
    try:
        return _plain(loader.construct_document(node) if node is not None else None), lines
    except ValueError as error:
        raise PackError([f"{name}:1: {error}"]) from None


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's truth values: on, off, yes and no are words."""


_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile("^(?:true|false)$"), list("tf"))


def _note_lines(node: yaml.Node, place: tuple[str | int, ...], lines: Lines, repeated: list[str], name: str) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                repeated.append(f"{name}:{key.start_mark.line + 1}: {key.value} stands here twice")
            seen.add(key.value)
            _note_lines(value, (*place, key.value), lines, repeated, name)
            lines[(*place, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*place, index), lines, repeated, name)


def _plain(value: Any) -> Any:
    """Dates that YAML made out of text become text again: a pack is JSON."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, bool | int | str | None) else str(value)


def line_of(lines: Lines, place: tuple[str | int, ...]) -> int:
    """The line of a place, or of the nearest place around it."""
    while place not in lines and place:
        place = place[:-1]
    return lines.get(place, 1)


def _read(path: Path, expected: dict[str, Any]) -> tuple[Any, list[str]]:
    try:
        content, lines = read_yaml(path)
    except PackError as error:
        return None, error.problems
    name = f"{path.parent.name}/{path.name}"
    validator = jsonschema_rs.validator_for(expected)
    problems = [
        f"{name}:{line_of(lines, tuple(error.instance_path))}: "
        f"{'.'.join(map(str, error.instance_path)) or 'file'}: {error.message}"
        for error in validator.iter_errors(content)
    ]
    return content, problems
