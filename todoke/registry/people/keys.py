"""Every fact that may be known of a resident: its key, type, label, question, sources and how long it stays fresh."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from todoke.kernel import clock
from todoke.kernel.rules import BOOL, DATE, INT, STR, Names, Shape, age_on
from todoke.registry.people.types import KnownFact, Source
from todoke.registry.places.queries import municipalities

MOST_CHILDREN = 20
"""Of one household; rules have a bound for every list."""


@dataclass(frozen=True)
class Key:
    """A kind of fact."""

    label: str
    shape: Shape
    question: str = ""
    """What a person is asked who is to say it; without one it comes from registers and forms alone."""

    help: str = ""
    options: Mapping[str, str] | None = None
    unit: str = ""
    sensitive: bool = False
    """Encrypted at rest; an officer who reads it gives a reason (個人情報保護法2条3項, 要配慮個人情報)."""

    fresh_days: int | None = None
    """After so many days what a person said or an office found is to be confirmed; None: it changes not by itself."""

    sources: tuple[Source, ...] = tuple(Source)
    """Who is believed, the surest first; others are refused."""


GOES_STALE = frozenset({Source.OFFICE, Source.SELF})
"""Whose facts grow old. Registers are kept current, and the card is read at each log-in."""


def is_stale(key: str, source: Source, learnt: date, day: date) -> bool:
    """Whether, on a day, what was learnt of a source on another is to be confirmed."""
    fresh = KEYS[key].fresh_days
    return source in GOES_STALE and fresh is not None and (day - learnt).days > fresh


def _options(words: Mapping[str, str]) -> Shape:
    return Shape("str", options=frozenset(words))


PERSON = Shape(
    "record",
    members={"id": STR, "name": STR, "name_kana": STR, "birth_date": DATE, "gender": STR, "order": INT},
)
"""``order`` counts the children of a household from the oldest, 1."""
_GENDERS = {
    "0": gettext_noop("わかりません"),
    "1": gettext_noop("男"),
    "2": gettext_noop("女"),
    "9": gettext_noop("その他"),
}
_DAMAGE = {
    "none": gettext_noop("被害はない"),
    "part": gettext_noop("一部損壊・準半壊"),
    "half": gettext_noop("半壊"),
    "medium-half": gettext_noop("中規模半壊"),
    "large-half": gettext_noop("大規模半壊"),
    "total": gettext_noop("全壊"),
}
_CERTIFICATES = {
    "none": gettext_noop("持っていない"),
    "physical": gettext_noop("身体障害者手帳"),
    "intellectual": gettext_noop("療育手帳"),
    "mental": gettext_noop("精神障害者保健福祉手帳"),
}
_SAID = (Source.OFFICE, Source.SELF)


def _register(label: str, shape: Shape, *, options: Mapping[str, str] | None = None, unit: str = "") -> Key:
    sources = (Source.REGISTER, Source.CARD)
    return Key(label, shape, options=options, unit=unit, sources=sources)


def _need(label: str, question: str, help_text: str = "") -> Key:
    return Key(label, BOOL, question, help_text, sensitive=True, fresh_days=730, sources=_SAID)


RENAMED: dict[str, str] = {}
"""Former names of keys, which older versions of packs and submissions still use; ``rename_key`` renames the rows."""


class Keys(dict[str, Key]):
    """By name. A former name is found too, but is not in the list."""

    def __missing__(self, name: str) -> Key:
        return self[RENAMED[name]]


def current_name(name: str) -> str:
    """Of a key that may have been renamed since."""
    return RENAMED.get(name, name)


KEYS = Keys(
    {
        "name": _register(gettext_noop("名前"), STR),
        "name_kana": _register(gettext_noop("名前の読み"), STR),
        "birth_date": _register(gettext_noop("生まれた日"), DATE),
        "gender": _register(gettext_noop("性別"), _options(_GENDERS), options=_GENDERS),
        "address.municipality": _register(gettext_noop("住んでいる市町村"), STR),
        "address.postal_code": _register(gettext_noop("郵便番号"), STR),
        "address.full": _register(gettext_noop("住所"), STR),
        "household.size": _register(gettext_noop("世帯の人数"), INT, unit=gettext_noop("人")),
        "household.children": _register(gettext_noop("お子さん"), Shape("list", item=PERSON, bound=MOST_CHILDREN)),
        "household.spouse": _register(gettext_noop("配偶者"), PERSON),
        "contact.phone": Key(gettext_noop("電話番号"), STR, fresh_days=730, sources=_SAID),
        "work.employer": Key(gettext_noop("勤め先"), STR, fresh_days=365, sources=_SAID),
        "work.public_servant": Key(
            gettext_noop("公務員かどうか"),
            BOOL,
            gettext_noop("お子さんを養っている人（収入の多いほうの親）は、公務員ですか"),
            gettext_noop("国や県、市町村などに勤めていて、手当を職場から受け取る人です。"),
            fresh_days=365,
            sources=_SAID,
        ),
        "income.assessed": Key(
            gettext_noop("審査で使う所得"),
            INT,
            gettext_noop("前の年の所得（収入の多いほうの親）はいくらですか"),
            gettext_noop("収入ではなく、経費や控除を引いた額です。6月に届く住民税の通知書に書いてあります。"),
            unit=gettext_noop("円"),
            fresh_days=365,
            sources=_SAID,
        ),
        "income.dependants": Key(
            gettext_noop("扶養している人数"),
            INT,
            gettext_noop("税の扶養に入っている家族は何人ですか"),
            unit=gettext_noop("人"),
            fresh_days=365,
            sources=_SAID,
        ),
        "tax.resident_exempt": Key(
            gettext_noop("住民税が非課税か"),
            BOOL,
            gettext_noop("世帯の全員が、住民税を納めなくてよい（非課税）ですか"),
            gettext_noop("6月に届く住民税の通知書、または課税（非課税）証明書で分かります。"),
            fresh_days=365,
            sources=_SAID,
        ),
        "welfare.receives": Key(
            gettext_noop("生活保護を受けているか"),
            BOOL,
            gettext_noop("生活保護を受けていますか"),
            sensitive=True,
            fresh_days=180,
            sources=_SAID,
        ),
        "allowance.single_parent": Key(
            gettext_noop("児童扶養手当を受けているか"),
            BOOL,
            gettext_noop("児童扶養手当（ひとり親などの手当）を受けていますか"),
            gettext_noop("すべてのお子さんの家庭に出る「児童手当」とは別の手当です。"),
            fresh_days=365,
            sources=_SAID,
        ),
        "disaster.damage": Key(
            gettext_noop("住まいの災害の被害"),
            _options(_DAMAGE),
            gettext_noop("災害で、いま住んでいる家に被害がありましたか"),
            gettext_noop(
                "罹災証明書に書いてある区分です。証明書がまだなら「被害はない」を選ばず、あとで答えてください。"
            ),
            options=_DAMAGE,
            fresh_days=365,
            sources=_SAID,
        ),
        "disability.certificate": Key(
            gettext_noop("障害者手帳"),
            _options(_CERTIFICATES),
            gettext_noop("障害者手帳を持っていますか"),
            options=_CERTIFICATES,
            sensitive=True,
            fresh_days=730,
            sources=_SAID,
        ),
        "disability.grade": Key(
            gettext_noop("障害者手帳の等級"),
            INT,
            gettext_noop("手帳の等級は何級ですか"),
            gettext_noop("療育手帳のAは1、Bは2と入れてください。"),
            unit=gettext_noop("級"),
            sensitive=True,
            fresh_days=730,
            sources=_SAID,
        ),
        "vehicle.owned": Key(
            gettext_noop("自動車を持っているか"),
            BOOL,
            gettext_noop("本人か、生計を同じくする家族の名義の自動車がありますか"),
            gettext_noop("割賦で買って使用者が本人や家族のものも含みます。"),
            fresh_days=365,
            sources=_SAID,
        ),
        "needs.hearing": _need(
            gettext_noop("耳が聞こえない、聞こえにくい"), gettext_noop("耳が聞こえない、または聞こえにくいですか")
        ),
        "needs.sight": _need(
            gettext_noop("目が見えない、見えにくい"), gettext_noop("目が見えない、または見えにくいですか")
        ),
        "needs.wheelchair": _need(gettext_noop("車いすを使っている"), gettext_noop("車いすを使っていますか")),
        "needs.walking": _need(
            gettext_noop("歩いて逃げるのに助けがいる"),
            gettext_noop("災害のとき、歩いて逃げるのに、だれかの助けがいりますか"),
        ),
        "needs.electricity": _need(
            gettext_noop("電気がないと使えない医療機器を使っている"),
            gettext_noop("家で、電気がないと使えない医療機器を使っていますか"),
            gettext_noop("酸素濃縮器、人工呼吸器、たんの吸引器などです。"),
        ),
        "needs.dialysis": _need(gettext_noop("透析を受けている"), gettext_noop("透析を受けていますか")),
        "needs.no_phone": Key(
            gettext_noop("電話もメールも使っていない"),
            BOOL,
            gettext_noop("電話もメールも使っていませんか"),
            gettext_noop("「はい」なら、災害のときは、助けてくれる人や家族に知らせます。"),
            fresh_days=730,
            sources=_SAID,
        ),
    }
)

NEEDS = tuple(key for key, declared in KEYS.items() if key.startswith("needs.") and declared.sensitive)
"""What somebody needs in a disaster; each is yes, no, or not known."""

RULE_NAMES: Names = {f"facts.{key}": declared.shape for key, declared in KEYS.items()}
"""What rules over facts may name."""


def label_of(key: str) -> str:
    """The key in words. Raises KeyError for a key that is not declared."""
    return _(KEYS[key].label)


def date_paths(key: str) -> list[str]:
    """Where dates stand in a fact: the key itself, or members of its record or its list's items."""
    shape = KEYS[key].shape
    if shape.kind == "date":
        return [key]
    members = (shape.item or shape).members or {}
    return [f"{key}.{name}" for name, member in members.items() if member.kind == "date"]


def member_label(path: str) -> str:
    """A member of a record or of a list's items in words: ``household.children.birth_date``."""
    member = path.rpartition(".")[2]
    return label_of(member) if member in KEYS else {"order": _("生まれた順番")}.get(member, member)


def value_in_words(key: str, value: Any) -> str:
    """A value as its subject reads it."""
    declared = KEYS[key]
    if declared.options:
        return _(declared.options[str(value)]) if str(value) in declared.options else str(value)
    if key == "address.municipality":
        return next((m.name for m in municipalities() if m.code == value), str(value))
    match declared.shape.kind:
        case "bool":
            return _("はい") if value else _("いいえ")
        case "int":
            return f"{value:,}{_(declared.unit) if declared.unit else ''}"
        case "date":
            born = value if isinstance(value, date) else date.fromisoformat(value)
            return _("{year}年{month}月{day}日").format(year=born.year, month=born.month, day=born.day)
        case "list":
            return "、".join(_with_age(item) for item in value) or _("いません")
        case "record":
            return str(value["name"])
    return str(value)


def _with_age(person: Mapping[str, Any]) -> str:
    born = typed(DATE, person.get("birth_date"))
    name = str(person.get("name", ""))
    return _("{name}（{n}歳）").format(name=name, n=age_on(born, clock.today())) if isinstance(born, date) else name


def in_words(fact: KnownFact) -> str:
    """The fact's value as its subject reads it."""
    return value_in_words(fact.key, fact.value)


def typed(shape: Shape, value: Any) -> Any:
    """A JSON value as rules read it: a date is a date. None for what is no value of the shape."""
    match shape.kind, value:
        case "date", str():
            try:
                return date.fromisoformat(value)
            except ValueError:
                return None
        case "record", dict():
            members = shape.members or {}
            return {name: typed(members[name], part) if name in members else part for name, part in value.items()}
        case "list", list() if shape.item:
            return _in_order([typed(shape.item, item) for item in value])
    return value


def _in_order(items: list[Any]) -> list[Any]:
    """People of a list, each with their ``order``, the oldest first; twins as they stand."""
    if not all(isinstance(item, dict) and isinstance(item.get("birth_date"), date) for item in items):
        return items
    return [{**item, "order": n} for n, item in enumerate(sorted(items, key=lambda item: item["birth_date"]), 1)]


def as_said(key: str, text: str) -> Any:
    """The value of what a person chose or typed. Raises ValueError, with words for them, where it is none."""
    declared, said = KEYS[key], text.strip()
    if declared.options:
        if said in declared.options:
            return said
        raise ValueError(_("どれかを選んでください。"))
    if declared.shape.kind == "bool":
        if said in {"yes", "no"}:
            return said == "yes"
        raise ValueError(_("どちらかを選んでください。"))
    if declared.shape.kind == "int":
        digits = said.translate(_PLAIN_DIGITS).removesuffix("円")
        if digits.isdecimal() and len(digits) <= 12:
            return int(digits)
        raise ValueError(_("数字だけで入れてください。例：3200000"))
    if not said:
        raise ValueError(_("入れてください。"))
    return said[:200]


_PLAIN_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789", ",，、 　")
