"""A rule without the parts that its own constants put out of play, whatever anybody's facts are."""

from dataclasses import replace

from todoke.kernel.rules.tree import Call, Items, Literal, Member, Node, Over


def folded(node: Node) -> Node:
    """Of a rule that was checked, the same meaning, also where facts are missing: ``false ? a : b`` is b."""
    match node:
        case Member(of):
            return replace(node, of=folded(of))
        case Items(items):
            return replace(node, items=tuple(map(folded, items)))
        case Over():
            return replace(node, list=folded(node.list), body=folded(node.body))
        case Call():
            return _call(replace(node, arguments=tuple(map(folded, node.arguments))))
    return node


def _call(node: Call) -> Node:
    match node:
        case Call("!_", (Literal(bool() as value),)):
            return Literal(not value)
        case Call("_?_:_", (Literal(bool() as value), then, otherwise)):
            return then if value else otherwise
        case Call("_&&_" | "_||_", arguments):
            decides = node.function == "_||_"
            if any(_is(argument, decides) for argument in arguments):
                return Literal(decides)
            rest = tuple(argument for argument in arguments if not _is(argument, not decides))
            if len(rest) < 2:
                return rest[0] if rest else Literal(not decides)
            return replace(node, arguments=rest)
    return node


def _is(node: Node, value: bool) -> bool:
    return isinstance(node, Literal) and node.value is value
