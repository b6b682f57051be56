"""``python -m counterparts.auth_app --help``."""

import argparse
from pathlib import Path

from counterparts.auth_app.application import Provider
from counterparts.auth_app.cards import load_cards
from counterparts.auth_app.clients import Client, ClientKeys
from counterparts.serving import open_server, serve


def main() -> None:
    """Read the arguments, say the address, serve."""
    parser = argparse.ArgumentParser(
        prog="python -m counterparts.auth_app",
        description="An OpenID provider for demonstrations, with fictitious people.",
        epilog="Example: python -m counterparts.auth_app --port 8001 --cards cards.json "
        "--client-keys http://localhost:8000/.well-known/todoke-jwks.json",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8001, help="port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--base", help="address as browsers see it (default: http://localhost:PORT)")
    parser.add_argument("--cards", type=Path, required=True, help="JSON file of the people who can be chosen")
    parser.add_argument("--client-id", default="RP00000001", help="the registered client (default: %(default)s)")
    parser.add_argument("--client-keys", required=True, help="address or file of the client's JWKS")
    parser.add_argument(
        "--redirect-uri",
        action="append",
        help="registered redirect_uri, may be repeated (default: http://localhost:8000/login/callback)",
    )
    parser.add_argument(
        "--scopes", default="openid name address birthdate gender", help="what the client may ask for (default: all)"
    )
    parser.add_argument(
        "--pairwise-secret",
        default="demonstration-only",
        help="makes the sub of each card; the same secret gives the same sub after a restart",
    )
    arguments = parser.parse_args()
    client = Client(
        client_id=arguments.client_id,
        redirect_uris=tuple(arguments.redirect_uri or ["http://localhost:8000/login/callback"]),
        scopes=frozenset(arguments.scopes.split()),
        keys=ClientKeys(arguments.client_keys),
    )
    cards = load_cards(arguments.cards)

    def application(port: int) -> Provider:
        base = arguments.base or f"http://localhost:{port}"
        print(base.rstrip("/"), flush=True)  # noqa: T201
        return Provider(base.rstrip("/"), client, cards, arguments.pairwise_secret)

    serve(open_server(arguments.host, arguments.port, application))


if __name__ == "__main__":
    main()
