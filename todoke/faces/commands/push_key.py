"""todoke push-key: make the key by which push services know us."""

import argparse
import base64

from cryptography.hazmat.primitives.asymmetric import ec

EXAMPLES = """\
example:
  todoke push-key
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``push-key`` to the commands."""
    parser = subparsers.add_parser(
        "push-key",
        help="make a new private key for Web Push, for TODOKE_VAPID_KEY",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """0; devices that subscribed under another key have to subscribe again."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    print(base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("="))
    return 0
