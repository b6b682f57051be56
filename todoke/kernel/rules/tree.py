"""The tree of a rule: what is stored, hashed and evaluated."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Literal:
    """A constant."""

    value: bool | int | str | None


@dataclass(frozen=True)
class Name:
    """A fact or a variable of a macro."""

    name: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Member:
    """``of.name``."""

    of: "Node"
    name: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple["Node", ...]


@dataclass(frozen=True)
class Call:
    """An operator or a function on its arguments; ``_&&_`` and the like as CEL names them."""

    function: str
    arguments: tuple["Node", ...]
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Over:
    """A macro over a list: exists, all, filter or map."""

    macro: str
    list: "Node"
    variable: str
    body: "Node"
    bound: int | None = None
    """How many items the list may have; more are not gone over. Set by the checker from the declarations."""

    line: int = 0
    column: int = 0


Node: TypeAlias = Literal | Name | Member | Items | Call | Over


def canonical(node: Node) -> Any:
    """The tree as JSON, without positions: rules that read alike are alike."""
    match node:
        case Literal(value):
            return {"is": value}
        case Name(name):
            return {"name": name}
        case Member(of, name):
            return {"member": name, "of": canonical(of)}
        case Items(items):
            return {"list": [canonical(item) for item in items]}
        case Call(function, arguments):
            return {"call": function, "on": [canonical(argument) for argument in arguments]}
        case Over(macro, source, variable, body, bound):
            whole = {"over": macro, "list": canonical(source), "as": variable, "do": canonical(body)}
            return whole if bound is None else {**whole, "most": bound}


def tree_hash(node: Node) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(canonical(node), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def path_of(node: Node) -> str | None:
    """``a.b.c`` for names and members of names; None for anything else."""
    match node:
        case Name(name):
            return name
        case Member(of, name):
            head = path_of(of)
            return f"{head}.{name}" if head else None
    return None
