"""Work of the improving loop that waits for nobody."""

from todoke.kernel.jobs import task
from todoke.loops.improve.actions.figures import refresh_figures
from todoke.loops.improve.counting import count_uses


@task("improve.count", cron="* * * * *")
def count() -> None:
    """Count what the platform was used for since the last minute, and bring the figures up to date."""
    count_uses()
    refresh_figures()
