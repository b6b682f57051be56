"""Feeds and telegrams."""

import json
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUTES = Map(
    [
        Rule("/feed/<any(regular, extra, eqvol, other):feed>.xml", endpoint="feed", methods=["GET"]),
        Rule("/feed/<any(regular, extra, eqvol, other):feed>_l.xml", endpoint="long_feed", methods=["GET"]),
        Rule("/data/<name>.xml", endpoint="telegram", methods=["GET"]),
        Rule("/requests.json", endpoint="requests", methods=["GET"]),
        Rule("/health", endpoint="health", methods=["GET"]),
    ]
)
RECENT = timedelta(minutes=10)


@dataclass
class JmaFeed:
    """A WSGI application. ``address`` begins the addresses in the feeds."""

    folder: Path
    address: str
    _asked: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Route, count and answer."""
        request = Request(environ)
        with self._lock:
            self._asked[request.path] += 1
        try:
            endpoint, arguments = ROUTES.bind_to_environ(environ).match()
            response: Any = getattr(self, f"on_{endpoint}")(request, **arguments)
        except HTTPException as error:
            response = error
        return list(response(environ, start_response))

    def on_health(self, request: Request) -> Response:
        """For who waits until it serves."""
        return Response("{}", mimetype="application/json")

    def on_requests(self, request: Request) -> Response:
        """For tests."""
        with self._lock:
            return Response(json.dumps(dict(self._asked)), mimetype="application/json")

    def on_feed(self, request: Request, feed: str) -> Response:
        """The last ten minutes."""
        since = datetime.now(UTC) - RECENT
        return self._atom(request, feed, [path for path in self._telegrams(feed) if _changed(path) >= since])

    def on_long_feed(self, request: Request, feed: str) -> Response:
        """All."""
        return self._atom(request, feed, self._telegrams(feed))

    def on_telegram(self, request: Request, name: str) -> Response:
        """One."""
        for folder in (self.folder, *(path for path in self.folder.iterdir() if path.is_dir())):
            path = folder / f"{name}.xml"
            if path.resolve().parent == folder.resolve() and path.is_file():
                return Response(path.read_bytes(), mimetype="application/xml")
        raise NotFound

    def _telegrams(self, feed: str) -> list[Path]:
        folder = self.folder / feed if (self.folder / feed).is_dir() else self.folder
        return sorted(folder.glob("*.xml"), key=lambda path: (_changed(path), path.name), reverse=True)

    def _atom(self, request: Request, feed: str, telegrams: list[Path]) -> Response:
        changed = max((_changed(path) for path in telegrams), default=datetime(2000, 1, 1, tzinfo=UTC))
        known = request.if_modified_since
        if known is not None and known >= changed.replace(microsecond=0):
            return Response(status=304, headers={"Last-Modified": http_date(changed)})
        entries = "".join(self._entry(path) for path in telegrams)
        body = (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja">'
            f"<title>{escape(feed)}</title><updated>{changed.isoformat()}</updated><id>{escape(self.address)}</id>"
            f"{entries}</feed>"
        )
        return Response(body, mimetype="application/atom+xml", headers={"Last-Modified": http_date(changed)})

    def _entry(self, path: Path) -> str:
        address = f"{self.address}/data/{path.name}"
        return (
            f"<entry><title>{escape(path.stem)}</title><id>{escape(address)}</id>"
            f"<updated>{_changed(path).isoformat()}</updated><author><name>demonstration</name></author>"
            f'<link type="application/xml" href={quoteattr(address)}/></entry>'
        )


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
