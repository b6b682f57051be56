"""todoke policies: prove the policies, put them into force, take in figures, give them to everybody."""

import argparse
import sys
from pathlib import Path

from django.conf import settings

from todoke.kernel import audit
from todoke.kernel.errors import TodokeError
from todoke.loops.improve.actions.figures import refresh_indicator
from todoke.loops.improve.actions.imports import BadFiguresError, import_figures
from todoke.loops.improve.actions.policies import publish_policy
from todoke.loops.improve.actions.releases import release_figures
from todoke.loops.improve.adapters.figure_files import figure_rows
from todoke.loops.improve.policies import load_policies
from todoke.loops.improve.queries.policies import policy_named
from todoke.registry.catalogue.loader import PackError

EXAMPLES = """\
examples:
  todoke policies check
  todoke policies publish --reason "国の基準が変わったため"
  todoke policies import-figures miyagi-dx-2025 figures.csv
  todoke policies release miyagi-dx-2025
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``policies`` to the commands."""
    parser = subparsers.add_parser(
        "policies",
        help="prove the policies, put them into force, take in figures, publish them",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    check = deeds.add_parser("check", help="every problem is a line with file and line number")
    check.set_defaults(needs_database=False)
    publish = deeds.add_parser("publish", help="put the policies of the folder into force")
    publish.add_argument("--reason", default="", help="why targets were changed, for everybody to read")
    figures = deeds.add_parser("import-figures", help="take in a CSV file of figures: all of it, or nothing")
    figures.add_argument("policy", metavar="ID")
    figures.add_argument("file", type=Path, metavar="FILE")
    figures.add_argument("--note", default="", help="why figures are right that are far from the last ones")
    release = deeds.add_parser("release", help="give everybody the figures of the quarters that are over")
    release.add_argument("policy", metavar="ID")


def run(args: argparse.Namespace) -> int:
    """0 when all is well, 1 when something is wrong."""
    try:
        match args.deed:
            case "check":
                for policy in load_policies(settings.POLICIES).values():
                    print(
                        f"{policy.id}: {len(policy.measures)} measures, {len(policy.indicators)} indicators, no problem"
                    )
            case "publish":
                _publish(args.reason)
            case "import-figures":
                rows = figure_rows(args.file)
                policy = policy_named(args.policy)
                done = import_figures(policy=policy, rows=rows, file=args.file.name, by=audit.SYSTEM, note=args.note)
                print(f"{done.new} new, {done.corrected} corrected, {done.same} as they were")
            case "release":
                release = release_figures(policy=policy_named(args.policy))
                print(f"release {release.number}, through {release.through}: {release.figures.count()} figures")
    except BadFiguresError as error:
        print(error, file=sys.stderr)
        for problem in error.problems:
            print(f"{args.file.name}:{problem.line}: {problem.reason}", file=sys.stderr)
        return 1
    except (PackError, TodokeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _publish(reason: str) -> None:
    for policy in load_policies(settings.POLICIES).values():
        version = publish_policy(policy=policy, actor=audit.SYSTEM, reason=reason)
        changed = sum(refresh_indicator(policy, one) for one in policy.indicators if one.source.computation)
        print(f"{policy.id}: version {version.number}; {changed} figures worked out anew")
