"""A rule over everybody, before it is published: whom it would reach, what it would cost, what changes.

Only counts come out: none and few look alike, others are shaken a little and rounded, sums that few make up are not
shown; a rule with a part that decides for few is refused. Who ran what is in the audit trail and in everybody's log.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b

import numpy as np
from django.conf import settings

from todoke.kernel import audit, clock
from todoke.kernel.errors import TodokeError
from todoke.kernel.rules import Names, RuleError, Shape, compile_rule
from todoke.kernel.rules.columns import Truth, evaluate_columns
from todoke.kernel.rules.conditions import Condition
from todoke.kernel.rules.definitions import Definition
from todoke.kernel.rules.tree import Node, tree_hash
from todoke.kernel.rules.words.names import facts_in
from todoke.loops.apply.deciding import Counted, few_decided, refusal_of
from todoke.registry.catalogue.eligibility import names_of_pack, parameters_on, with_parameters
from todoke.registry.catalogue.types import Pack
from todoke.registry.people import access, population
from todoke.registry.people.keys import RULE_NAMES
from todoke.registry.people.population.reading import HEAD, Rows
from todoke.registry.people.types import Reader

AGES = (0, 6, 15, 18, 30, 40, 50, 65, 75, 85)
"""The ages at which bands begin."""

SHAKE = 9
"""By how much a count is shaken at most."""

DOMINATES = 5
"""A sum of which one part makes up more than a fifth would tell that part."""

DEAREST = 5_000_000
"""Steps that a rule may cost for one person here; it is checked before anything runs."""


ACTION = "rule.simulate"


class TooManySimulationsError(TodokeError):
    """きょう試算できる回数を使い切りました。個人を推測されないように、回数に限りがあります。あしたまた使えます。"""

    code = "too-many-simulations"
    status = 429


@dataclass(frozen=True)
class Counts:
    """How many; None for none or few."""

    true: int | None
    false: int | None
    unknown: int | None


@dataclass(frozen=True)
class Row:
    """A municipality or a band of ages."""

    key: str
    true: int | None
    people: int


@dataclass(frozen=True)
class Missing:
    """A fact that is not known of many for whom the rule cannot be settled."""

    key: str
    people: int


@dataclass(frozen=True)
class Simulation:
    """What a rule comes to. Counts are of residents, or of households where these were asked for."""

    counted: str
    total: int
    counts: Counts
    missing: tuple[Missing, ...]
    yen: int | None
    """The sum of the amount where the rule is true, shaken by its largest part, to two digits; None for few."""

    yen_unknown: int | None
    """Of those, how many whose amount is not known."""

    gained: int | None
    lost: int | None
    compared: bool
    """Whether there was a version in force to compare with."""

    municipalities: tuple[Row, ...]
    ages: tuple[Row, ...]
    taken_at: datetime
    seconds: float


@dataclass(frozen=True)
class Question:
    """What an officer wants to know."""

    rule: str
    amount: str = ""
    pack: Pack | None = None
    """Whose definitions and parameters may be used, and whose rule in force it is compared with."""

    households: bool = False
    """Count heads of household alone."""


def names_of(question: Question) -> Names:
    """What its rules may name: facts that are held of everybody and are not sensitive, and the pack's parameters."""
    known: dict[str, Shape] = {name: shape for name, shape in RULE_NAMES.items() if name in population.NAMES}
    return {**known, **(_parameter_names(question.pack) if question.pack else {})}


def _parameter_names(pack: Pack) -> Names:
    return {name: shape for name, shape in names_of_pack(pack).items() if name.startswith("parameters.")}


def compiled(question: Question, text: str, kind: str, day: date) -> Node:
    """The tree of one of its rules, with today's parameters put in. Raises RuleError."""
    definitions: Mapping[str, Definition] = question.pack.definitions if question.pack else {}
    rule = compile_rule(text, names_of(question), definitions, DEAREST)
    if rule.gives not in {kind, "any"}:
        raise RuleError(f"it gives a {rule.gives}, and must give a {kind}", 1, 1)
    return with_parameters(rule.tree, parameters_on(question.pack, day) if question.pack else {})


def simulate(question: Question, reader: Reader) -> Simulation:
    """Run it over the newest snapshot of the population, and leave it in the audit trail, whole.

    Raises RuleError, ColumnsError for a rule too dear to run, TooManySimulationsError, and FewDecidedError or
    TooManyPartsError for a rule that could single people out.
    """
    day = clock.today()
    rule = compiled(question, question.rule, "bool", day)
    amount = compiled(question, question.amount, "int", day) if question.amount.strip() else None
    keys = {name.removeprefix("facts.") for tree in (rule, amount) if tree for name in facts_in(tree)}
    _note(question, reader)
    everybody = population.current(reader=reader)
    began = time.perf_counter()
    with access.batch(reader=reader, keys=keys):
        found = _truth(rule, everybody, day)
        of = (everybody.arrays["people"]["relation"] == HEAD) if question.households else np.ones(found.true.size, bool)
        whom = f"{everybody.taken_at.isoformat()} {question.households}"
        few = _few_decided(question, rule, amount, found.true & of, Counted(everybody.frame, of, day, whom))
        simulation = _simulated(question, rule, amount, everybody, day, found, of, began)
    # Only now: raised inside, it would take back the row by which everybody sees that they were looked at.
    if few:
        raise refusal_of(few)
    return simulation


def _few_decided(question: Question, rule: Node, amount: Node | None, true: Rows, counted: Counted) -> Condition | None:
    """A part of the rule that decides for too few; or of the amount, among those for whom the rule is true.

    The pack's own rule and amounts are published as they are: nobody can word them in many ways.
    """
    names, published = names_of(question), _published(question, counted.day)
    few = None if tree_hash(rule) in published else few_decided(rule, names, counted)
    if few or amount is None or tree_hash(amount) in published:
        return few
    if np.count_nonzero(true) < settings.SMALLEST_COUNT:
        return None
    return few_decided(amount, names, replace(counted, of=true, name=f"{counted.name} {tree_hash(rule)}"))


def _published(question: Question, day: date) -> set[str]:
    """Hashes of the rules that the pack has."""
    pack, found = question.pack, set()
    if pack is None:
        return set()
    for text, kind in ((pack.eligible, "bool"), *((amount.value, "int") for amount in pack.amounts)):
        if text is not None:
            with suppress(RuleError):
                found.add(tree_hash(compiled(question, text, kind, day)))
    return found


def _simulated(
    question: Question,
    rule: Node,
    amount: Node | None,
    everybody: population.Population,
    day: date,
    found: Truth,
    of: Rows,
    began: float,
) -> Simulation:
    true, name = found.true & of, tree_hash(rule)
    yen, yen_unknown = _sum(amount, everybody, day, true) if amount else (None, None)
    gained, lost = _difference(question, everybody, day, true, of, name)
    return Simulation(
        counted="households" if question.households else "residents",
        total=int(of.sum()),
        counts=_counts(true, of & ~true & ~found.false, of, name),
        missing=_missing(rule, everybody, of & ~found.true & ~found.false),
        yen=yen,
        yen_unknown=yen_unknown,
        gained=gained,
        lost=lost,
        compared=question.pack is not None and question.pack.eligible is not None,
        municipalities=_by_municipality(everybody, true, of, name),
        ages=_by_age(everybody, day, true, of, name),
        taken_at=everybody.taken_at,
        seconds=time.perf_counter() - began,
    )


def _note(question: Question, reader: Reader) -> None:
    """Before it runs, so that a run that is broken off counts too."""
    a_day_ago = clock.now() - timedelta(days=1)
    if audit.count(actor=reader.actor, action=ACTION, since=a_day_ago) >= settings.SIMULATIONS_A_DAY:
        raise TooManySimulationsError
    audit.record(
        actor=reader.actor,
        action=ACTION,
        subject=f"pack:{question.pack.id}" if question.pack else "rule",
        rule=question.rule,
        amount=question.amount,
        households=question.households,
    )


def _counts(true: Rows, unknown: Rows, of: Rows, rule: str) -> Counts:
    """The false are what the others leave: counted for themselves they would tell a hidden number."""
    yes, maybe = shown(true, rule), shown(unknown, rule)
    return Counts(yes, max(0, round(int(of.sum()) - (yes or 0) - (maybe or 0), -1)), maybe)


def shown(people: Rows, rule: str) -> int | None:
    """How many they are, as it may be shown: none and few look alike; others are shaken a little, then rounded to tens.

    The shake hangs on who they are and on the rule (the cell-key method of statistical offices): a run that is repeated
    gives the same number, and two rules that mean the same people cannot be told from two that differ by one.
    """
    count = int(np.count_nonzero(people))
    if count < settings.SMALLEST_COUNT:
        return None
    return max(settings.SMALLEST_COUNT, round(count + _shake(people, SHAKE, rule), -1))


def _shake(people: Rows, most: int, salt: str = "") -> int:
    key = settings.SECRET_KEY.encode()[:64]
    digest = blake2b(np.packbits(people).tobytes() + salt.encode(), key=key, digest_size=8).digest()
    return int.from_bytes(digest) % (2 * most + 1) - most


def _truth(tree: Node, everybody: population.Population, day: date) -> Truth:
    found = evaluate_columns(tree, everybody.frame, day)
    if not isinstance(found, Truth):
        raise RuleError("it is not always true or false", 1, 1)
    return found


def _sum(tree: Node, everybody: population.Population, day: date, true: Rows) -> tuple[int | None, int | None]:
    found = evaluate_columns(tree, everybody.frame, day)
    known = np.broadcast_to(found.known, true.shape) & true
    values = np.broadcast_to(np.asarray(found.arrays()[0]), true.shape)
    parts = np.abs(values[known].astype(np.int64))
    open_ones = shown(true & ~known, tree_hash(tree))
    whole = int(parts.sum())
    if np.count_nonzero(parts) < settings.SMALLEST_COUNT or int(parts.max()) > whole // DOMINATES:
        return None, open_ones
    exact = int(values[known].sum(dtype=np.int64))
    if whole != abs(exact):
        return None, open_ones
    return _two_digits(exact + int(parts.max()) * _shake(known, 100, tree_hash(tree)) // 100), open_ones


def _two_digits(value: int) -> int:
    return round(value, 2 - len(str(abs(value))))


def _difference(
    question: Question,
    everybody: population.Population,
    day: date,
    true: Rows,
    of: Rows,
    rule: str,
) -> tuple[int | None, int | None]:
    text = question.pack.eligible if question.pack else None
    if text is None:
        return None, None
    try:
        before = _truth(compiled(question, text, "bool", day), everybody, day)
    except RuleError:
        return None, None
    was = before.true & of
    return shown(true & ~was, rule), shown(was & ~true, rule)


def _missing(tree: Node, everybody: population.Population, unknown: Rows) -> tuple[Missing, ...]:
    found = []
    for name in facts_in(tree):
        column = everybody.frame.column(name)
        if column is None:
            continue
        count = shown(unknown & ~np.broadcast_to(column.known, unknown.shape), tree_hash(tree))
        if count is not None:
            found.append(Missing(name.removeprefix("facts."), count))
    return tuple(sorted(found, key=lambda one: -one.people))


def _by_municipality(
    everybody: population.Population,
    true: Rows,
    of: Rows,
    rule: str,
) -> tuple[Row, ...]:
    column = everybody.frame.columns["facts.address.municipality"]
    codes, known = column.arrays()[:2]
    words = column.words.items  # type: ignore[union-attr]
    rows = []
    for code, word in enumerate(words):
        here = known & (codes == code)
        if (of & here).any():
            rows.append(Row(word, shown(true & here, rule), round(int((of & here).sum()), -1)))
    return tuple(sorted(rows, key=lambda row: row.key))


def _by_age(
    everybody: population.Population,
    day: date,
    true: Rows,
    of: Rows,
    rule: str,
) -> tuple[Row, ...]:
    born = everybody.arrays["birth"].astype("datetime64[D]")
    years = day.year - (born.astype("datetime64[Y]").astype(int) + 1970)
    passed = (np.datetime64(day, "D") - np.datetime64(f"{day.year}-01-01", "D")).astype(int)
    of_year = (born - born.astype("datetime64[Y]").astype("datetime64[D]")).astype(int)
    band = np.digitize(years - (of_year > passed), AGES) - 1
    rows = []
    for number, first in enumerate(AGES):
        inside = (band == number) if number else (band <= 0)
        last = f"{AGES[number + 1] - 1}" if number + 1 < len(AGES) else ""
        rows.append(Row(f"{first}-{last}", shown(true & inside, rule), round(int((of & inside).sum()), -1)))
    return tuple(rows)
