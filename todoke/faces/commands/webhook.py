"""todoke webhook: the systems of organisations that are told what their people are told."""

import argparse
import sys
from uuid import UUID

from todoke.exchange.messages.actions import end_contact_point, register_webhook
from todoke.exchange.messages.actions.contacts import UnfitAddressError
from todoke.exchange.messages.models import ContactPoint
from todoke.registry.people.models import Resident

EXAMPLES = """\
examples:
  todoke webhook add 0190b1c2-… https://care.example.jp/todoke さくら苑
  todoke webhook list
  todoke webhook end 12
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``webhook`` to the commands."""
    parser = subparsers.add_parser(
        "webhook",
        help="tell a care home's system what its people are told, once they agreed",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = parser.add_subparsers(dest="deed", metavar="DEED", required=True)
    add = deeds.add_parser("add", help="print the secret by which the system knows us; it is shown this once")
    add.add_argument("resident", type=UUID, help="id of the resident, who agreed")
    add.add_argument("url", help="https address on the public network")
    add.add_argument("name", help="by which the resident knows the organisation")
    deeds.add_parser("list", help="number, resident and name of each that is used")
    end = deeds.add_parser("end", help="nothing is sent there any more")
    end.add_argument("number", type=int)


def run(args: argparse.Namespace) -> int:
    """0, or 1 where there is no such resident or webhook, or the address is not fit."""
    return {"add": _add, "list": _list, "end": _end}[args.deed](args)


def _add(args: argparse.Namespace) -> int:
    resident = Resident.objects.filter(pk=args.resident).first()
    if resident is None:
        return _failed(f"no resident {args.resident}")
    try:
        point, secret = register_webhook(resident=resident, url=args.url, name=args.name)
    except UnfitAddressError:
        return _failed(f"{args.url} is no https address on the public network")
    print(f"{point.pk}  {secret}")
    return 0


def _list(args: argparse.Namespace) -> int:
    for point in ContactPoint.objects.filter(channel="webhook", ended_at=None).order_by("pk"):
        print(f"{point.pk}  {point.resident_id}  {point.label}")
    return 0


def _end(args: argparse.Namespace) -> int:
    point = ContactPoint.objects.filter(pk=args.number, channel="webhook", ended_at=None).first()
    if point is None:
        return _failed(f"no webhook {args.number}")
    end_contact_point(contact_point=point)
    return 0


def _failed(words: str) -> int:
    print(f"todoke: {words}", file=sys.stderr)
    return 1
