"""The command ``todoke``: each of its commands is a module here with ``register`` and ``run``."""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

import django
from django.core.management import CommandError

from todoke.kernel import postgres
from todoke.kernel.configuration import ConfigurationError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; without DATABASE_URL the embedded database is started first, if the command needs one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.settings")
    try:
        cluster = None if os.environ.get("DATABASE_URL") else postgres.embedded()
        if cluster:
            os.environ["DATABASE_URL"] = cluster.address()
        django.setup()
        args = _parser().parse_args(arguments)
        args.cluster = cluster
        if cluster and getattr(args, "needs_database", True):
            cluster.start()
        return int(args.run(args) or 0)
    except (ConfigurationError, CommandError, postgres.ClusterError) as error:
        print(f"todoke: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read the output has enough (todoke … | head); Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="todoke", description="The open digital prefecture.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{__name__}.{found.name}")
        if not hasattr(module, "register"):
            continue
        known = set(commands.choices)
        module.register(commands)
        for name in set(commands.choices) - known:
            if commands.choices[name].get_default("run") is None:
                commands.choices[name].set_defaults(run=module.run)
    return parser
