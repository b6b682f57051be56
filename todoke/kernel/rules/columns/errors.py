"""What a population cannot be asked."""

from typing import NoReturn

from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.tree import Call, Items, Member, Name, Node, Over


class ColumnsError(RuleError):
    """A rule that columns cannot carry: values of several kinds in one place, or more rows than anyone waits for."""


def refuse(problem: str, node: Node) -> NoReturn:
    """Raises ColumnsError at the place of ``node``."""
    raise ColumnsError(problem, *_place(node))


def _place(node: Node) -> tuple[int, int]:
    match node:
        case Name(_, line, column) | Member(_, _, line, column) | Call(_, _, line, column):
            return line, column
        case Items((first, *_)):
            return _place(first)
        case Over(_, source, _, _):
            return _place(source)
    return 1, 1
