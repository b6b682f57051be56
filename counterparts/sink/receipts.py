"""Receipts, sent in lists to who asked for them."""

import asyncio
import hmac
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

MOST = 500
PAUSE = 0.05
MOST_REFUSALS = 5


@dataclass
class Receipts:
    """A queue, and what empties it.

    A list is sent again until somebody answers; what is refused is sent five times, as providers do.
    """

    address: str
    key: str
    waiting: deque[tuple[str, dict[str, Any]]] = field(default_factory=deque)
    sent: int = 0

    def add(self, channel: str, receipt: dict[str, Any]) -> None:
        """Send it soon, if anybody wants it."""
        if self.address:
            self.waiting.append((channel, receipt))

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(PAUSE)
            while self.waiting:
                channel = self.waiting[0][0]
                some: list[dict[str, Any]] = []
                while self.waiting and len(some) < MOST and self.waiting[0][0] == channel:
                    some.append(self.waiting.popleft()[1])
                await self._send_until_taken(channel, some)

    async def _send_until_taken(self, channel: str, receipts: list[dict[str, Any]]) -> None:
        refused = 0
        while refused < MOST_REFUSALS:
            status = await asyncio.to_thread(self._send, channel, receipts)
            if 200 <= status < 300:
                self.sent += len(receipts)
                return
            refused += status > 0
            await asyncio.sleep(0.5)

    def _send(self, channel: str, receipts: list[dict[str, Any]]) -> int:
        """The status of the answer; 0 where nobody answers."""
        body = json.dumps(receipts).encode()
        signature = hmac.digest(self.key.encode(), body, "sha256").hex()
        headers = {"Content-Type": "application/json", "Todoke-Signature": f"sha256={signature}"}
        request = Request(f"{self.address.rstrip('/')}/{channel}/", body, headers, method="POST")  # noqa: S310
        try:
            with urlopen(request, timeout=20) as response:  # noqa: S310 - the address is an argument of the command
                return int(response.status)
        except HTTPError as error:
            return error.code
        except OSError:
            return 0
