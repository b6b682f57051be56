"""Of ``todoke packs``: publish packs, list the versions of one, put an earlier one back into force."""

import argparse
from collections.abc import Sequence

from todoke.kernel import clock
from todoke.kernel.audit import SYSTEM
from todoke.registry.catalogue.actions import NoSuchVersionError, publish_packs, roll_back
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.catalogue.queries import current_version
from todoke.registry.catalogue.types import Pack

PUBLISH_EXAMPLES = """\
examples:
  todoke packs publish
  todoke packs publish child-allowance childcare-place

It proves them as check does, and publishes none while one has a problem. New drafts
begin with the new version; drafts and cases keep theirs. A pack whose folder holds a
version that was rolled back is left as it is.
"""
VERSIONS_EXAMPLES = """\
example:
  todoke packs versions child-allowance
"""
ROLL_BACK_EXAMPLES = """\
example:
  todoke packs roll-back child-allowance 1

New drafts begin with that version at once; drafts and cases keep theirs. A later version
is put into force again in the same way.
"""


class VersionError(Exception):
    """A pack or version that was never published."""


def add_deeds(deeds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``publish``, ``versions`` and ``roll-back`` to the deeds of ``todoke packs``."""
    layout = argparse.RawDescriptionHelpFormatter
    publish_ = deeds.add_parser(
        "publish", help="put packs of the folder into force", epilog=PUBLISH_EXAMPLES, formatter_class=layout
    )
    publish_.add_argument("pack", nargs="*", metavar="ID", help="ids of packs; none: all of them")
    versions = deeds.add_parser(
        "versions", help="list the published versions of a pack", epilog=VERSIONS_EXAMPLES, formatter_class=layout
    )
    versions.add_argument("pack", metavar="ID", help="id of the pack")
    back = deeds.add_parser(
        "roll-back", help="put an earlier version back into force", epilog=ROLL_BACK_EXAMPLES, formatter_class=layout
    )
    back.add_argument("pack", metavar="ID", help="id of the pack")
    back.add_argument("number", type=int, metavar="NUMBER", help="of the version, as versions prints it")


def publish(packs: Sequence[Pack]) -> None:
    """Make proved packs the current versions, and say of each what became of it."""
    held = {pack.id: version for pack in packs if (version := _rolled_back(pack))}
    new = publish_packs(packs=[pack for pack in packs if pack.id not in held], actor=SYSTEM)
    numbers = {version.pack: version.number for version in new}
    for pack in packs:
        if pack.id in numbers:
            print(f"{pack.id}: published version {numbers[pack.id]}")
        elif pack.id in held:
            number = held[pack.id].number
            print(
                f"{pack.id}: left as it is; the folder holds version {number}, which was rolled back"
                f" (to have it again: todoke packs roll-back {pack.id} {number})"
            )
        else:
            print(f"{pack.id}: unchanged")


def _rolled_back(pack: Pack) -> PackVersion | None:
    """The version with the pack's content, where an earlier one was put into force in its place."""
    current = current_version(pack.id)
    if current is None or current.hash == pack.hash:
        return None
    later = PackVersion.objects.filter(pack=pack.id, hash=pack.hash, number__gt=current.number)
    return later.defer("content").order_by("-number").first()


def list_versions(pack_id: str) -> None:
    """Print them, the newest first, with times in Japan. Raises VersionError."""
    versions = _versions(pack_id)
    print("number  hash          published")
    for version in versions:
        published = version.published_at.astimezone(clock.JAPAN)
        line = f"{version.number:>6}  {version.hash[:12]}  {published:%Y-%m-%d %H:%M}  "
        print(f"{line}{'current' if version.current else ''}".rstrip())


def put_back(pack_id: str, number: int) -> None:
    """Put a version into force, and say so. Raises VersionError."""
    versions = _versions(pack_id)
    if any(version.current and version.number == number for version in versions):
        print(f"{pack_id}: version {number} is in force already")
        return
    try:
        roll_back(pack_id=pack_id, number=number, actor=SYSTEM)
    except NoSuchVersionError:
        known = ", ".join(str(version.number) for version in reversed(versions))
        raise VersionError(f"{pack_id} has no version {number}; there are {known}") from None
    print(f"{pack_id}: version {number} is in force; drafts and cases keep the version they began with")


def _versions(pack_id: str) -> list[PackVersion]:
    found = list(PackVersion.objects.filter(pack=pack_id).defer("content").order_by("-number"))
    if not found:
        known = ", ".join(PackVersion.objects.order_by("pack").values_list("pack", flat=True).distinct())
        raise VersionError(f"no pack {pack_id} was published; these were: {known or 'none'}")
    return found
