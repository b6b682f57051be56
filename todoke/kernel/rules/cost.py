"""How many steps a rule takes at worst, known before it sees a fact."""

from dataclasses import replace

from todoke.kernel.rules.check import ANY, Names, bound_of, place, shape_of
from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.tree import Call, Items, Member, Node, Over

LIMIT = 20_000
"""Steps that a rule for one person may take; at some 1 million steps a second, 20 ms in the slowest back end."""


def with_bounds(node: Node, names: Names, variables: Names | None = None) -> Node:
    """The tree with the bound of each list that a macro goes over: declared, or known from what the list is made of."""
    variables = variables or {}
    match node:
        case Member(of):
            return replace(node, of=with_bounds(of, names, variables))
        case Items(items):
            return Items(tuple(with_bounds(item, names, variables) for item in items))
        case Call(_, arguments):
            return replace(node, arguments=tuple(with_bounds(argument, names, variables) for argument in arguments))
        case Over(_, source, variable, body):
            shape = shape_of(source, names, variables)
            inner = {**variables, variable: shape.item or ANY}
            return replace(
                node,
                list=with_bounds(source, names, variables),
                body=with_bounds(body, names, inner),
                bound=bound_of(shape),
            )
    return node


def steps(node: Node) -> int:
    """The most steps that the interpreter takes: one for each node, and the body of a macro once for each item."""
    match node:
        case Member(of):
            return 1 + steps(of)
        case Items(parts) | Call(_, parts):
            return 1 + sum(steps(part) for part in parts)
        case Over(_, source, _, body, bound):
            return 1 + steps(source) + (bound or 0) * steps(body)
    return 1


def refuse_above(limit: int, node: Node) -> int:
    """The steps of a tree with bounds. Raises RuleError at the dearest loop if there are more than ``limit``."""
    most = steps(node)
    if most <= limit:
        return most
    loops = _outermost_loops(node)
    problem = f"up to {most:,} steps where {limit:,} are allowed"
    if not loops:
        raise RuleError(problem, *place(node))
    dearest = max(loops, key=steps)
    raise RuleError(
        f"{problem}; {dearest.macro} over up to {dearest.bound:,} items takes {steps(dearest):,} of them: "
        "declare a smaller bound for its list",
        *place(dearest),
    )


def _outermost_loops(node: Node) -> list[Over]:
    match node:
        case Over():
            return [node]
        case Member(of):
            return _outermost_loops(of)
        case Items(parts) | Call(_, parts):
            return [loop for part in parts for loop in _outermost_loops(part)]
    return []
