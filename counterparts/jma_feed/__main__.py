"""``python -m counterparts.jma_feed --help``."""

import argparse
from pathlib import Path

from counterparts.jma_feed.application import JmaFeed
from counterparts.serving import open_server, serve


def main() -> None:
    """Read the arguments, say the address, serve."""
    parser = argparse.ArgumentParser(
        prog="python -m counterparts.jma_feed",
        description="Serves an Atom feed of the telegrams of a folder, for demonstrations.",
        epilog="Example: python -m counterparts.jma_feed --port 8004 --folder telegrams",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8004, help="port; 0: a free one (default: %(default)s)")
    parser.add_argument("--folder", type=Path, required=True, help="where the telegrams are")
    arguments = parser.parse_args()

    def application(port: int) -> JmaFeed:
        address = f"http://{arguments.host}:{port}"
        print(address, flush=True)  # noqa: T201
        return JmaFeed(arguments.folder, address)

    serve(open_server(arguments.host, arguments.port, application))


if __name__ == "__main__":
    main()
