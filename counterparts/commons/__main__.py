"""``python -m counterparts.commons --help``."""

import argparse

from counterparts.commons.application import Commons
from counterparts.commons.receiver import Receiver
from counterparts.serving import open_server, serve


def main() -> None:
    """Read the arguments, say the address, serve."""
    parser = argparse.ArgumentParser(
        prog="python -m counterparts.commons",
        description="Takes and gives out documents of Lアラート for demonstrations: nothing reaches any broadcaster.",
        epilog="Example: python -m counterparts.commons --port 8005 --receiver http://localhost:8000/api/commons/",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8005, help="0: a free one (default: %(default)s)")
    parser.add_argument("--user", default="", help="ask for this user and the password by HTTP Basic")
    parser.add_argument("--password", default="", help="the user's password")
    parser.add_argument("--receiver", default="", metavar="URL", help="who is given documents")
    parser.add_argument("--token", default="", help="bearer token for the receiver")
    arguments = parser.parse_args()

    def application(port: int) -> Commons:
        print(f"http://{arguments.host}:{port}", flush=True)  # noqa: T201
        return Commons(Receiver(arguments.receiver, arguments.token), user=arguments.user, password=arguments.password)

    serve(open_server(arguments.host, arguments.port, application))


if __name__ == "__main__":
    main()
