"""Figures from other systems, once a day; what cannot be taken is logged and kept in the audit trail."""

from urllib.parse import urlsplit

import httpx
import structlog
from django.conf import settings

from todoke.kernel import audit, clock
from todoke.kernel.errors import TodokeError
from todoke.loops.improve.actions.figures import record_figure
from todoke.loops.improve.adapters.http_source import SourceError, fetch
from todoke.loops.improve.queries.policies import current_policies
from todoke.loops.improve.types import Indicator, Origin, Policy
from todoke.registry.places.models import Municipality

log = structlog.get_logger(__name__)


def fetch_figures(client: httpx.Client) -> int:
    """Ask every source that a setting names; how many figures it gave. One that fails does not keep the others back."""
    return sum(
        _fetch(policy, indicator, settings.INDICATOR_SOURCES[indicator.id], client)
        for policy in current_policies()
        for indicator in policy.indicators
        if indicator.source.origin is Origin.HTTP and indicator.id in settings.INDICATOR_SOURCES
    )


def _fetch(policy: Policy, indicator: Indicator, address: str, client: httpx.Client) -> int:
    taken, places = 0, {"", *Municipality.objects.values_list("code", flat=True)}
    try:
        for figure in fetch(address, client):
            if figure.municipality not in places:
                raise SourceError(f"there is no municipality {figure.municipality[:20]}")
            if figure.on <= clock.today():
                record_figure(
                    policy=policy,
                    indicator=indicator.id,
                    on=figure.on,
                    value=figure.value,
                    municipality=figure.municipality,
                    origin=Origin.HTTP,
                    detail=_named(address),
                    by=audit.SYSTEM,
                )
                taken += 1
    except (SourceError, TodokeError) as error:
        log.warning("indicator source", indicator=indicator.id, address=address, problem=str(error))
        audit.record(
            actor=audit.SYSTEM,
            action="figure-source-failed",
            subject=f"indicator:{indicator.id}",
            address=address,
            problem=str(error)[:300],
        )
    return taken


def _named(address: str) -> str:
    """As everybody may read it: without a password before its host, or a key in its query."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
