"""Nightly tidying of what was begun and never handed in."""

from datetime import timedelta

from django.conf import settings

from todoke.capabilities.forms.actions import forget_stale_drafts, forget_unused_files
from todoke.kernel import clock
from todoke.kernel.jobs import task


@task("forms.forget_stale_drafts", cron="10 18 * * *")
def tidy() -> None:
    """At 3:10 in Japan; files go a day after the last draft or submission let go of them."""
    now = clock.now()
    forget_stale_drafts(untouched_since=now - timedelta(days=settings.DRAFT_DAYS))
    forget_unused_files(stored_before=now - timedelta(days=1))
