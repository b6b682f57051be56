"""Indicators with where they stand, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from todoke.faces.charts.line import Labels, Series, small_line
from todoke.faces.look.templatetags.look import unruby
from todoke.faces.public.progress.voice import Voice
from todoke.loops.improve.queries.figures import Point, newest
from todoke.loops.improve.standing import TOLERANCE, Standing, State, expected_value, standing
from todoke.loops.improve.types import Indicator, Policy

ICONS = {State.REACHED: "check", State.ON_TRACK: "check", State.LATE: "clock", State.UNKNOWN: "minus"}
Points = Sequence[Point]


@dataclass(frozen=True)
class Stand:
    """An indicator, what was released of the whole prefecture, and what to say of it."""

    indicator: Indicator
    points: Points
    standing: Standing
    voice: Voice

    @property
    def id(self) -> str:
        """Of the indicator."""
        return self.indicator.id

    @property
    def title(self) -> str:
        """What is counted."""
        return self.voice.text(self.indicator.titles)

    @property
    def state(self) -> str:
        """For a class."""
        return str(self.standing.state)

    @property
    def is_late(self) -> bool:
        """Whether it is behind its path."""
        return self.standing.state is State.LATE

    @property
    def state_words(self) -> str:
        """予定どおり."""
        return str(self.voice.words["states"][self.state])

    @property
    def icon(self) -> str:
        """Beside the state's words."""
        return ICONS[self.standing.state]

    @property
    def value(self) -> str:
        """41.2."""
        return "" if self.standing.value is None else self.voice.number(self.standing.value, self.indicator.decimals)

    @property
    def unit(self) -> str:
        """万人."""
        return self.voice.unit(self.indicator)

    @property
    def goal(self) -> str:
        """目標 60万人."""
        return self.voice.say("goal_of", goal=self.goal_value)

    @property
    def goal_value(self) -> str:
        """60万人."""
        return self.voice.goal(self.indicator, self.indicator.goal.value)

    @property
    def done(self) -> Decimal:
        """Of the way, in percent that fit in a bar."""
        return min(max(self.standing.done, Decimal(0)), Decimal(100)).quantize(Decimal("0.1"))

    @property
    def expected(self) -> Decimal:
        """Of the way by now."""
        return min(max(self.standing.expected, Decimal(0)), Decimal(100)).quantize(Decimal("0.1"))

    @property
    def ahead(self) -> Decimal:
        """Percent of the way more than expected; less than nought where it is behind."""
        return self.standing.done - self.standing.expected

    @property
    def sentence(self) -> str:
        """What its chart says."""
        return sentence_of(self)

    @property
    def series(self) -> Series:
        """From the baseline over the figures, with the way to the target."""
        return series_of(self.indicator, self.points)

    def small_chart(self) -> str:
        """As a part of a page."""
        return small_line(self.series, self.labels).inline(f"chart-{self.id}", "chart-small")

    @property
    def labels(self) -> Labels:
        """The words in its charts."""
        voice, indicator = self.voice, self.indicator
        whole = indicator.goal.value == indicator.goal.value.to_integral_value()
        goal = voice.number(indicator.goal.value, 0 if whole else indicator.decimals)
        return Labels(
            title=unruby(self.title),
            description=unruby(self.sentence),
            now=voice.plain("now"),
            goal=voice.plain("goal_short", goal=goal),
            value=lambda value: voice.number(value, 0 if float(value).is_integer() else 1),
            day=voice.short_day,
        )


def series_of(indicator: Indicator, points: Points, *, label: str = "") -> Series:
    """With its baseline and the way to its target."""
    real = [(point.on, point.value) for point in points if point.on > indicator.baseline.on]
    baseline = (indicator.baseline.on, indicator.baseline.value)
    return Series(label, [baseline, *real], [(one.on, one.value) for one in indicator.path])


def sentence_of(stand: Stand) -> str:
    """From what to what, against what was expected, and what the target is."""
    indicator, voice, last = stand.indicator, stand.voice, newest(stand.points)
    end = voice.say("sentence_goal", on=voice.day(indicator.goal.on), goal=stand.goal_value)
    if last is None or last.value is None:
        return f"{voice.say('sentence_none')}{end}"
    start = indicator.baseline
    way = "same" if last.value == start.value else "rose" if last.value > start.value else "fell"
    moved = voice.say(
        f"sentence_{way}",
        title=stand.title,
        first=voice.day(start.on),
        before=voice.amount(indicator, start.value),
        on=voice.day(last.on),
        after=voice.amount(indicator, last.value),
    )
    beside = "behind" if stand.is_late else "close" if abs(stand.ahead) <= TOLERANCE else "ahead"
    planned = voice.amount(indicator, expected_value(indicator.path, last.on))
    return f"{moved}{voice.say(f'sentence_{beside}', planned=planned)}{end}"


def stands(policy: Policy, series: Mapping[str, Mapping[str, Points]], voice: Voice) -> dict[str, Stand]:
    """Every indicator by id, by what was released."""
    found = {}
    for one in policy.indicators:
        points = series.get(one.id, {}).get("", [])
        last = newest(points)
        where = standing(one, last.value if last else None, last.on if last else None)
        found[one.id] = Stand(one, points, where, voice)
    return found
