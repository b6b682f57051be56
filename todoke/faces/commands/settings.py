"""todoke settings: what an installation can choose."""

import argparse
import os

from todoke.kernel.configuration import declared

EXAMPLES = """\
examples:
  todoke settings
  todoke settings --markdown > docs/reference/settings.md
"""

HEAD = """\
# Settings

Each is an environment variable. A value that cannot be read stops the program, which names the variable.
`todoke settings --markdown` writes this page.

| Variable | Default | What it is for |
|---|---|---|
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``settings`` to the commands."""
    parser = subparsers.add_parser(
        "settings",
        help="list what an installation can choose",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--markdown", action="store_true", help="as the page of the documentation")
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """Values in force are not printed: some are secret. A star marks those that are set."""
    if args.markdown:
        print(as_markdown(), end="")
        return 0
    for item in sorted(declared.values(), key=lambda item: item.name):
        mark = "*" if os.environ.get(item.name) else " "
        print(f"{mark} {item.name:<34} {item.help} [{item.default}]")
    return 0


def as_markdown() -> str:
    """The page ``docs/reference/settings.md``."""
    rows = sorted(declared.values(), key=lambda item: item.name)
    return HEAD + "".join(f"| `{row.name}` | {_code(row.default)} | {_cell(row.help)} |\n" for row in rows)


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
