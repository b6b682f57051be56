"""The SMTP side."""

import asyncio
import threading
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from counterparts.mailbox.store import Store

LARGEST = 20 * 1024 * 1024


class Keeper:
    """aiosmtpd's handler."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, then acknowledge it."""
        content = envelope.original_content or b""
        self._store.keep(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 OK"


@dataclass(frozen=True)
class Receiver:
    """A running SMTP server in a thread of its own."""

    port: int
    _loop: asyncio.AbstractEventLoop
    _thread: threading.Thread

    def stop(self) -> None:
        """Close the connections and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def open_smtp(store: Store, host: str, port: int) -> Receiver:
    """Listen on ``port``, or on a free one for 0. Raises OSError when the port is taken."""
    loop = asyncio.new_event_loop()

    def session() -> SMTP:
        return SMTP(Keeper(store), data_size_limit=LARGEST, enable_SMTPUTF8=True, ident="mailbox", loop=loop)

    server = loop.run_until_complete(loop.create_server(session, host, port))
    thread = threading.Thread(target=loop.run_forever, name="smtp")
    thread.start()
    return Receiver(server.sockets[0].getsockname()[1], loop, thread)
