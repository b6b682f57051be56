"""Work of the improving loop that waits for nobody."""

import httpx

from todoke.kernel.jobs import task
from todoke.loops.improve.actions.figures import refresh_figures
from todoke.loops.improve.counting import count_uses
from todoke.loops.improve.fetching import fetch_figures
from todoke.loops.improve.open_data.fairness import forget_visitors
from todoke.loops.improve.open_data.publishing import make_all_ready, make_ready
from todoke.loops.improve.open_data.registry import data_set as data_set_named
from todoke.loops.improve.reminding import remind


@task("improve.count", cron="* * * * *")
def count() -> None:
    """Count what the platform was used for since the last minute, and bring the figures up to date."""
    count_uses()
    refresh_figures()


@task("improve.remind", cron="30 23 * * *")
def remind_reporters() -> None:
    """At 8:30 in Japan: whose report is due soon, or late."""
    remind()


@task("improve.open-data.files")
def make_files(data_set: str) -> None:
    """Make the files of a data set ready whose rows changed."""
    make_ready(data_set_named(data_set))


@task("improve.open-data", cron="17 * * * *")
def keep_open_data() -> None:
    """Make ready what changed without saying so, and forget who asked."""
    make_all_ready()
    forget_visitors()


@task("improve.fetch", cron="30 18 * * *")
def fetch() -> None:
    """Ask other systems for their figures, at half past three in the morning."""
    with httpx.Client(follow_redirects=False) as client:
        fetch_figures(client)
