"""``python -m counterparts.sink --help``."""

import argparse
import asyncio
import signal
import socket

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from counterparts.sink.application import Sink
from counterparts.sink.receipts import Receipts


def main() -> None:
    """Read the arguments, say the address, serve."""
    parser = argparse.ArgumentParser(
        prog="python -m counterparts.sink",
        description="Providers of text messages, LINE, push and webhooks for demonstrations: they carry to nobody.",
        epilog="Example: python -m counterparts.sink --port 8003 --receipts http://localhost:8000/api/receipts/",
    )
    parser.add_argument("--port", type=int, default=8003, help="0: a free one (default: %(default)s)")
    parser.add_argument("--receipts", default="", metavar="URL", help="where receipts go, each channel's below it")
    parser.add_argument("--key", default="", help="by which receipts are signed")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.port or _free_port(), Receipts(arguments.receipts, arguments.key)))


async def _serve(port: int, receipts: Receipts) -> None:
    server = Server(
        Sink(f"http://localhost:{port}", receipts),
        address="127.0.0.1",
        port=port,
        interface=Interfaces.RSGI,
        websockets=False,
        log_level=LogLevels.warning,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    sending = asyncio.create_task(receipts.run())
    print(f"http://localhost:{port}", flush=True)  # noqa: T201
    await server.serve()
    sending.cancel()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
