"""todoke alerts: say what telegrams say."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from todoke.faces.demonstration.drill import bodies_of, scenes
from todoke.loops.reach import telegrams
from todoke.loops.reach.actions.telegrams import receive, reread
from todoke.loops.reach.models import Alert, Telegram
from todoke.loops.reach.sources.watching import watch
from todoke.loops.reach.telegrams.commons.profile import profile_at
from todoke.loops.reach.telegrams.reasons import words_of

EXAMPLES = """\
examples:
  todoke alerts read 20260312054959_0_VTSE41_010000.xml
  todoke alerts read telegrams/*.xml --json
  todoke alerts watch
  todoke alerts reread
  todoke alerts drill
  todoke alerts drill --pause 20 telegrams/32-39_11_*.xml
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``alerts`` to the commands."""
    parser = subparsers.add_parser(
        "alerts",
        help="read telegrams of warnings",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    read = deeds.add_parser("read", help="say what each telegram says, a line each; nothing is stored or sent")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE", help="telegrams of the JMA, CAP 1.2, L-Alert")
    read.add_argument("--json", action="store_true", help="print a line of JSON for each")
    read.add_argument("--prefecture", default="", metavar="CODE", help="whose concern; default: the one served")
    read.set_defaults(needs_database=False, run=run_read)
    watch = deeds.add_parser(
        "watch", help="take telegrams from the folder and the feeds of the settings, until stopped"
    )
    watch.add_argument("--once", action="store_true", help="look once and stop")
    watch.set_defaults(run=run_watch)
    drill = deeds.add_parser("drill", help="take in a tsunami, telegram by telegram, as a drill (訓練) of this hour")
    drill.add_argument("files", nargs="*", type=Path, metavar="FILE", help="telegrams; default: a tsunami like 2011's")
    drill.add_argument("--pause", type=float, default=3.0, metavar="SECONDS", help="between two telegrams (3)")
    drill.add_argument("--json", action="store_true", help="print a line of JSON for each alert")
    drill.set_defaults(run=run_drill)
    again = deeds.add_parser(
        "reread", help="read again what could not be read, as after an upgrade; what is over tells nobody"
    )
    again.add_argument("--json", action="store_true", help="print a line of JSON")
    again.set_defaults(run=run_reread)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The deed's own."""
    return int(args.run(args))


def run_read(args: argparse.Namespace) -> int:
    """0, or 1 when one of the files is no telegram; the others are read all the same."""
    failed = False
    with translation.override("en"):
        for file in args.files:
            said = _said(file, args.prefecture or settings.PREFECTURE)
            failed = failed or "error" in said
            print(json.dumps(said, ensure_ascii=False) if args.json else _line(said), flush=True)
    return 1 if failed else 0


def run_watch(args: argparse.Namespace) -> int:
    """0 when it is stopped; 1 when there is nothing to watch, or with ``--once`` when a feed does not answer."""
    if not settings.TELEGRAM_FOLDER and not settings.TELEGRAM_FEEDS:
        print("nothing to watch: set TODOKE_TELEGRAM_FOLDER or TODOKE_TELEGRAM_FEEDS", file=sys.stderr)
        return 1
    return watch(once=args.once)


def run_reread(args: argparse.Namespace) -> int:
    """0, also when some still cannot be read."""
    found = reread()
    if args.json:
        print(json.dumps(asdict(found)))
    else:
        print(f"{found.read} read, {found.acted_upon} acted upon; {found.failed} still cannot be read")
    return 0


def run_drill(args: argparse.Namespace) -> int:
    """0, or 1 when a telegram cannot be read or was not taken in within a minute: no worker runs."""
    for scene in scenes(bodies_of(args.files)):
        telegram = receive(body=scene.body, source="drill", name=scene.name).telegram
        print(f"{scene.name}  {scene.words}" if not args.json else "", end="" if args.json else "\n", flush=True)
        if telegram.error or not _taken_in(telegram):
            print(telegram.error or "nobody takes it in: does `todoke worker` run?", file=sys.stderr)
            return 1
        for alert in Alert.objects.filter(telegram=telegram).order_by("pk"):
            print(_alert_as_json(alert) if args.json else _alert_line(alert), flush=True)
        time.sleep(args.pause)
    return 0


def _taken_in(telegram: Telegram) -> bool:
    if not telegram.concern:
        return True
    for _tenth in range(600):
        if Telegram.objects.filter(pk=telegram.pk, handled_at__isnull=False).exists():
            return True
        time.sleep(0.1)
    return False


def _seconds(alert: Alert) -> float | None:
    return round((alert.written_at - alert.caused_at).total_seconds(), 2) if alert.written_at else None


def _alert_as_json(alert: Alert) -> str:
    said = {"plan": alert.plan, "step": alert.step, "change": alert.change, "people": alert.people}
    return json.dumps(said | {"seconds": _seconds(alert), "state": alert.state}, ensure_ascii=False)


def _alert_line(alert: Alert) -> str:
    return f"  {alert.plan}/{alert.step} {alert.change}: {alert.people:,} people in {_seconds(alert)} s"


def _said(file: Path, prefecture: str) -> dict[str, Any]:
    profile = profile_at(settings.COMMONS_PROFILE)
    try:
        said = telegrams.read(file.read_bytes(), name=file.name, prefecture=prefecture, profile=profile)
        return {"file": file.name, **as_json(said)}
    except telegrams.TelegramError as error:
        return {"file": file.name, "error": error.message, "error_code": error.code}
    except OSError as error:
        return {"file": file.name, "error": error.strerror or str(error), "error_code": "file"}


def as_json(telegram: telegrams.Telegram) -> dict[str, Any]:
    """What a telegram says, with plain values."""
    return {
        "type": telegram.type,
        "event_id": telegram.event_id,
        "info_type": telegram.info_type,
        "status": telegram.status,
        "issued_at": telegram.issued_at.isoformat() if telegram.issued_at else None,
        "concern": telegram.concern,
        "reason": words_of(telegram.reason),
        "reason_code": telegram.reason,
        "kind": telegram.kind,
        "level": telegram.level,
        "severity": telegram.severity.word,
        "title": telegram.title,
        "heading": telegram.heading,
        "office": telegram.publishing_office,
        "unit": telegram.unit,
        "sent_at": telegram.sent_at.isoformat() if telegram.sent_at else None,
        "valid_until": telegram.valid_until.isoformat() if telegram.valid_until else None,
        "headline": telegram.headline,
        "areas": [_area(area) for area in telegram.areas],
        "notes": list(telegram.notes),
    }


def _area(area: telegrams.Area) -> dict[str, Any]:
    said: dict[str, Any] = {
        "code": area.code,
        "code_type": area.code_type,
        "name": area.name,
        "warning": area.warning,
        "warning_code": area.warning_code,
        "kind": area.kind,
        "status": area.status,
        "level": area.level,
        "severity": area.severity.word,
    }
    more = {
        "last_warning": area.last_warning,
        "height": area.height,
        "height_m": area.height_m,
        "arrives_at": area.arrives_at.isoformat() if area.arrives_at else None,
        "arrival": area.arrival,
        "intensity": area.intensity,
        "condition": area.condition,
    }
    return said | {name: value for name, value in more.items() if value not in ("", None)}


def _line(said: dict[str, Any]) -> str:
    if "error" in said:
        return f"{said['file']}: cannot be read ({said['error_code']}): {said['error']}"
    level = f" level {said['level']}" if said["level"] else ""
    concern = "of concern" if said["concern"] else "of no concern"
    drill = "" if said["status"] == "normal" else f" [{said['status'].upper()}]"
    return (
        f"{said['file']}:{drill} {said['type'] or '?'} {said['kind']}{level} {said['severity']}, {said['info_type']}"
        f" {said['issued_at'] or '(no time)'}, {len(said['areas'])} areas; {concern}: {said['reason']}"
    )
