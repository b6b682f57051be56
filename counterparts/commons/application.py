"""The SOAP endpoint, what it keeps, and its page."""

import base64
import json
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from counterparts.commons.checking import ENVELOPE, SOAP, Document, RefusedError, document_in
from counterparts.commons.pages import page
from counterparts.commons.receiver import Receiver
from counterparts.page import language_of, stylesheet

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUTES = Map(
    [
        Rule("/", endpoint="page", methods=["GET"]),
        Rule("/publish", endpoint="publish", methods=["POST"]),
        Rule("/documents/<int:number>.xml", endpoint="document", methods=["GET"]),
        Rule("/documents/<int:number>/again", endpoint="again", methods=["POST"]),
        Rule("/documents.json", endpoint="documents", methods=["GET"]),
        Rule("/counts.json", endpoint="counts", methods=["GET"]),
        Rule("/distribute", endpoint="distribute", methods=["POST"]),
        Rule("/behaviour", endpoint="behaviour", methods=["POST"]),
        Rule("/forget", endpoint="forget", methods=["POST"]),
        Rule("/counterpart.css", endpoint="stylesheet", methods=["GET"]),
        Rule("/health", endpoint="health", methods=["GET"]),
    ]
)


@dataclass
class Behaviour:
    """Well, unless told otherwise."""

    delay: float = 0
    """Seconds before it answers."""

    status: int = 0
    """It answers with that status, and takes nothing."""

    fault: str = ""
    """Client, Server: it answers with such a fault, and takes nothing."""

    answer: str = ""
    """It takes the document, and says this instead of an answer."""

    echo: bool = False
    """What it takes is given out at once, also to who sent it, as the real one does."""


@dataclass(frozen=True)
class Taken:
    """A document that was taken."""

    number: int
    at: datetime
    document: Document
    body: bytes

    def as_json(self) -> dict[str, Any]:
        """For tests."""
        return {"number": self.number, "at": self.at.isoformat(), **asdict(self.document)}


@dataclass
class Commons:
    """A WSGI application. Everything is kept in memory: it is gone with the process."""

    receiver: Receiver = field(default_factory=Receiver)
    user: str = ""
    password: str = ""
    behaviour: Behaviour = field(default_factory=Behaviour)
    taken: list[Taken] = field(default_factory=list)
    refused: list[tuple[datetime, str]] = field(default_factory=list)
    requests: int = 0
    copies: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Route and answer."""
        request = Request(environ)
        try:
            endpoint, arguments = ROUTES.bind_to_environ(environ).match()
            response: Any = getattr(self, f"on_{endpoint}")(request, **arguments)
        except HTTPException as error:
            response = error
        return list(response(environ, start_response))

    def on_publish(self, request: Request) -> Response:
        """Take a document, or say why not."""
        now, body = self.behaviour, request.get_data()
        with self._lock:
            self.requests += 1
        if now.delay:
            time.sleep(now.delay)
        if self.user and not self._is_member(request):
            return Response("401", status=401, headers={"WWW-Authenticate": 'Basic realm="commons"'})
        if now.status:
            return Response("x", status=now.status)
        if now.fault:
            return _fault(now.fault, "as told")
        try:
            with self._lock:
                taken = self._take(*document_in(body))
        except RefusedError as error:
            self.refused.append((datetime.now(UTC), str(error)))
            return _fault("Client", str(error))
        if taken and now.echo:
            self.receiver.give(taken.body)
        return Response(now.answer or _ANSWER, mimetype="text/xml")

    def on_page(self, request: Request) -> Response:
        """What arrived, for people."""
        rows = [(one.number, one.at, one.document) for one in reversed(self.taken)]
        return page(rows, list(reversed(self.refused)), language_of(request))

    def on_document(self, request: Request, number: int) -> Response:
        """One as it came."""
        return Response(self._numbered(number).body, mimetype="application/xml")

    def on_again(self, request: Request, number: int) -> Response:
        """Give one out."""
        return _json(self._given(self._numbered(number).body))

    def on_distribute(self, request: Request) -> Response:
        """Give out what somebody else wrote; it is not checked, so that it can be wrong."""
        return _json(self._given(request.get_data()))

    def on_documents(self, request: Request) -> Response:
        """For tests, the oldest first."""
        return _json([one.as_json() for one in self.taken])

    def on_counts(self, request: Request) -> Response:
        """For tests."""
        counts = {"requests": self.requests, "accepted": len(self.taken)}
        return _json({**counts, "copies": self.copies, "refused": len(self.refused)})

    def on_behaviour(self, request: Request) -> Response:
        """From now on."""
        given = request.get_json(force=True)
        known = {one.name for one in fields(Behaviour)}
        self.behaviour = Behaviour(**{name: value for name, value in given.items() if name in known})
        return _json(asdict(self.behaviour))

    def on_forget(self, request: Request) -> Response:
        """Begin anew."""
        with self._lock:
            self.taken, self.refused, self.requests, self.copies = [], [], 0, 0
        return _json({})

    def on_stylesheet(self, request: Request) -> Response:
        """Of the page."""
        return stylesheet()

    def on_health(self, request: Request) -> Response:
        """For who waits until it serves."""
        return _json({})

    def _is_member(self, request: Request) -> bool:
        expected = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return request.headers.get("Authorization", "") == f"Basic {expected}"

    def _take(self, document: Document, body: bytes) -> Taken | None:
        """None for a copy. Raises RefusedError."""
        before = [one for one in self.taken if one.document.document_id == document.document_id]
        for one in before:
            if one.document.revision == document.revision:
                if one.body != body:
                    raise RefusedError(f"revision {document.revision} was said otherwise before")
                self.copies += 1
                return None
        newest = max((one.document.revision for one in before), default=0)
        if document.revision != newest + 1:
            raise RefusedError(f"revision {document.revision} does not follow {newest}")
        taken = Taken(len(self.taken) + 1, datetime.now(UTC), document, body)
        self.taken.append(taken)
        return taken

    def _numbered(self, number: int) -> Taken:
        if not 1 <= number <= len(self.taken):
            raise NotFound
        return self.taken[number - 1]

    def _given(self, body: bytes) -> dict[str, Any]:
        status, said = self.receiver.give(body)
        return {"status": status, "said": said}


def _json(content: Any) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), mimetype="application/json")


_ANSWER = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body>'
    f'<tns:publishResponse xmlns:tns="{SOAP}"/></soap:Body></soap:Envelope>'
)


def _fault(code: str, text: str) -> Response:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body><soap:Fault>'
        f"<faultcode>soap:{code}</faultcode><faultstring>{escape(text)}</faultstring>"
        "</soap:Fault></soap:Body></soap:Envelope>"
    )
    return Response(body, status=500, mimetype="text/xml")
