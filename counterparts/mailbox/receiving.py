"""The SMTP side."""

from asyncio.base_events import Server

from aiosmtpd.controller import Controller
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


def open_smtp(store: Store, host: str, port: int) -> Controller:
    """A running server in a thread of its own."""
    controller = Controller(
        Keeper(store), hostname=host, port=port, data_size_limit=LARGEST, enable_SMTPUTF8=True, ident="mailbox"
    )
    controller.start()
    return controller


def port_of(controller: Controller) -> int:
    """The port in use, also where a free one was asked for."""
    server = controller.server
    if not isinstance(server, Server):
        raise RuntimeError("The SMTP server is not running")
    port: int = server.sockets[0].getsockname()[1]
    return port
