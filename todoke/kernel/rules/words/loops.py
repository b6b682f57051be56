"""What holds for the items of a list: 18歳未満のお子さんがいる, すべてのお子さんが6歳以上."""

from django.utils.translation import gettext as _

from todoke.kernel.rules.python_source import parts_of
from todoke.kernel.rules.tree import Call, Member, Name, Node, Over
from todoke.kernel.rules.words.comparisons import CONTRARY, Comparisons, turned
from todoke.kernel.rules.words.names import Scope, head_of
from todoke.kernel.rules.words.nouns import Clause, is_today, owner_of, whole_number


class Loops(Comparisons):
    """Clauses of lists."""

    def chosen(self, node: Over, scope: Scope) -> str:
        inner = self.within(node, scope)
        things = self.noun(node.list, scope)
        ages = self._ages(node.body, inner, positive=True)
        if ages:
            return _("{ages}の{list}").format(ages=ages, list=things)
        clause = self.clause(node.body, inner).before_noun
        if self._has_name(node.list) and not _uses_whole(node.body, node.variable):
            return _("{clause}{list}").format(clause=clause, list=things)
        return _("{list}のうち{clause}もの").format(list=things, clause=clause)

    def looped(self, node: Over, scope: Scope, *, positive: bool) -> Clause:
        """exists and all. What is not so for all is so for none, or there is one for which it is not."""
        if node.macro == "all":
            if positive:
                return self._for_all(node, scope)
            return Clause(self._there_is(node, scope, none=False, body_positive=False))
        return Clause(self._there_is(node, scope, none=not positive, body_positive=True))

    def _for_all(self, node: Over, scope: Scope) -> Clause:
        inner, things = self.within(node, scope), self.noun(node.list, scope)
        ages = self._ages(node.body, inner, positive=True)
        if ages:
            return Clause(_("すべての{list}が{ages}").format(list=things, ages=ages), nominal=True)
        clause = self.clause(node.body, inner)
        if self._has_name(node.list):
            text = _("すべての{list}について、{clause}").format(list=things, clause=clause.text)
        else:
            text = _("{list}のすべてについて、{clause}").format(list=things, clause=clause.text)
        return Clause(text, clause.nominal)

    def _there_is(self, node: Over, scope: Scope, *, none: bool, body_positive: bool) -> str:
        inner, things = self.within(node, scope), self.noun(node.list, scope)
        people = self.are_people(node.list, scope)
        ages = self._ages(node.body, inner, positive=body_positive)
        if ages:
            text = _("{ages}の{list}がいない") if none else _("{ages}の{list}がいる")
            return text.format(ages=ages, list=things)
        clause = self.clause(node.body, inner, positive=body_positive).before_noun
        if not self._has_name(node.list) or _uses_whole(node.body, node.variable):
            text = _("{list}のうち、{clause}ものがない") if none else _("{list}のうち、{clause}ものがある")
        elif people:
            text = _("{clause}{list}がいない") if none else _("{clause}{list}がいる")
        else:
            text = _("{clause}{list}がない") if none else _("{clause}{list}がある")
        return text.format(list=things, clause=clause)

    def _has_name(self, node: Node) -> bool:
        """A fact, or some of it: a word that others can stand before."""
        return isinstance(node, Name | Member) or (
            isinstance(node, Over) and node.macro == "filter" and self._has_name(node.list)
        )

    def _ages(self, body: Node, scope: Scope, *, positive: bool) -> str:
        """3歳以上6歳未満, where that is all that is asked of an item."""
        parts = body.arguments if isinstance(body, Call) and body.function == "_&&_" else (body,)
        if len(parts) > 1 and not positive:
            return ""
        found = [_age_asked(part, scope, positive=positive) for part in parts]
        asked = [one for one in found if one is not None]
        if len(asked) < len(parts):
            return ""
        if len(asked) == 1:
            return _age_words(*asked[0])
        low, high = sorted(asked, key=lambda one: one[0] not in {"_>=_", "_>_"})[:2]
        if len(asked) > 2 or low[0] not in {"_>=_", "_>_"} or high[0] not in {"_<_", "_<=_"}:
            return ""
        return _("{low}{high}").format(low=_age_words(*low), high=_age_words(*high))


def _age_asked(node: Node, scope: Scope, *, positive: bool) -> tuple[str, int] | None:
    """The comparison with a number of years, where it is one of an item's age today."""
    if not isinstance(node, Call) or node.function not in CONTRARY:
        return None
    function, left, right = turned(node, positive=positive)
    years = whole_number(right)
    if years is None or years < 0:
        return None
    match left:
        case Member(_, "age") if head_of(left) == scope.inner:
            pass
        case Call("age_on", (birth, day)) if is_today(day) and owner_of(birth) == scope.inner:
            pass
        case _:
            return None
    return ("_>=_", years + 1) if function == "_>_" else (function, years)


def _age_words(function: str, years: int) -> str:
    match function:
        case "_>=_":
            return _("{years}歳以上").format(years=years)
        case "_<_":
            return _("{years}歳未満").format(years=years)
        case "_<=_":
            return _("{years}歳以下").format(years=years)
        case "_==_":
            return _("{years}歳").format(years=years)
    return _("{years}歳以外").format(years=years)


def _uses_whole(node: Node, variable: str) -> bool:
    """Whether an item itself is meant somewhere, not a member of it."""
    if isinstance(node, Name):
        return node.name == variable
    if isinstance(node, Member) and isinstance(node.of, Name):
        return False
    return any(_uses_whole(part, variable) for part in parts_of(node))
