"""The end of the story: what it did is in the prefecture's indicators, and what was promised is on a public page."""

import time
from decimal import Decimal

from todoke.faces.demonstration.browsing import StoryError, Visitor
from todoke.faces.demonstration.play import Say, Stage
from todoke.kernel import clock
from todoke.loops.improve.jobs import count
from todoke.loops.improve.models import Figure, Outdated, Use
from todoke.loops.improve.periods import end_of_quarter
from todoke.loops.improve.queries.policies import current_policies
from todoke.loops.improve.types import Grain, Indicator

PATIENCE = 90
Values = dict[str, Decimal | None]


def computed() -> list[Indicator]:
    """The indicators of the newest policy that the platform works out by itself."""
    return [one for policy in current_policies()[:1] for one in policy.indicators if one.source.computation]


def values() -> Values:
    """What each of them stands at in this quarter."""
    rows = Figure.objects.filter(
        indicator__in=[one.id for one in computed()],
        grain=Grain.QUARTER,
        on=end_of_quarter(clock.today()),
        municipality_code="",
        service="",
        current=True,
    )
    return dict(rows.values_list("indicator", "value"))


def moved(stage: Stage, before: Values, say: Say) -> None:
    """Wait until the story is counted, and say what it moved; then read what everybody reads."""
    count.enqueue()
    until = time.monotonic() + PATIENCE
    while Use.objects.exists() or Outdated.objects.exists():
        if time.monotonic() > until:
            raise StoryError("the story was not counted")
        time.sleep(0.3)
    after = values()
    say("いまの物語は、もう県の指標に入っている（今の四半期、速報。公表は四半期が終わってから）")
    for one in computed():
        if after.get(one.id) != before.get(one.id):
            say(f"  {one.titles['ja']}：{_worded(one, before.get(one.id))} → {_worded(one, after.get(one.id))}")
    page = Visitor(stage.portal)
    heading = page.open("/progress/")
    say(f"だれでも見られるページ：「{heading}」 {stage.portal}/progress/")


def _worded(indicator: Indicator, value: Decimal | None) -> str:
    return "まだなし" if value is None else f"{value:,.{indicator.decimals}f}{indicator.unit['ja']}"
