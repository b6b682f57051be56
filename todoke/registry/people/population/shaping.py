"""From rows of residents to columns: in the order of their households, with whose children and spouse each has."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np

from todoke.kernel.rules.columns import Column, Frame, Link, Lists, Records, Truth, Value, Words
from todoke.registry.people.keys import KEYS
from todoke.registry.people.population.reading import CHILD, GENDERS, HEAD, NUMBER_KEYS, SPOUSE, TEXT_KEYS, Rows, Said
from todoke.registry.people.types import Source

Arrays = dict[str, Rows]
"""What is kept in files, by name. A name without a dot has a row for each resident, but for ``unplaced``,
``died``, ``whereabouts`` and ``helpers``.
"""

EPOCH = date(1970, 1, 1).toordinal()


class Ids(Words):
    """Strings of ids; nothing but a comparison of two tables needs them spelt out."""

    def __init__(self, ids: Rows) -> None:
        super().__init__(())
        self._ids = ids

    @property
    def items(self) -> tuple[str, ...]:
        """By code."""
        if len(self._items) != len(self):
            self._items = tuple(str(UUID(bytes=one.ljust(16, b"\0"))) for one in self._ids.tolist()) or ("",)
        return self._items

    def __len__(self) -> int:
        return max(1, len(self._ids))


def in_order(people: Rows) -> Rows:
    """The order of households, and of ages within them, as ``queries`` gives members."""
    (first, second), (home, home_too) = (_halves(people[name]) for name in ("id", "household"))
    return np.lexsort((second, first, people["birth"], home_too, home))


def _halves(ids: Rows) -> tuple[Rows, Rows]:
    """Ids as two numbers of 64 bits, in the same order."""
    numbers = np.ascontiguousarray(ids).view(">u8").astype(np.uint64).reshape(-1, 2)
    return numbers[:, 0], numbers[:, 1]


def arrays_of(people: Rows) -> Arrays:
    """The columns that the register gives; ``people`` are in order."""
    homes = people["household"]
    first = np.ones(len(people), bool)
    first[1:] = homes[1:] != homes[:-1]
    home = np.cumsum(first, dtype=np.int32) - np.int32(1)
    households = int(home[-1]) + 1 if len(people) else 0
    relation, registered = people["relation"], people["registered"]
    children = np.flatnonzero(relation == CHILD)
    lengths = np.bincount(home[children], minlength=households + 1).astype(np.int32)
    raises = (relation == HEAD) | (relation == SPOUSE)
    other = np.where(relation == HEAD, _first(home, relation == SPOUSE, households)[home], -1)
    other = np.where(relation == SPOUSE, _first(home, relation == HEAD, households)[home], other)
    return {
        "people": people,
        "by_id": np.argsort(people["id"]).astype(np.int32),
        "birth": np.ascontiguousarray(people["birth"]),
        "gender": np.ascontiguousarray(people["gender"]),
        "municipality": np.ascontiguousarray(people["municipality"]),
        "registered": np.ascontiguousarray(registered),
        "size": np.bincount(home, minlength=households + 1).astype(np.int32)[home],
        "spouse": np.where(registered, other, -1).astype(np.int32),
        "family": np.where(registered, np.where(raises, home, households), -1).astype(np.int32),
        "family.starts": (np.cumsum(lengths) - lengths).astype(np.int32),
        "family.lengths": lengths,
        "child.id": people["id"][children],
        "child.birth": people["birth"][children],
        "child.gender": people["gender"][children],
        "child.order": _places(lengths),
        **_where(people, home, np.flatnonzero(first)),
    }


def _where(people: Rows, home: Rows, first: Rows) -> Arrays:
    """Who lives where: by municipality, and households from west to east."""
    codes, longitude = people["municipality"], people["longitude"]
    placed = ~(np.isnan(longitude) | np.isnan(people["latitude"]))
    by_code = np.argsort(codes, kind="stable").astype(np.int32)
    homes = np.flatnonzero(placed[first]).astype(np.int32)
    eastward = homes[np.argsort(longitude[first[homes]], kind="stable")]
    return {
        "language": np.ascontiguousarray(people["language"]),
        "longitude": np.ascontiguousarray(longitude),
        "latitude": np.ascontiguousarray(people["latitude"]),
        "home": home,
        "home.id": people["household"][first],
        "home.first": np.append(first, len(people)).astype(np.int32),
        "east.home": eastward,
        "east.longitude": longitude[first[eastward]],
        "east.latitude": people["latitude"][first[eastward]],
        "died": np.flatnonzero(people["died"]).astype(np.int32),
        "unplaced": np.flatnonzero(~placed & (codes >= 0)).astype(np.int32),
        "municipality.rows": by_code,
        "municipality.starts": np.searchsorted(
            codes[by_code], np.arange(int(codes.max(initial=-1)) + 2, dtype=np.int16)
        ).astype(np.int32),
    }


def surroundings_of(whereabouts: Rows, areas: Rows, helpers: Rows, arrays: Arrays) -> Arrays:
    """Columns of where else people may be, also from west to east, and of who helps whom.

    ``areas`` are the municipalities' codes of the places.
    """
    order = np.argsort(whereabouts["longitude"], kind="stable").astype(np.int32)
    return {
        "whereabouts": whereabouts,
        "whereabouts.row": rows_of(whereabouts["id"], arrays).astype(np.int32),
        "whereabouts.area": areas,
        "whereabouts.kind": np.ascontiguousarray(whereabouts["kind"]),
        "whereabouts.until": np.ascontiguousarray(whereabouts["until"]),
        "whereabouts.order": order,
        "whereabouts.longitude": whereabouts["longitude"][order],
        "whereabouts.latitude": whereabouts["latitude"][order],
        "helpers": helpers,
        "helpers.person": rows_of(helpers["person"], arrays).astype(np.int32),
        "helpers.helper": rows_of(helpers["helper"], arrays).astype(np.int32),
    }


def _places(lengths: Rows) -> Rows:
    """The place of each item in its list, from 1 on."""
    starts = np.cumsum(lengths) - lengths
    places: Rows = np.arange(int(lengths.sum())) - np.repeat(starts, lengths) + 1
    return places.astype(np.int32)


def _first(home: Rows, of: Rows, households: int) -> Rows:
    """The first row of each household in ``of``; -1 where there is none."""
    rows = np.flatnonzero(of)[::-1].astype(np.int32)
    first = np.full(households + 1, -1, np.int32)
    first[home[rows]] = rows
    return first


def rows_of(ids: Rows, arrays: Arrays) -> Rows:
    """The row of each id; -1 for those that are not there."""
    order, known = arrays["by_id"], arrays["people"]["id"]
    if not len(order):
        return np.full(len(ids), -1)
    at = np.minimum(np.searchsorted(known, ids, sorter=order), len(order) - 1)
    rows = order[at]
    return np.where(known[rows] == ids, rows, -1)


@dataclass
class Answers:
    """What is known of a key beyond the register: values and where they are known; words for strings."""

    values: Rows
    known: Rows
    words: list[str]


def blank(size: int) -> dict[str, Answers]:
    """Nothing said of any key."""
    return {
        key: Answers(np.zeros(size, _dtype(key)), np.zeros(size, bool), [])
        for key in (*NUMBER_KEYS, *TEXT_KEYS)
        if key not in REGISTER_KEYS
    }


REGISTER_KEYS = frozenset(key for key, declared in KEYS.items() if Source.SELF not in declared.sources)
"""What the tables of residents say; facts are not asked for it."""


def _dtype(key: str) -> type:
    return {"bool": np.bool_, "int": np.int64}.get(KEYS[key].shape.kind, np.int32)


def put_in(answers: dict[str, Answers], said: dict[tuple[str, str], Said], arrays: Arrays) -> None:
    """The surest source that says anything of a key decides."""
    for key, known in answers.items():
        for source in reversed(KEYS[key].sources):
            one = said.get((key, source.value))
            if one is not None:
                values, good = _values(key, one.values, known)
                rows = rows_of(one.ids, arrays)
                there = (rows >= 0) & good
                known.values[rows[there]] = values[there]
                known.known[rows[there]] = True


def _values(key: str, values: Rows, known: Answers) -> tuple[Rows, Rows]:
    """As the column holds them, and which are values of the key at all."""
    match KEYS[key].shape.kind:
        case "str":
            codes = {word: code for code, word in enumerate(known.words)}
            found = np.array([codes.setdefault(word, len(codes)) for word in values.tolist()], np.int32)
            known.words[:] = codes
            return found, np.ones(len(found), bool)
        case "date":
            days = [_day(text) for text in values.tolist()]
            return np.array([day or 0 for day in days], np.int32), np.array([day is not None for day in days], bool)
    return values, np.ones(len(values), bool)


def _day(text: str) -> int | None:
    try:
        return date.fromisoformat(text).toordinal() - EPOCH
    except ValueError:
        return None


def frame_of(arrays: Arrays, answers: dict[str, Answers], municipalities: list[str]) -> Frame:
    """The facts as rules name them."""
    size = len(arrays["birth"])
    genders = Words(GENDERS)
    yes = np.array([True])

    def person(prefix: str, of: str) -> dict[str, Value]:
        gender = arrays[f"{of}gender"]
        return {
            f"{prefix}birth_date": Column("date", arrays[f"{of}birth"]),
            f"{prefix}gender": Column("str", np.maximum(gender, 0), gender >= 0, words=genders),
        }

    children = person("", "child.")
    children["id"] = Column("str", np.arange(len(arrays["child.id"]), dtype=np.int32), words=Ids(arrays["child.id"]))
    children["order"] = Column("int", arrays["child.order"])
    starts, lengths = arrays["family.starts"], arrays["family.lengths"]
    kids = Records(Frame(len(arrays["child.id"]), children))
    families = Frame(len(starts), {"facts.household.children": Lists(starts, lengths, kids, kids.frame.size, yes)})
    municipality, spouse = arrays["municipality"], arrays["spouse"]
    columns: dict[str, Value] = {
        **person("facts.", ""),
        "facts.address.municipality": Column(
            "str", np.maximum(municipality, 0), municipality >= 0, words=Words(municipalities)
        ),
        "facts.household.size": Column("int", arrays["size"], arrays["registered"]),
        "facts.household.spouse": Records(Frame(size, person("", "")), np.maximum(spouse, 0), spouse >= 0),
        **{f"facts.{key}": _column(key, one) for key, one in answers.items()},
    }
    return Frame(size, columns, [Link(arrays["family"], families)])


def _column(key: str, answers: Answers) -> Value:
    kind = KEYS[key].shape.kind
    if kind == "bool":
        return Truth(answers.values & answers.known, ~answers.values & answers.known)
    return Column(kind, answers.values, answers.known, words=Words(answers.words) if kind == "str" else None)
