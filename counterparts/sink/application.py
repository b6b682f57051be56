"""The providers' side, and the page that shows what arrived.

RSGI on granian's own loop, not WSGI like the other counterparts: it has to keep up with 2,000 messages a second on
half a processor, and to let thousands of requests wait while it is slow.
"""

import asyncio
import base64
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidTag

from counterparts.sink.behaviour import Behaviour
from counterparts.sink.pages import page, style
from counterparts.sink.receipts import Receipts
from counterparts.sink.store import Store
from counterparts.sink.subscriptions import Subscription

Answer = tuple[int, dict[str, str], Any]
JSON = {"content-type": "application/json"}


class Sink:
    """An RSGI application."""

    def __init__(self, address: str, receipts: Receipts) -> None:
        self.address, self.receipts = address, receipts
        self.store, self.behaviour = Store(), Behaviour()
        self.subscriptions: dict[str, Subscription] = {}

    async def __call__(self, scope: Any, protocol: Any) -> None:
        """Route and answer."""
        body = await protocol() if scope.method == "POST" else b""
        try:
            status, headers, content = await self._answer(scope, body)
        except (ValueError, TypeError, KeyError, IndexError):
            status, headers, content = 400, JSON, {"error": "bad request"}
        if not isinstance(content, bytes):
            content = json.dumps(content, ensure_ascii=False).encode()
        protocol.response_bytes(status, list(headers.items()), content)

    async def _answer(self, scope: Any, body: bytes) -> Answer:
        first, _, rest = scope.path.lstrip("/").partition("/")
        if scope.method == "GET":
            return self._show(first, scope)
        taking: dict[str, Callable[[str, Any, bytes], Answer]] = {
            "sms": self._sms,
            "v2": self._line,
            "webhook": self._webhook,
            "push": self._push,
        }
        if first not in taking:
            return self._manage(first, rest, body)
        self.store.requests += 1
        now = self.behaviour
        wrong = now.share >= 1 or random.random() < now.share  # noqa: S311
        if wrong and now.delay:
            await asyncio.sleep(now.delay)
        if wrong and now.status:
            return now.status, JSON | ({"retry-after": str(now.retry_after)} if now.retry_after else {}), {"error": "x"}
        if wrong and now.lie == "error-body":
            return 200, JSON, {"error": {"code": "internal", "message": "not accepted"}}
        answer = taking[first](rest, scope.headers, body)
        if wrong and now.lie == "took-it-after-all":
            return 503, JSON, {"error": "unavailable"}
        return answer

    def _sms(self, rest: str, headers: Any, body: bytes) -> Answer:
        given = json.loads(body)
        key, to = headers.get("idempotency-key") or "", given["to"]
        said = {"id": uuid.uuid4().hex, "status": "accepted"}
        answer = self._take("sms", key, to, given["text"], said, {"reference": given.get("reference", "")})
        return 200, JSON, answer

    def _line(self, rest: str, headers: Any, body: bytes) -> Answer:
        given = json.loads(body)
        key = headers.get("x-line-retry-key") or ""
        text = "\n".join(message.get("text", "") for message in given["messages"])
        request = uuid.uuid4().hex
        said = {"sentMessages": [{"id": request[:16]}], "request": request}
        answer = self._take("line", key, given["to"], text, said, {})
        if answer is not said:
            return 409, JSON | {"x-line-accepted-request-id": answer["request"]}, {"message": "already accepted"}
        return 200, JSON | {"x-line-request-id": request}, {"sentMessages": said["sentMessages"]}

    def _webhook(self, rest: str, headers: Any, body: bytes) -> Answer:
        self._take("webhook", headers.get("idempotency-key") or "", rest, body.decode(), {}, None)
        return 200, JSON, {}

    def _push(self, rest: str, headers: Any, body: bytes) -> Answer:
        device = self.subscriptions.get(rest)
        if device is None or device.ended:
            return (410 if device else 404), JSON, {}
        if not _is_vapid(headers.get("authorization") or "", self.address) or not headers.get("ttl"):
            return 401, JSON, {}
        try:
            text = device.read(body)
        except (InvalidTag, ValueError):
            return 400, JSON, {}
        self._take("push", headers.get("idempotency-key") or "", rest, text, {}, None)
        return 201, {"location": f"{self.address}/message/{uuid.uuid4().hex}"}, b""

    def _take(self, channel: str, key: str, to: str, text: str, said: Any, receipt: dict[str, str] | None) -> Any:
        answer = self.store.take(channel, key, to, text, said)
        if answer is said and receipt is not None and self.behaviour.receipts != "none":
            status = "failed" if self.behaviour.receipts == "failed" else "delivered"
            whole = {"id": said.get("id") or said.get("request"), "status": status, **receipt}
            for _time in range(2 if self.behaviour.receipts == "twice" else 1):
                self.receipts.add(channel, whole)
        return answer

    def _manage(self, first: str, rest: str, body: bytes) -> Answer:
        if first == "behaviour":
            self.behaviour = Behaviour.of(json.loads(body))
            return 200, JSON, asdict(self.behaviour)
        if first == "forget":
            self.store = Store()
            return 200, JSON, {}
        if first == "subscriptions" and rest.endswith("/end"):
            self.subscriptions[rest.removesuffix("/end")].ended = True
            return 200, JSON, {}
        if first == "subscriptions":
            name = uuid.uuid4().hex
            self.subscriptions[name] = Subscription()
            return 201, JSON, self.subscriptions[name].as_json(f"{self.address}/push/{name}")
        return 404, JSON, {"error": "no such address"}

    def _show(self, first: str, scope: Any) -> Answer:
        asked = {name: values[-1] for name, values in parse_qs(scope.query_string).items()}
        to, limit = asked.get("to", ""), max(1, min(int(asked.get("limit", 100)), 20_000))
        if first == "":
            return page(self.store, to, asked.get("lang", "ja"))
        if first == "arrived.json":
            listed = [{**asdict(one), "at": one.at.isoformat()} for one in self.store.newest(to, limit)]
            return 200, JSON, listed
        if first == "counts.json":
            counts = {"requests": self.store.requests, "accepted": len(self.store.effects)}
            return 200, JSON, {**counts, "copies": self.store.copies, "receipts": self.receipts.sent}
        if first == "keys.json":
            return 200, JSON, [[channel, key, times] for (channel, key), times in self.store.effects.items()]
        if first == "counterpart.css":
            return style()
        return (200, JSON, {}) if first == "health" else (404, JSON, {"error": "no such address"})


def _is_vapid(authorization: str, address: str) -> bool:
    """Whether it looks like a token for this push service; its signature is the browser vendor's business."""
    if not authorization.startswith("vapid t="):
        return False
    token = authorization.removeprefix("vapid t=").partition(",")[0]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return bool(claims.get("aud") == address and claims.get("sub") and claims.get("exp"))
