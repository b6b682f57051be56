"""Serving a counterpart until it is told to stop."""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Addresses hold codes and names; they are not logged."""


def open_server(host: str, port: int, application: Callable[[int], "WSGIApplication"]) -> BaseWSGIServer:
    """A threaded server on ``port``, or on a free one for 0. ``application`` is made with the port in use."""

    def not_ready(environ: object, start_response: object) -> list[bytes]:
        return []

    server = make_server(host, port, not_ready, threaded=True, request_handler=_Quiet)
    server.app = application(server.server_port)
    return server


def serve(server: BaseWSGIServer) -> None:
    """Serve until SIGTERM or SIGINT."""

    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever(poll_interval=0.2)
    server.server_close()
