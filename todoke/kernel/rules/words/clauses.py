"""Truths in words. What is denied is said by its contrary where there is one: 65歳未満, not 65歳以上ではない."""

from functools import reduce

from django.utils.translation import gettext as _

from todoke.kernel.rules.python_source import parts_of
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over
from todoke.kernel.rules.words.comparisons import CONTRARY
from todoke.kernel.rules.words.flags import statement
from todoke.kernel.rules.words.loops import Loops
from todoke.kernel.rules.words.names import Scope, head_of
from todoke.kernel.rules.words.nouns import Clause


def unwrapped(node: Node, *, positive: bool) -> tuple[Node, bool]:
    """Without the ``!`` around it."""
    while isinstance(node, Call) and node.function == "!_":
        node, positive = node.arguments[0], not positive
    return node, positive


def joins(node: Node, *, positive: bool) -> str:
    """``and`` or ``or`` where the node comes to that, denied or not."""
    node, positive = unwrapped(node, positive=positive)
    if isinstance(node, Call) and node.function in {"_&&_", "_||_"}:
        return "and" if (node.function == "_&&_") is positive else "or"
    return ""


class Clauses(Loops):
    """Every part of a rule in words."""

    def clause(self, node: Node, scope: Scope, *, positive: bool = True) -> Clause:
        match node:
            case Literal(bool(value)):
                return Clause(_("必ずあてはまる") if value is positive else _("あてはまることがない"))
            case Name() | Member() if head_of(node) is not None:
                return self._flag(node, scope, positive=positive)
            case Over("exists" | "all"):
                return self.looped(node, scope, positive=positive)
            case Call(function) if function in CONTRARY:
                return self.compared(node, scope, positive=positive)
            case Call("!_", (inner,)):
                return self.clause(inner, scope, positive=not positive)
            case Call("_&&_" | "_||_"):
                return self._joined(node, scope, positive=positive)
            case Call("_?_:_", (condition, yes, no)):
                return self._either(condition, yes, no, scope, positive=positive)
            case Call("_in_"):
                return self.among(node, scope, positive=positive)
            case Call("known", (inner,)):
                text = _("{x}がわかっている") if positive else _("{x}がわかっていない")
                return Clause(text.format(x=self._known(inner, scope)))
            case Call("startsWith" | "endsWith" | "contains" | "matches_any"):
                return self._of_text(node, scope, positive=positive)
        return self._applies(self.noun(node, scope), positive=positive)

    def _applies(self, words: str, *, positive: bool) -> Clause:
        return Clause((_("「{fact}」にあてはまる") if positive else _("「{fact}」にあてはまらない")).format(fact=words))

    def _flag(self, node: Name | Member, scope: Scope, *, positive: bool) -> Clause:
        words = self.noun(node, scope)
        path_is_own = head_of(node) not in scope.items or isinstance(node, Member)
        if not path_is_own:
            return self._applies(words, positive=positive)
        return Clause(statement(words, positive=positive))

    def _known(self, node: Node, scope: Scope) -> str:
        is_statement = isinstance(node, Call | Over | Literal) and self.kind(node, scope) == "bool"
        if is_statement:
            return _("「{clause}」かどうか").format(clause=self.clause(node, scope).text)
        return self.noun(node, scope)

    def _joined(self, node: Call, scope: Scope, *, positive: bool) -> Clause:
        join = joins(node, positive=positive)
        parts = [part for part in node.arguments if not _is_asked_anyway(part, node)]
        clauses = []
        for part in parts:
            clause = self.clause(part, scope, positive=positive)
            inner = joins(part, positive=positive)
            clauses.append(Clause(_("（{words}）").format(words=clause.text)) if inner not in {"", join} else clause)
        template = _("{a}、かつ{b}") if join == "and" else _("{a}、または{b}")
        text = reduce(lambda a, b: template.format(a=a, b=b), [clause.text for clause in clauses])
        return Clause(text, clauses[-1].nominal)

    def _either(self, condition: Node, yes: Node, no: Node, scope: Scope, *, positive: bool) -> Clause:
        return Clause(
            _("（{condition}ならば「{yes}」、そうでなければ「{no}」）").format(
                condition=self.clause(condition, scope).text,
                yes=self.clause(yes, scope, positive=positive).text,
                no=self.clause(no, scope, positive=positive).text,
            ),
            nominal=True,
        )

    def _of_text(self, node: Call, scope: Scope, *, positive: bool) -> Clause:
        whole, part = node.arguments
        x = self.noun(whole, scope)
        if node.function == "matches_any":
            words = self.noun(part, scope, whole)
            if isinstance(part, Items) and len(part.items) > 1:
                text = _("{x}に{words}のどれかが含まれる") if positive else _("{x}に{words}のどれも含まれない")
            else:
                text = _("{x}に{words}が含まれる") if positive else _("{x}に{words}が含まれない")
            return Clause(text.format(x=x, words=words))
        words = self.noun(part, scope, whole if node.function == "contains" else None)
        match node.function:
            case "startsWith":
                text = _("{x}が{words}で始まる") if positive else _("{x}が{words}で始まらない")
            case "endsWith":
                text = _("{x}が{words}で終わる") if positive else _("{x}が{words}で終わらない")
            case _:
                text = _("{x}に{words}が含まれる") if positive else _("{x}に{words}が含まれない")
        return Clause(text.format(x=x, words=words))


def _is_asked_anyway(part: Node, whole: Call) -> bool:
    """``known(x)`` beside a condition on x: who reads the condition does not wait for that."""
    match part:
        case Call("known", (asked,)) if whole.function == "_&&_":
            return any(other is not part and _holds(other, asked) for other in whole.arguments)
    return False


def _holds(node: Node, part: Node) -> bool:
    if isinstance(node, Call) and node.function == "known":
        return False
    return node == part or _same_path(node, part) or any(_holds(inner, part) for inner in parts_of(node))


def _same_path(left: Node, right: Node) -> bool:
    """Alike but for their places in the text."""
    match left, right:
        case Name(a), Name(b):
            return a == b
        case Member(of, a), Member(other, b):
            return a == b and _same_path(of, other)
    return False
