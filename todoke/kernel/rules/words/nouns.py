"""Values in words: 審査で使う所得, 石巻市, 18歳未満のお子さんの人数."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date
from functools import reduce

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from todoke.kernel.rules.python_source import parts_of
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over
from todoke.kernel.rules.words.flags import ends_in_verb
from todoke.kernel.rules.words.names import Names, Scope, head_of, in_japanese, path_in


@dataclass(frozen=True)
class Clause:
    """What can be true or false; ``nominal`` is one that ends in a noun (18歳未満) and takes の before another."""

    text: str
    nominal: bool = False

    @property
    def before_noun(self) -> str:
        return _("{clause}の").format(clause=self.text) if self.nominal else self.text


class Nouns(Names):
    """Phrases for values."""

    @abstractmethod
    def clause(self, node: Node, scope: Scope, *, positive: bool = True) -> Clause:
        """A truth in words, or its contrary."""

    @abstractmethod
    def chosen(self, node: Over, scope: Scope) -> str:
        """Those of a list that a filter keeps."""

    def noun(self, node: Node, scope: Scope, like: Node | None = None) -> str:
        """A value in words; ``like`` is what it is compared with, and tells what a constant stands for."""
        match node:
            case Literal(value):
                return self._constant(value, scope, like)
            case Name() | Member():
                return self._called(node, scope)
            case Items(items):
                words = [self.noun(item, scope, like) for item in items]
                return _("、").join(words) if words else _("空の一覧")
            case Over("filter"):
                return self.chosen(node, scope)
            case Over("map", source, _variable, body):
                inner = self.within(node, scope)
                return _("{whole}の{part}").format(whole=self.noun(source, scope), part=self.noun(body, inner))
            case Call():
                return self._computed(node, scope, like)
        return _("「{clause}」かどうか").format(clause=self.clause(node, scope).text)

    def _constant(self, value: bool | int | str | None, scope: Scope, like: Node | None) -> str:
        path = path_in(like, scope) if like is not None else None
        said = self.say(path, value) if path is not None and value is not None else None
        if said is not None:
            return _("「{text}」").format(text=said) if in_japanese() and ends_in_verb(said) else said
        match value:
            case None:
                return _("値なし")
            case bool():
                return _("はい") if value else _("いいえ")
            case int():
                return self.number(value, like, scope)
        return _("「{text}」").format(text=value) if value else _("空欄")

    def number(self, value: int, like: Node | None, scope: Scope) -> str:
        """With what it counts, as ``like`` tells."""
        figures = f"{abs(value):,}"
        whole = _("マイナス{number}").format(number=figures) if value < 0 else figures
        match like:
            case Call("age_on"):
                return _("{number}歳").format(number=whole)
            case Call("days_between"):
                return ngettext("{number}日", "{number}日", value).format(number=whole)
            case Call("size", (counted,)):
                if self.kind(counted, scope) == "str":
                    return ngettext("{number}文字", "{number}文字", value).format(number=whole)
                return (_("{number}人") if self.are_people(counted, scope) else _("{number}件")).format(number=whole)
        unit = self._unit_of(like, scope) if like is not None else None
        if unit is None:
            is_age = like is not None and self.is_age(like, scope)
            return _("{number}歳").format(number=whole) if is_age else whole
        return _("{number}{unit}").format(number=whole, unit=unit)

    def _unit_of(self, node: Node, scope: Scope) -> str | None:
        """That of the first fact in it that has one."""
        if isinstance(node, Name | Member):
            path = path_in(node, scope)
            return self.unit(path) if path else None
        if isinstance(node, Over):
            return self._unit_of(node.body, self.within(node, scope)) if node.macro == "map" else None
        if isinstance(node, Call) and node.function in {"size", "age_on", "days_between"}:
            return None
        parts = node.arguments[1:] if isinstance(node, Call) and node.function == "_?_:_" else parts_of(node)
        return next((unit for part in parts if (unit := self._unit_of(part, scope))), None)

    def _called(self, node: Name | Member, scope: Scope) -> str:
        head, path = head_of(node), path_in(node, scope)
        if head is None or head not in scope.items:
            called = self.label(path or "")
            shared = (path or "").split(".")[-1] in scope.twice
            return _("あなたの{fact}").format(fact=called) if shared else called
        if isinstance(node, Name):
            return _("その値") if head == scope.inner else _("もとの値")
        called = self.label(path or node.name)
        whole = scope.items[head]
        if head == scope.inner:
            return called
        return _("その{item}の{member}").format(item=self.label(whole) if whole else _("もとの値"), member=called)

    def _computed(self, node: Call, scope: Scope, like: Node | None) -> str:
        match node:
            case Call("today"):
                return _("今日").lower()
            case Call("date", (Literal(str(text)),)):
                return _day(text)
            case Call("date", (inner,)):
                return self.noun(inner, scope)
            case Call("age_on", (birth, day)):
                return self._age(birth, day, scope)
            case Call("first_school_day" | "fiscal_year_end_of_age"):
                return self._of_birth(node, scope)
            case Call("size", (whole,)):
                return self._count(whole, scope)
            case Call("sum", (whole,)):
                return _("{list}の合計").format(list=self.noun(whole, scope))
            case Call("end_of_month", (day,)):
                return _("{day}の月の末日").format(day=self.noun(day, scope))
            case Call("days_between", (first, last)):
                first_day, last_day = self.noun(first, scope), self.noun(last, scope)
                return _("{first}から{last}までの日数").format(first=first_day, last=last_day)
            case Call("plus_years", (day, years)):
                return self._years_on(day, years, scope)
            case Call("-_", (inner,)):
                value = whole_number(node)
                if value is not None:
                    return self.number(value, like, scope)
                return _("{a}の正負を逆にした数").format(a=self._part(inner, scope))
            case Call("_?_:_", (condition, yes, no)):
                return _("（{condition}ならば{yes}、そうでなければ{no}）").format(
                    condition=self.clause(condition, scope).text,
                    yes=self.noun(yes, scope, like),
                    no=self.noun(no, scope, like),
                )
            case Call("_+_" | "_-_" | "_*_" | "_/_" | "_%_"):
                return self._arithmetic(node, scope)
        return _("「{clause}」かどうか").format(clause=self.clause(node, scope).text)

    def _part(self, node: Node, scope: Scope, like: Node | None = None) -> str:
        """In brackets where its own words would run into those around it."""
        simple = isinstance(node, Literal | Name | Member) or (isinstance(node, Call) and not _is_arithmetic(node))
        words = self.noun(node, scope, like if like is not None and self._unit_of(like, scope) else None)
        return words if simple else _("（{words}）").format(words=words)

    def _arithmetic(self, node: Call, scope: Scope) -> str:
        alike = node.function in {"_+_", "_-_"}
        first, second = node.arguments
        left = self._part(first, scope, second if alike else None)
        right = self._part(second, scope, first if alike else None)
        match node.function:
            case "_-_":
                return _("{a}から{b}を引いた数").format(a=left, b=right)
            case "_*_":
                return _("{a}に{b}をかけた数").format(a=left, b=right)
            case "_/_":
                return _("{a}を{b}で割った数（端数は切り捨て）").format(a=left, b=right)
            case "_%_":
                return _("{a}を{b}で割った余り").format(a=left, b=right)
        kind = self.kind(node, scope)
        if kind in {"str", "list"}:
            return (_("{a}と{b}をつなげたもの") if kind == "str" else _("{a}と{b}を合わせた一覧")).format(
                a=left, b=right
            )
        if whole_number(second) is not None:
            return _("{a}に{b}を足した数").format(a=left, b=right)
        parts = [self._part(part, scope) for part in _summands(node)]
        return _("{parts}の合計").format(parts=reduce(lambda a, b: _("{a}と{b}").format(a=a, b=b), parts))

    def _count(self, whole: Node, scope: Scope) -> str:
        words = self.noun(whole, scope)
        if self.kind(whole, scope) == "str":
            return _("{text}の文字数").format(text=words)
        return (_("{list}の人数") if self.are_people(whole, scope) else _("{list}の数")).format(list=words)

    def _age(self, birth: Node, day: Node, scope: Scope) -> str:
        called = self.age_label(birth, scope)
        if called is None:
            called = _("{birth}から数えた年齢").format(birth=self.noun(birth, scope))
        elif scope.twice and owner_of(birth) not in scope.items:
            called = _("あなたの{fact}").format(fact=called)
        if is_today(day):
            return called
        return _("{day}の{age}").format(day=self.noun(day, scope), age=called)

    def _of_birth(self, node: Call, scope: Scope) -> str:
        birth = node.arguments[0]
        if node.function == "first_school_day":
            day = _("小学校に入る日")
        else:
            years = node.arguments[1]
            day = _("{age}になって最初の3月31日").format(age=self.noun(years, scope, Call("age_on", ())))
        if self.is_own_birth(birth, scope):
            return day
        return _("{birth}から見て{day}").format(birth=self.noun(birth, scope), day=day)

    def is_own_birth(self, birth: Node, scope: Scope) -> bool:
        """The date of birth of whom the words around are about: an item, or the person."""
        age = self.age_label(birth, scope)
        return age is not None and (owner_of(birth) == scope.inner if scope.items else age == _("年齢").lower())

    def _years_on(self, day: Node, years: Node, scope: Scope) -> str:
        words = self.noun(day, scope)
        n = whole_number(years)
        if n is not None and n < 0:
            return ngettext("{day}の{years}年前", "{day}の{years}年前", -n).format(day=words, years=f"{-n:,}")
        if n is not None:
            return ngettext("{day}の{years}年後", "{day}の{years}年後", n).format(day=words, years=f"{n:,}")
        return _("{day}から（{years}）年後").format(day=words, years=self.noun(years, scope))


def is_today(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "today"


def whole_number(node: Node) -> int | None:
    """The number that is written out there."""
    match node:
        case Literal(int(value)) if not isinstance(value, bool):
            return value
        case Call("-_", (Literal(int(value)),)) if not isinstance(value, bool):
            return -value
    return None


def owner_of(birth: Node) -> str | None:
    """The name that a date of birth begins with, through date()."""
    match birth:
        case Call("date", (inner,)):
            return head_of(inner)
    return head_of(birth)


def _is_arithmetic(node: Call) -> bool:
    return node.function in {"_+_", "_-_", "_*_", "_/_", "_%_"}


def _summands(node: Node) -> list[Node]:
    match node:
        case Call("_+_", (left, right)):
            return [*_summands(left), right]
    return [node]


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _("「{text}」という日").format(text=text)
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)
