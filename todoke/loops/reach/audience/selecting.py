"""From an audience to rows of residents: arrays all the way, in tens of milliseconds over everybody."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from todoke.kernel import clock
from todoke.kernel.rules import RuleError, compile_rule
from todoke.kernel.rules.columns import Frame, Truth, evaluate_columns
from todoke.kernel.rules.tree import Node
from todoke.loops.reach.audience.types import Audience, AudienceError, Because, Elsewhere, Rows, Selection
from todoke.registry.people.keys import RULE_NAMES
from todoke.registry.people.population import NAMES, Everybody, Population, as_of, zones
from todoke.registry.people.population.inside import members, places_inside, residents_inside, runs
from todoke.registry.people.population.reading import KINDS
from todoke.registry.people.population.shaping import Arrays
from todoke.registry.places import outlines

DEAREST = 5_000_000
"""Steps that a rule may cost for one person."""

NOW = KINDS.index("now")
_NONE = np.zeros(0, np.int64)
_NAMES = {name: shape for name, shape in RULE_NAMES.items() if name in NAMES}


def select(audience: Audience, everybody: Everybody | Population) -> Selection:
    """Whom an audience means. Raises AudienceError for a rule that is none."""
    everyone = as_of(everybody) if isinstance(everybody, Population) else everybody
    rule = compiled(audience.rule) if audience.rule.strip() else None
    chosen = _Chosen(everyone)
    if audience.areas or audience.zones or audience.polygons:
        _by_place(audience, chosen)
    else:
        chosen.because[:] = Because.HOME
        chosen.everyone = True
    chosen.purge()
    if rule:
        chosen.keep(rule)
    if audience.households:
        chosen.with_households()
    if audience.helpers:
        chosen.with_helpers()
    if audience.exclude:
        rows = everyone.rows(audience.exclude)
        chosen.because[rows[rows >= 0]] = 0
    return chosen.selection()


def with_helpers(selection: Selection) -> Selection:
    """Also who agreed to help those in it."""
    chosen = _Chosen(selection.everybody)
    chosen.add(selection.rows, Because.TOLD)
    chosen.because[selection.rows] = selection.because
    chosen.with_helpers()
    return chosen.selection()


def compiled(rule: str) -> Node:
    """The rule's tree. Raises AudienceError."""
    try:
        found = compile_rule(rule, _NAMES, {}, DEAREST)
    except RuleError as error:
        raise AudienceError(why=str(error)) from error
    if found.gives not in {"bool", "any"}:
        raise AudienceError(why=f"the rule gives a {found.gives}")
    return found.tree


@dataclass(frozen=True)
class _Part:
    first: int
    arrays: Arrays
    over: bool
    """Whether it lies over the snapshot."""


class _Chosen:
    """Who is in so far: of every row why."""

    def __init__(self, everybody: Everybody) -> None:
        self.everybody = everybody
        self.first = everybody.base.frame.size
        self.because = np.zeros(everybody.size, np.uint8)
        self.elsewhere: list[Elsewhere] = []
        self.touched: list[Rows] = []
        self.everyone = False
        self.helping: list[Rows] = [np.zeros((0, 2), np.int64)]

    def add(self, rows: Rows, why: Because) -> None:
        if len(rows):
            self.touched.append(rows)
            self.because[rows] |= np.uint8(why)

    def found(self) -> Rows:
        """In order. Of one zone alone the rows are known; else all are looked through."""
        if len(self.touched) == 1 and not self.everyone:
            rows = self.touched[0]
            if (rows[1:] > rows[:-1]).all():
                return np.asarray(rows[self.because[rows] != 0], np.int64)
        return np.flatnonzero(self.because != 0)

    def parts(self) -> list[_Part]:
        """The snapshot, and what lies over it."""
        return [
            _Part(0, self.everybody.base.arrays, False),
            _Part(self.first, self.everybody.extra.arrays, True),
        ]

    def purge(self) -> None:
        """Only who counts, and is alive."""
        self.because[self.everybody.replaced] = 0
        for part in self.parts():
            self.because[part.arrays["died"] + part.first] = 0

    def keep(self, rule: Node) -> None:
        """Only for whom the rule is certainly true."""
        for start, frame in ((0, self.everybody.base.frame), (self.first, self.everybody.extra.frame)):
            if frame.size:
                self.because[start : start + frame.size][~_true(rule, frame)] = 0

    def with_households(self) -> None:
        for part in self.parts():
            arrays = part.arrays
            mine = self.because[part.first : part.first + len(arrays["home"])]
            wanted = np.zeros(len(arrays["home.id"]), bool)
            wanted[arrays["home"][np.flatnonzero(mine)]] = True
            rows = members(np.flatnonzero(wanted), arrays)
            rows = rows[mine[rows] == 0]
            self.add(rows + part.first, Because.HOUSEHOLD)
        self.purge()

    def with_helpers(self) -> None:
        self.helped = np.full(self.everybody.size, -1, np.int64)
        told = self.because > 0
        for part in self.parts():
            person = part.arrays["helpers.person"].astype(np.int64)
            if part.over:
                helper = self.everybody.rows_of_bytes(part.arrays["helpers"]["helper"])
                person = np.where(person >= 0, person + part.first, -1)
            else:
                helper = self.everybody.current(part.arrays["helpers.helper"].astype(np.int64))
                person = np.where(self._counts(person), person, -1)
            pairs = (person >= 0) & (helper >= 0)
            pairs[pairs] = told[person[pairs]]
            self.add(helper[pairs], Because.HELPER)
            self.helped[helper[pairs]] = person[pairs]
            self.helping.append(np.stack([helper[pairs], person[pairs]], axis=1))
        self.purge()

    def _counts(self, rows: Rows) -> Rows:
        return np.asarray(self.everybody.current(rows) == rows)

    helped: Rows | None = None

    def selection(self) -> Selection:
        rows = self.found()
        order = np.argsort(self.everybody.take("municipality", rows), kind="stable")
        rows = rows[order]
        helped = np.full(len(rows), -1, np.int64) if self.helped is None else self.helped[rows]
        helping = np.concatenate(self.helping)
        helping = helping[(self.because[helping] > 0).all(axis=1)]
        return Selection(self.everybody, rows, self.because[rows], helped, tuple(self.elsewhere), helping)


def _true(rule: Node, frame: Frame) -> Rows:
    found = evaluate_columns(rule, frame, clock.today())
    if not isinstance(found, Truth):
        raise AudienceError(why="the rule is not always true or false")
    return np.broadcast_to(found.true, frame.size)


def _by_place(audience: Audience, chosen: _Chosen) -> None:
    everybody = chosen.everybody
    known, codes = zones.zoned(everybody.base, audience.zones) if audience.zones else (zones.NONE, [])
    drawn = [outline(each) for each in audience.polygons]
    areas = [everybody.municipalities.index(code) for code in audience.areas if code in everybody.municipalities]
    both = audience.within and bool(audience.areas) and bool(audience.zones or audience.polygons)

    def meant(size: int, of_areas: Rows, *of_shapes: Rows) -> list[Rows]:
        if not both:
            return [of_areas, *of_shapes]
        there = np.zeros(size, bool)
        there[of_areas] = True
        return [found[there[found]] for found in of_shapes]

    def near(arrays: Arrays, what: str) -> list[BaseGeometry]:
        """The zones' boundaries that points over the snapshot may lie in."""
        points = arrays[f"{what}.longitude"], arrays[f"{what}.latitude"]
        versions = {code: known.versions[code] for code in known.near(codes, *points)}
        return list(outlines.zone_outlines(versions).values())

    kinds = np.array([KINDS.index(place) for place in audience.places if place != "home"], np.int8)
    for part in chosen.parts():
        arrays = part.arrays
        if "home" in audience.places and len(arrays["home"]):
            found = residents_inside([*drawn, *near(arrays, "east")] if part.over else drawn, arrays)
            of_zones = _NONE if part.over or not codes else known.rows_in(codes)
            for rows in meant(len(arrays["home"]), _of_areas(areas, arrays), found, of_zones):
                chosen.add(rows + part.first if part.first else rows, Because.HOME)
        if len(kinds) and len(arrays["whereabouts"]):
            found = places_inside([*drawn, *near(arrays, "whereabouts")] if part.over else drawn, arrays)
            of_zones = _NONE if part.over or not codes else known.places_in(codes)
            of_areas = np.flatnonzero(np.isin(arrays["whereabouts.area"], areas))
            places = np.zeros(len(arrays["whereabouts"]), bool)
            for numbers in meant(len(places), of_areas, found, of_zones):
                places[numbers] = True
            _add_places(chosen, np.flatnonzero(places), kinds, part)
    if audience.unplaced and "home" in audience.places and (codes or drawn):
        _add_unplaced(chosen, known, codes, drawn, areas if both else [])


def _add_places(chosen: _Chosen, places: Rows, kinds: Rows, part: _Part) -> None:
    arrays = part.arrays
    now = int(clock.now().timestamp())
    good = np.isin(arrays["whereabouts.kind"][places], kinds) & (arrays["whereabouts.until"][places] > now)
    places = places[good & (arrays["whereabouts.row"][places] >= 0)]
    if not part.over:
        rows = arrays["whereabouts.row"][places]
        places = places[chosen.everybody.current(rows) == rows]
    rows, kind = arrays["whereabouts.row"][places] + part.first, arrays["whereabouts.kind"][places]
    chosen.add(rows[kind == NOW], Because.NOW)
    chosen.add(rows[kind != NOW], Because.REGISTERED)
    whereabouts = arrays["whereabouts"][places]
    chosen.elsewhere.append(Elsewhere(rows, kind == NOW, whereabouts["longitude"], whereabouts["latitude"]))


def _add_unplaced(
    chosen: _Chosen, known: zones.Zoned, codes: list[str], drawn: list[BaseGeometry], areas: list[int]
) -> None:
    """Those of whom only the municipality is known, where a zone or polygon reaches into it."""
    everybody = chosen.everybody
    unplaced = [(part, part.arrays["unplaced"]) for part in chosen.parts()]
    lived = {int(code) for part, rows in unplaced for code in np.unique(part.arrays["municipality"][rows])}
    if areas:
        lived &= set(areas)
    if not lived:
        return
    versions = {code: known.versions[code] for code in codes}
    shapes = [*drawn, *outlines.zone_outlines(versions).values()]
    reached = np.array(
        [
            everybody.municipalities.index(code)
            for code, area in outlines.municipality_outlines().items()
            if code in everybody.municipalities
            and everybody.municipalities.index(code) in lived
            and any(area.intersects(shape) for shape in shapes)
        ],
        np.int16,
    )
    for part, all_rows in unplaced:
        rows = all_rows[np.isin(part.arrays["municipality"][all_rows], reached)]
        chosen.add(rows + part.first, Because.UNPLACED)


def _of_areas(areas: list[int], arrays: Arrays) -> Rows:
    starts = np.append(arrays["municipality.starts"], len(arrays["municipality.rows"]))
    there = np.array([area for area in areas if area + 1 < len(starts)], np.int64)
    return np.asarray(arrays["municipality.rows"][runs(starts[there], starts[there + 1] - starts[there])])


@lru_cache(maxsize=128)
def outline(wkb: bytes) -> BaseGeometry:
    """A drawn area, prepared."""
    found: BaseGeometry = shapely.from_wkb(wkb)
    shapely.prepare(found)
    return found
