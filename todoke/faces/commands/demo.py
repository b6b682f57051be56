"""todoke demo: the demonstration prefecture, its story, and its pages."""

import argparse
import json
import os
import socket
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.models import Count

from todoke.faces.commands.processes import ProcessError, together
from todoke.faces.demonstration import improve, once_only, reach
from todoke.faces.demonstration.browsing import StoryError
from todoke.faces.demonstration.cards import write_cards
from todoke.faces.demonstration.officers import PASSWORD, load_officers
from todoke.faces.demonstration.offices import load_offices
from todoke.faces.demonstration.play import Applicant, Stage, childcare, disclosure, waiting_applications
from todoke.faces.demonstration.policy import load_policy, load_round
from todoke.faces.demonstration.population import load_population
from todoke.faces.demonstration.shelters import load_shelters
from todoke.faces.demonstration.standard_sets import load_standard_sets
from todoke.loops.apply.models import Case
from todoke.loops.apply.packs import read_packs
from todoke.loops.apply.types import CaseState
from todoke.registry.catalogue.actions import publish_packs
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.people.models import Resident
from todoke.registry.places.actions import load_places

EXAMPLES = """\
examples:
  todoke demo
  todoke demo --once
  todoke demo --residents 2300000
"""

RECEIPTS_KEY = "demonstration-receipts"


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``demo`` to the commands."""
    parser = subparsers.add_parser(
        "demo",
        help="load the demonstration prefecture, play the story, serve",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--once", action="store_true", help="end after the story; exit with 1 if a step went wrong")
    parser.add_argument("--no-story", action="store_true", help="serve without playing the story")
    parser.add_argument("--residents", type=int, default=2000, metavar="N", help="how many residents; default: 2000")
    parser.add_argument("--port", type=int, default=8000, help="of the portal; the next ones serve the counterparts")


def _free_ports(first: int, count: int) -> list[int]:
    """The first ``count`` ports from ``first`` on that nobody listens on."""
    free: list[int] = []
    for port in range(first, first + 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                free.append(port)
        if len(free) == count:
            return free
    raise ProcessError(f"fewer than {count} free ports from {first} on")


def _prepare(residents: int, *, reported: bool) -> None:
    """Tables, places, services and people, and last year's reports; what is there already stays."""
    call_command("migrate", verbosity=0, skip_checks=True)
    load_places(prefecture_code=settings.PREFECTURE)
    load_offices()
    load_officers()
    load_population(residents=residents)
    load_shelters()
    load_standard_sets()
    write_cards()
    later = {once_only.LATER} - {pack.id for pack in current_packs()}
    policy = load_policy()
    if reported:
        load_round(policy)
    publish_packs(packs=[p for p in read_packs(settings.PACKS).values() if p.id not in later], actor="system")


def _publish_later() -> bool:
    """The service that comes in the course of the story; False when it was there already."""
    return bool(publish_packs(packs=[read_packs(settings.PACKS)[once_only.LATER]], actor="system"))


def run(args: argparse.Namespace) -> int:
    """0 when all went well, 1 when a step of the story or a process failed."""
    web, app, mail, smtp, commons, sink = _free_ports(args.port, 6)
    environment = {
        "TODOKE_DEMONSTRATION": "1",
        "TODOKE_BASE_URL": f"http://localhost:{web}",
        "TODOKE_SMTP_PORT": str(smtp),
        "TODOKE_PUSH_TOKENS": reach.PUSH_TOKEN,
        "TODOKE_COMMONS_ENDPOINT": f"http://localhost:{commons}/publish",
        "TODOKE_COMMONS_SENDER": "todoke-demonstration",
        "TODOKE_SMS_URL": f"http://localhost:{sink}/sms",
        "TODOKE_RECEIPTS_KEY": RECEIPTS_KEY,
        "TODOKE_PRIVATE_HOSTS": f"localhost:{sink}",
        "TODOKE_OIDC_ISSUER": f"http://localhost:{app}/api/realms/main",
    }
    os.environ.update(environment)
    settings.DEMONSTRATION = True
    began = time.monotonic()
    _line("県・市町村・職員・架空の住民を用意する")
    _prepare(args.residents, reported=not args.no_story)
    _line(f"  {time.monotonic() - began:.1f} 秒")
    state = Path(settings.STATE)
    python = sys.executable
    portal, mailbox = f"http://localhost:{web}", f"http://localhost:{mail}"
    try:
        with together(state / "logs") as processes:
            processes.todoke("web", "serve", "--port", str(web), "--processes", "2", environment=environment)
            processes.todoke("worker", "worker", environment=environment)
            words = [python, "-m", "counterparts.auth_app", "--port", str(app), "--cards", str(state / "cards.json")]
            words += ["--client-keys", f"{portal}/.well-known/todoke-jwks.json"]
            words += ["--redirect-uri", f"{portal}/login/callback"]
            processes.start("auth-app", words)
            words = [python, "-m", "counterparts.mailbox", "--port", str(mail), "--smtp-port", str(smtp)]
            processes.start("mailbox", [*words, "--folder", str(state / "mails")])
            words = [python, "-m", "counterparts.commons", "--port", str(commons)]
            words += ["--receiver", f"{portal}/api/commons/", "--token", reach.PUSH_TOKEN]
            processes.start("commons", words)
            words = [python, "-m", "counterparts.sink", "--port", str(sink), "--key", RECEIPTS_KEY]
            processes.start("sink", [*words, "--receipts", f"{portal}/api/receipts/"])
            processes.await_answer("web", f"{portal}/readyz")
            processes.await_answer("auth-app", f"http://localhost:{app}/health")
            processes.await_answer("mailbox", f"{mailbox}/messages.json?to=nobody")
            _line(f"ポータルが開いた：{portal}（{time.monotonic() - began:.1f} 秒）")
            told = args.no_story or _story(portal, mailbox)
            if not args.once:
                _addresses(portal, app, mailbox, commons, sink)
                processes.wait()
            return 0 if told else 1
    except ProcessError as error:
        _line(str(error))
        return 1


def _story(portal: str, mailbox: str) -> bool:
    stage = Stage(portal, mailbox)
    began = time.monotonic()
    steps = 0

    def say(words: str) -> None:
        nonlocal steps
        steps += 1
        _line(f"  {time.monotonic() - began:5.1f} 秒  {words}")

    _line("物語：保育施設利用申込、あなたへ、わたしの情報、情報公開請求、津波警報、県の指標")
    before = improve.values()
    try:
        applicants = _applicants()
        childcare(stage, applicants[0], say)
        mother = next(applicant for applicant in applicants if applicant.name == once_only.MOTHER)
        once_only.for_me(stage, mother, say)
        once_only.my_data(stage, mother, say)
        once_only.told_once(stage, mother, _publish_later, say)
        disclosure(stage, say)
        reach.warning(stage, say)
        improve.moved(stage, before, say)
        if not Case.objects.filter(state=CaseState.RECEIVED, resident__isnull=False).exists():
            waiting_applications(stage, applicants[1:6], say)
    except StoryError as error:
        _line(f"  物語がここで止まりました：{error}")
        return False
    _line(f"物語は終わりまで進んだ：{steps} 場面、{time.monotonic() - began:.1f} 秒")
    return True


def _applicants() -> list[Applicant]:
    """The heads of the story's families, those with the fewest cases first."""
    cards = [card for card in json.loads((settings.STATE / "cards.json").read_text()) if card["story"]]
    heads = Resident.objects.filter(pk__in=[card["id"] for card in cards], relation="head")
    counts = {str(pk): n for pk, n in heads.annotate(n=Count("cases")).values_list("pk", "n")}
    ordered = sorted((card for card in cards if card["id"] in counts), key=lambda card: counts[card["id"]])
    return [
        Applicant(card["id"], card["name"], f"resident-{card['id'][-4:]}-{counts[card['id']]}@example.jp")
        for card in ordered
    ]


def _addresses(portal: str, app: int, mailbox: str, commons: int, sink: int) -> None:
    _line("")
    _line(f"住民のポータル    {portal}/          （ログインで 見本 花子 などを選ぶ）")
    _line(f"職員のページ      {portal}/console/  ishinomaki-officer, ishinomaki-approver, ishinomaki-admin,")
    _line("                  miyagi-records-officer, miyagi-records-approver, auditor, platform")
    _line(f"  パスワード      {PASSWORD}")
    _line("  確認コード      .venv/bin/todoke demo-code ishinomaki-officer")
    _line(f"メールボックス    {mailbox}/")
    _line(f"認証アプリの代役  http://localhost:{app}/")
    _line(f"Lアラートの代役   http://localhost:{commons}/")
    _line(f"SMSなどの代役     http://localhost:{sink}/")
    _line(f"いま出ている情報  {portal}/now/")
    _line(f"県の取組          {portal}/progress/")
    _line(f"オープンデータ    {portal}/data/")
    _line(f"検証の画面        {portal}/console/policy/  miyagi-digital-promotion-officer, …-approver")
    _line(f"災害対応の画面    {portal}/console/situation/  {reach.OFFICER}, {reach.APPROVER}")
    _line("津波の訓練        .venv/bin/todoke alerts drill")
    _line("終わるには Ctrl-C")


def _line(words: str) -> None:
    print(words, flush=True)
