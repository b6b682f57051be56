"""Comparisons in words: 年齢が65歳以上, 住んでいる市町村が石巻市, 締め切りを過ぎていない."""

from django.utils.translation import gettext as _

from todoke.kernel.rules.tree import Call, Items, Literal, Node
from todoke.kernel.rules.words.names import Scope
from todoke.kernel.rules.words.nouns import Clause, Nouns, is_today, whole_number

CONTRARY = {"_==_": "_!=_", "_!=_": "_==_", "_<_": "_>=_", "_>=_": "_<_", "_<=_": "_>_", "_>_": "_<=_"}
_TURNED = {"_==_": "_==_", "_!=_": "_!=_", "_<_": "_>_", "_>=_": "_<=_", "_<=_": "_>=_", "_>_": "_<_"}


def turned(node: Call, *, positive: bool) -> tuple[str, Node, Node]:
    """The comparison (its contrary unless ``positive``) with what is constant on its right and today on its left."""
    function = node.function if positive else CONTRARY[node.function]
    left, right = node.arguments
    swapped = is_today(right) or (_is_constant(left) and not _is_constant(right) and not is_today(left))
    return (_TURNED[function], right, left) if swapped else (function, left, right)


def _is_constant(node: Node) -> bool:
    match node:
        case Literal():
            return True
        case Items(items):
            return all(_is_constant(item) for item in items)
        case Call("date" | "-_", (inner,)):
            return _is_constant(inner)
    return False


class Comparisons(Nouns):
    """Clauses of two values."""

    def compared(self, node: Call, scope: Scope, *, positive: bool) -> Clause:
        function, left, right = turned(node, positive=positive)
        number = whole_number(right)
        if number is not None and isinstance(left, Call) and left.function == "size":
            counted = self._counted(function, left.arguments[0], number, scope)
            if counted:
                return counted
        if function in {"_==_", "_!=_"}:
            return self._alike(left, right, scope, positive=function == "_==_")
        kinds = {self.kind(left, scope), self.kind(right, scope)}
        if is_today(left):
            return self._reached(function, right, scope)
        if "date" in kinds:
            return self._in_time(function, left, right, scope)
        if "str" in kinds:
            return self._in_letters(function, left, right, scope)
        return self._in_size(function, left, right, scope)

    def _alike(self, left: Node, right: Node, scope: Scope, *, positive: bool) -> Clause:
        if isinstance(right, Literal) and isinstance(right.value, bool):
            return self.clause(left, scope, positive=right.value is positive)
        if self._is_statement(left) or self._is_statement(right):
            a, b = self.clause(left, scope).text, self.clause(right, scope).text
            if positive:
                return Clause(_("「{a}」と「{b}」が、どちらもあてはまるか、どちらもあてはまらない").format(a=a, b=b))
            return Clause(_("「{a}」と「{b}」の、どちらか片方だけがあてはまる").format(a=a, b=b))
        x, y = self.noun(left, scope, right), self.noun(right, scope, left)
        if isinstance(right, Literal) or _is_constant(right):
            if positive:
                return Clause(_("{x}が{y}").format(x=x, y=y), nominal=True)
            return Clause(_("{x}が{y}ではない").format(x=x, y=y))
        return Clause((_("{x}が{y}と同じ") if positive else _("{x}が{y}と違う")).format(x=x, y=y), nominal=positive)

    def _is_statement(self, node: Node) -> bool:
        return isinstance(node, Call) and self.kind(node, Scope()) == "bool"

    def _reached(self, function: str, day: Node, scope: Scope) -> Clause:
        words = self.noun(day, scope)
        if function in {"_<_", "_>=_"} and self.is_own_birth(day, scope):
            return Clause(_("まだ生まれていない") if function == "_<_" else _("生まれている"))
        match function:
            case "_<_":
                return Clause(_("まだ{day}になっていない").format(day=words))
            case "_>=_":
                return Clause(_("{day}になっている").format(day=words))
            case "_>_":
                return Clause(_("{day}を過ぎている").format(day=words))
        return Clause(_("{day}を過ぎていない").format(day=words))

    def _in_time(self, function: str, left: Node, right: Node, scope: Scope) -> Clause:
        x, y = self.noun(left, scope, right), self.noun(right, scope, left)
        match function:
            case "_<_":
                return Clause(_("{x}が{y}より前").format(x=x, y=y), nominal=True)
            case "_>=_":
                return Clause(_("{x}が{y}か、それより後").format(x=x, y=y), nominal=True)
            case "_>_":
                return Clause(_("{x}が{y}より後").format(x=x, y=y), nominal=True)
        return Clause(_("{x}が{y}か、それより前").format(x=x, y=y), nominal=True)

    def _in_letters(self, function: str, left: Node, right: Node, scope: Scope) -> Clause:
        x, y = self.noun(left, scope, right), self.noun(right, scope, left)
        match function:
            case "_<_":
                return Clause(_("{x}が、文字の順で{y}より前").format(x=x, y=y), nominal=True)
            case "_>=_":
                return Clause(_("{x}が{y}か、文字の順でそれより後").format(x=x, y=y), nominal=True)
            case "_>_":
                return Clause(_("{x}が、文字の順で{y}より後").format(x=x, y=y), nominal=True)
        return Clause(_("{x}が{y}か、文字の順でそれより前").format(x=x, y=y), nominal=True)

    def _in_size(self, function: str, left: Node, right: Node, scope: Scope) -> Clause:
        number = whole_number(right)
        if number is not None and function == "_>_" and self.is_age(left, scope):
            function, right = "_>=_", Literal(number + 1)
        x, y = self.noun(left, scope, right), self.noun(right, scope, left)
        match function:
            case "_>=_":
                return Clause(_("{x}が{y}以上").format(x=x, y=y), nominal=True)
            case "_<=_":
                return Clause(_("{x}が{y}以下").format(x=x, y=y), nominal=True)
            case "_<_" if _is_constant(right):
                return Clause(_("{x}が{y}未満").format(x=x, y=y), nominal=True)
            case "_<_":
                return Clause(_("{x}が{y}より少ない").format(x=x, y=y))
            case "_>_" if _is_constant(right):
                return Clause(_("{x}が{y}を超える").format(x=x, y=y))
        return Clause(_("{x}が{y}より多い").format(x=x, y=y))

    def _counted(self, function: str, whole: Node, number: int, scope: Scope) -> Clause | None:
        """お子さんが3人以上いる; None where 人数 has to be named."""
        if self.kind(whole, scope) == "str":
            return None
        people, things = self.are_people(whole, scope), self.noun(whole, scope)
        if (function, number) in {("_>_", 0), ("_>=_", 1), ("_!=_", 0)}:
            return Clause(self.there_is(things, people=people))
        if (function, number) in {("_<=_", 0), ("_<_", 1), ("_==_", 0)}:
            return Clause(self.there_is(things, people=people, none=True))
        if function == "_>_":
            function, number = "_>=_", number + 1
        if function != "_>=_" or number < 1:
            return None
        figures = f"{number:,}"
        if people:
            return Clause(_("{list}が{number}人以上いる").format(list=things, number=figures))
        return Clause(_("{list}が{number}件以上ある").format(list=things, number=figures))

    def there_is(self, things: str, *, people: bool, none: bool = False) -> str:
        """お子さんがいる, 書類がない."""
        if people:
            return (_("{list}がいない") if none else _("{list}がいる")).format(list=things)
        return (_("{list}がない") if none else _("{list}がある")).format(list=things)

    def among(self, node: Call, scope: Scope, *, positive: bool) -> Clause:
        """``x in list``."""
        item, whole = node.arguments
        x = self.noun(item, scope, whole)
        if not isinstance(whole, Items) or not whole.items:
            words = self.noun(whole, scope, item)
            if positive:
                return Clause(_("{x}が{list}に含まれる").format(x=x, list=words))
            return Clause(_("{x}が{list}に含まれない").format(x=x, list=words))
        options = [self.noun(option, scope, item) for option in whole.items]
        if len(options) == 1:
            text = _("{x}が{y}") if positive else _("{x}が{y}ではない")
            return Clause(text.format(x=x, y=options[0]), nominal=positive)
        if positive:
            *first, last = options
            either = _("{options}か{last}").format(options=_("か").join(first), last=last)
            return Clause(_("{x}が{y}").format(x=x, y=either), nominal=True)
        return Clause(_("{x}が{options}のどれでもない").format(x=x, options=_("、").join(options)))
