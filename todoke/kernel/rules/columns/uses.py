"""What each part of a tree names, and which parts are the same: both known before any row is looked at."""

from collections import Counter

from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, path_of


class Uses:
    """Of a tree, which has to stay alive: its nodes are told apart by where they are in memory."""

    def __init__(self, tree: Node) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}
        self._same: dict[int, int] = {}
        self._names: dict[int, frozenset[str]] = {}
        self._seen: Counter[int] = Counter()
        self._read(tree)

    def number(self, node: Node) -> int:
        """Alike for parts that read alike."""
        return self._same[id(node)]

    def names(self, node: Node) -> frozenset[str]:
        """The dotted names in it that none of its own macros explains."""
        return self._names[id(node)]

    def repeated(self, node: Node) -> bool:
        """Whether the tree says it more than once."""
        return self._seen[self.number(node)] > 1

    def _read(self, node: Node) -> int:
        names: frozenset[str] = frozenset()
        match node:
            case Literal(value):
                form: tuple[object, ...] = "is", type(value), value
            case Name(name):
                form, names = ("name", name), frozenset({name})
            case Member(of, name):
                form, names = ("member", self._read(of), name), self.names(of)
                path = path_of(node)
                if path:
                    names = frozenset({path})
            case Items(parts):
                form = "list", *(self._read(part) for part in parts)
                names = frozenset().union(*(self.names(part) for part in parts))
            case Call(function, parts):
                form = "call", function, *(self._read(part) for part in parts)
                names = frozenset().union(*(self.names(part) for part in parts))
            case Over(macro, source, variable, body, bound):
                form = macro, self._read(source), variable, self._read(body), bound
                within = {name for name in self.names(body) if name.partition(".")[0] != variable}
                names = self.names(source) | within
        number = self._numbers.setdefault(form, len(self._numbers))
        self._seen[number] += 1
        self._same[id(node)], self._names[id(node)] = number, names
        return number
