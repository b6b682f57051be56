"""The agency's Atom feeds, polled as the agency asks: conditionally, once a minute, no file twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
import structlog
from django.db import DatabaseError

from todoke.kernel import clock
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.models import Feed, Telegram
from todoke.loops.reach.telegrams.catalogue import is_of_no_concern, type_in
from todoke.loops.reach.telegrams.errors import TelegramError
from todoke.loops.reach.telegrams.markup import MAX_BYTES, Node, parse
from todoke.loops.reach.telegrams.source import moment_in

log = structlog.get_logger(__name__)

SECOND_OF_THE_MINUTE = 20
"""The agency's files are there about then."""
GAP = timedelta(minutes=8)
"""The short feed holds at least ten minutes: after a longer silence the long one is read as well."""
STALE = timedelta(minutes=5)
MOST_AT_ONCE = 500
"""Telegrams of one poll; the rest comes with the next, newest first."""
TIMEOUT = httpx.Timeout(10.0)
NAME_LIMIT = 200


@dataclass(frozen=True)
class FeedEntry:
    """A telegram that a feed names."""

    address: str
    updated: datetime | None


@dataclass(frozen=True)
class Polled:
    """What came of a poll."""

    fetched: int
    unchanged: bool = False
    problem: str = ""


def seconds_until_next(now: datetime) -> float:
    """Until twenty seconds past a minute."""
    past = now.second + now.microsecond / 1_000_000
    return (SECOND_OF_THE_MINUTE - past) % 60 or 60


def long_address(address: str) -> str:
    """The hourly feed that goes back for days: ``extra.xml`` has ``extra_l.xml`` beside it."""
    return f"{address.removesuffix('.xml')}_l.xml"


def is_stale(feed: Feed, now: datetime) -> bool:
    """Whether what it says may be out of date."""
    return feed.succeeded_at is None or now - feed.succeeded_at > STALE


def poll_feed(address: str, client: httpx.Client) -> Polled:
    """One poll of a feed, of its long one first at the start and after a gap. Problems are kept, not raised."""
    now = clock.now()
    feed, _made = Feed.objects.get_or_create(address=address)
    fetched = 0
    if feed.succeeded_at is None or now - feed.succeeded_at > GAP:
        older, _made = Feed.objects.get_or_create(address=long_address(address))
        first = _poll(older, client, now)
        fetched += first.fetched
        if first.problem:
            log.warning("long feed", address=older.address, problem=first.problem)
    polled = _poll(feed, client, now)
    return Polled(fetched + polled.fetched, polled.unchanged, polled.problem)


def _poll(feed: Feed, client: httpx.Client, now: datetime) -> Polled:
    feed.polled_at = now
    headers = {"If-Modified-Since": feed.last_modified} if feed.last_modified else {}
    try:
        polled, last_modified = _read(feed.address, client, headers)
    except (httpx.HTTPError, httpx.InvalidURL, TelegramError, _FeedError) as error:
        polled, last_modified = Polled(0, problem=f"{type(error).__name__}: {error}"[:300]), None
    feed.problem = polled.problem
    if not polled.problem:
        feed.succeeded_at = now
        feed.last_modified = (last_modified or feed.last_modified)[:60]
    feed.save()
    return polled


class _FeedError(Exception):
    """The server answered something else than a feed or a telegram."""


def _read(address: str, client: httpx.Client, headers: dict[str, str]) -> tuple[Polled, str | None]:
    response = _get(address, client, headers)
    if response is None:
        return Polled(0, unchanged=True), None
    body, last_modified = response
    wanted = list(_wanted(entries_of(parse(body)), address))
    problems = [problem for entry in wanted[:MOST_AT_ONCE] if (problem := _fetch(entry, client))]
    # What could not be fetched, or is left over, is named again: the feed counts as not yet read.
    complete = len(wanted) <= MOST_AT_ONCE and not problems
    fetched = min(len(wanted), MOST_AT_ONCE) - len(problems)
    return Polled(fetched, problem=problems[0] if problems else ""), last_modified if complete else None


def entries_of(root: Node) -> Iterator[FeedEntry]:
    """What an Atom feed names, in its order."""
    for entry in root.all("entry"):
        link = entry.find("link")
        address = (link.attributes.get("href", "") if link is not None else "") or entry.value("id")
        if address:
            yield FeedEntry(address, moment_in(entry.value("updated")))


def _wanted(entries: Iterable[FeedEntry], feed: str) -> Iterator[FeedEntry]:
    """Those not fetched yet and of types that may concern residents, newest first: an older one of a unit is then
    known to be superseded when it comes. A feed may name files of its own server only.
    """
    home = urlsplit(feed)
    found = {
        entry.address: entry
        for entry in entries
        if urlsplit(entry.address)[:2] == home[:2]
        and len(entry.address) <= NAME_LIMIT
        and not is_of_no_concern(type_in(entry.address))
    }
    known = set(Telegram.objects.filter(source="feed", name__in=list(found)).values_list("name", flat=True))
    new = [entry for address, entry in found.items() if address not in known]
    yield from sorted(new, key=lambda entry: entry.updated.timestamp() if entry.updated else 0.0, reverse=True)


def _fetch(entry: FeedEntry, client: httpx.Client) -> str:
    """Get and receive one; why not, where it did not work."""
    try:
        response = _get(entry.address, client, {})
    except (httpx.HTTPError, httpx.InvalidURL, _FeedError) as error:
        return f"{entry.address}: {type(error).__name__} {error}"[:300]
    if response is None:
        return ""
    try:
        receive(body=response[0], source="feed", name=entry.address)
    except DatabaseError:
        raise
    except Exception as error:
        # One telegram that trips somebody who listens must not keep the others waiting; the next poll brings it again.
        log.exception("a telegram cannot be taken in", address=entry.address)
        return f"{entry.address}: {type(error).__name__}"[:300]
    return ""


def _get(address: str, client: httpx.Client, headers: dict[str, str]) -> tuple[bytes, str] | None:
    """The body and when it was changed; None for 304."""
    with client.stream("GET", address, headers=headers, timeout=TIMEOUT) as response:
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if response.status_code != httpx.codes.OK:
            raise _FeedError(f"{address} answered {response.status_code}")
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > MAX_BYTES:
                raise _FeedError(f"{address} is larger than {MAX_BYTES} bytes")
            parts.append(part)
        return b"".join(parts), response.headers.get("Last-Modified", "")
