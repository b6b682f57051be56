"""A tsunami warning arrives: who is told, how fast, what one of them reads and answers; raised, lowered, over."""

import re
import time
from dataclasses import dataclass

import httpx
from django.utils import timezone

from todoke.exchange.messages.models import Message
from todoke.exchange.messages.tokens import token_of
from todoke.exchange.messages.wordings import text_of
from todoke.faces.demonstration.browsing import StoryError, Visitor
from todoke.faces.demonstration.drill import Scene, own, scenes
from todoke.faces.demonstration.play import Say, Stage, log_in_officer
from todoke.loops.reach.models import Alert, Order, Telegram
from todoke.loops.reach.types import Variant

PUSH_TOKEN = "demonstration-push"  # noqa: S105
PATIENCE = 30
OFFICER, APPROVER = "ishinomaki-crisis-officer", "ishinomaki-crisis-approver"
WORDS = {"issued": "出す", "raised": "上げる", "lowered": "下げる", "updated": "新しくする", "cancelled": "解除する"}


@dataclass(frozen=True)
class Told:
    """An alert of the story, and one of its messages."""

    alert: Alert
    message: Message


def warning(stage: Stage, say: Say) -> None:
    """From the first telegram to the last, each pushed as the agency's distributor does; the pages follow."""
    told: Told | None = None
    order = ""
    for number, scene in enumerate(scenes(own(), drill=False)):
        alert = _pushed(stage, scene)
        say(f"気象庁の電文：{scene.words}")
        took = (alert.written_at - alert.caused_at).total_seconds() if alert.written_at else 0
        say(f"  {WORDS[alert.change]}：{alert.people:,}人に、一人ずつの避難先とともに、{took:.2f}秒で")
        if number == 1:
            told = _one_of(alert)
            _read(stage, told, say)
            order = _ordered(stage, alert, say)
    _lifted(stage, order, say)
    if told:
        page = Visitor(stage.portal)
        heading = page.open(f"/m/{token_of(told.message.pk)}/")
        say(f"同じ人が、同じリンクをもう一度開く：「{heading}」")


def _pushed(stage: Stage, scene: Scene) -> Alert:
    headers = {"Authorization": f"Bearer {PUSH_TOKEN}", "X-Telegram-Name": scene.name}
    response = httpx.post(f"{stage.portal}/api/telegrams/", content=scene.body, headers=headers, timeout=30)
    if response.status_code != httpx.codes.CREATED:
        raise StoryError(f"{response.status_code} for {scene.name}: {response.text[:200]}")
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        telegram = Telegram.objects.filter(name=scene.name).order_by("-pk").first()
        alert = Alert.objects.filter(telegram=telegram, written_at__isnull=False).first() if telegram else None
        if alert:
            return alert
        time.sleep(0.05)
    raise StoryError(f"no alert of {scene.name} within {PATIENCE} s")


def _one_of(alert: Alert) -> Told:
    """Somebody who has a shelter and reads Japanese."""
    messages = Message.objects.filter(wording__about=f"alert:{alert.pk}", wording__variant=Variant.STANDARD)
    message = messages.filter(language="ja").exclude(values="").order_by("id").first()
    if message is None:
        raise StoryError("nobody was sent to a shelter")
    return Told(alert, message)


def _read(stage: Stage, told: Told, say: Say) -> None:
    phone = Visitor(stage.portal)
    heading = phone.open(f"/m/{token_of(told.message.pk)}/")
    say(f"そのうちの一人が、届いたリンクをスマートフォンで開く：「{heading}」")
    for line in text_of(told.message).body.splitlines():
        say(f"    {line}")
    phone.send("", {"answer": "safe"})
    say(f"「無事です」を1回押す。{timezone.localtime():%H:%M}に役所と家族に伝わる")


def _ordered(stage: Stage, alert: Alert, say: Say) -> str:
    """Two officers of the town; the page of their order."""
    desk = log_in_officer(stage, OFFICER)
    heading = desk.open(f"/console/situation/{alert.incident_id}/")
    say(f"市の危機管理課が、災害対応の画面を見ている：「{heading}」")
    desk.open(f"/console/situation/orders/new/?incident={alert.incident_id}")
    said = {"kind": "evacuate", "hazard": "tsunami", "area_name": "沿岸部", "zone": _zones(desk), "deed": "ask"}
    desk.send("", said)
    order = desk.address
    say("担当者が避難指示を入力する。まだだれにも届かない")
    second = log_in_officer(stage, APPROVER)
    second.open(order)
    second.send("/deed/", {"deed": "confirm"})
    told = _told_of(order)
    say(f"別の職員が確認すると、{told.people:,}人と公開ページとLアラートに、同じ時に出る")
    return order


def _lifted(stage: Stage, order: str, say: Say) -> None:
    desk = log_in_officer(stage, OFFICER)
    desk.open(order)
    desk.send("/deed/", {"deed": "lift"})
    second = log_in_officer(stage, APPROVER)
    second.open(order)
    second.send("/deed/", {"deed": "confirm-lifting"})
    _told_of(order)
    say("避難指示も、2人で解除する。解除するまで、画面が30分ごとにたずねる")


def _zones(desk: Visitor) -> list[str]:
    return re.findall(r'name="zone" value="([^"]+)"', desk.html)


def _told_of(page: str) -> Alert:
    """What the residents were told of the order of a page, as it stands: that it was issued, or lifted."""
    order = Order.objects.get(pk=page.rstrip("/").rpartition("/")[2])
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if alert := Alert.objects.filter(key=f"order:{order.pk}:{order.revision}", written_at__isnull=False).first():
            return alert
        time.sleep(0.05)
    raise StoryError(f"nobody was told of order {order.pk} within {PATIENCE} s")
