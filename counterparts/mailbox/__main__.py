"""``python -m counterparts.mailbox --help``."""

import argparse
from pathlib import Path

from counterparts.mailbox.application import Mailbox
from counterparts.mailbox.receiving import open_smtp
from counterparts.mailbox.store import Store
from counterparts.serving import open_server, serve


def main() -> None:
    """Read the arguments, say both addresses, serve."""
    parser = argparse.ArgumentParser(
        prog="python -m counterparts.mailbox",
        description="A mail server for demonstrations: keeps mails in a folder, shows them, sends none on.",
        epilog="Example: python -m counterparts.mailbox --smtp-port 8025 --port 8002 --folder mails",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--smtp-port", type=int, default=8025, help="SMTP port; 0: a free one (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8002, help="port of the pages; 0: a free one (default: %(default)s)"
    )
    parser.add_argument("--folder", type=Path, required=True, help="where mails are kept")
    arguments = parser.parse_args()
    store = Store(arguments.folder)
    smtp = open_smtp(store, arguments.host, arguments.smtp_port)

    def application(port: int) -> Mailbox:
        print(f"http://localhost:{port}\nsmtp {arguments.host}:{smtp.port}", flush=True)  # noqa: T201
        return Mailbox(store)

    serve(open_server(arguments.host, arguments.port, application))
    smtp.stop()


if __name__ == "__main__":
    main()
