"""The main story, played through the doors: a mother applies, an office decides, a stranger asks for records."""

import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
from PIL import Image, ImageDraw

from todoke.faces.demonstration.browsing import StoryError, Visitor
from todoke.faces.demonstration.officers import PASSWORD, current_code
from todoke.kernel import clock

Say = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """Where the story plays: addresses of the portal, the mailbox, and the cards of the people."""

    portal: str
    mailbox: str


@dataclass(frozen=True)
class Applicant:
    """Who applies this time."""

    card: str
    name: str
    email: str


def photo(words: str) -> bytes:
    """A picture of a paper, as a phone would take one."""
    image = Image.new("RGB", (1200, 1600), "#f4f1ea")
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 100, 1100, 1500), fill="white", outline="#888888", width=3)
    for line in range(12):
        draw.line((180, 300 + 90 * line, 1020, 300 + 90 * line), fill="#555555", width=3)
    draw.text((180, 180), words, fill="black", font_size=60)
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=80)
    return kept.getvalue()


def log_in_resident(stage: Stage, applicant: Applicant) -> Visitor:
    """Through the authentication app, as with a card."""
    visitor = Visitor(stage.portal)
    visitor.open("/login/")
    visitor.send("auth", {"card": applicant.card})
    return visitor


def log_in_officer(stage: Stage, login: str) -> Visitor:
    """By password and one-time code; a code works once, so a second log-in waits for the next."""
    visitor = Visitor(stage.portal)
    for _attempt in range(3):
        visitor.open("/console/login/")
        try:
            visitor.send("/login/", {"login": login, "password": PASSWORD, "code": current_code(login)})
        except StoryError:
            time.sleep(30 - time.time() % 30 + 0.5)
        else:
            return visitor
    raise StoryError(f"{login} could not log in")


def _page(visitor: Visitor, values: dict[str, str]) -> str:
    return visitor.send("", {**values, "action": "next"})


def childcare(stage: Stage, applicant: Applicant, say: Say) -> str:
    """From log-in to decision; the receipt number."""
    phone = Visitor(stage.portal)
    phone.open("/services/?q=保育園")
    say("「保育園」でさがすと、保育施設利用申込が見つかる")
    phone = log_in_resident(stage, applicant)
    say(f"{applicant.name} さんが、スマートフォンでマイナンバーカードを使ってログインする")
    phone.open("/my-data/")
    phone.send("/my-data/contact/", {"email": applicant.email})
    _begin(phone)
    known = phone.find(r"<dt>住所</dt><dd>([^<]+)")
    say(f"申込書を開くと、住所はもう入っている：{known}")
    _page(phone, {"phone": "０２２５-００-００００", "relation": "mother"})
    children = phone.html.count('name="children-item"')
    say(f"お子さん{children}人も入っている。アレルギーだけ答える")
    _page(phone, _healthy(phone))
    draft = phone.find(r"/apply/([0-9a-f-]{36})/")
    say("ここまでで、いったんやめる（自動で保存されている）")

    desktop = log_in_resident(stage, applicant)
    heading = desktop.open(f"/apply/{draft}/")
    say(f"夜、パソコンで続きを開く：「{heading}」から")
    receipt = _rest(desktop, {})
    say(f"書類の写真を付けて出す。受付番号 {receipt}")

    officer = log_in_officer(stage, "ishinomaki-officer")
    officer.open("/console/?view=open&q=" + receipt)
    officer.open(f"/console/cases/{receipt}/")
    say("石巻市 子ども保育課の担当者が、受付一覧から開いて読む")
    text = "右下の証明日が光って読めませんでした。明るい所で、影が入らないように撮り直してください。"
    officer.send("/correction/", {"question": "proof", "text": text, "due_on": _in_a_week()})
    say("証明書の写真だけ、撮り直しを頼む（補正）。標準処理期間は止まる")

    phone.open("/")
    phone.open(f"/cases/{receipt}/")
    phone.send("/correct/")
    better = ("proof", ("就労証明書（撮り直し）.jpg", photo("CERTIFICATE OF EMPLOYMENT 2"), "image/jpeg"))
    phone.send("", {"action": "next"}, [better])
    phone.send("")
    say("ホームの「やること」から撮り直して出す" if applicant.name == "見本 花子" else "申請者が撮り直して出す")

    officer.open(f"/console/cases/{receipt}/")
    officer.send("/propose/", {"outcome": "certified", "reasons": ""})
    say("担当者が「認定し、利用調整へ進める」を起案する")
    approver = log_in_officer(stage, "ishinomaki-approver")
    approver.open(f"/console/cases/{receipt}/")
    approver.send("/approve/")
    say("決裁者（別の人）が、変わったところと通知書を見て承認する。その時に施行される")

    heading = phone.open(f"/cases/{receipt}/decision/")
    say(f"受信箱から決定を読む：「{heading}」")
    mails = wait_for_mails(stage, applicant.email, 4)
    say(f"同じ知らせがメールでも届いた（{mails}通）")
    phone.open("/my-data/")
    phone.find(r"(申請の審査)")
    say("「わたしの情報」に、だれがなぜ見たかが残っている")
    return receipt


def _begin(visitor: Visitor) -> None:
    """A new application, also where an earlier run left one half written."""
    visitor.open("/")
    while "/discard/" in visitor.html:
        visitor.send("/discard/")
    visitor.open("/services/childcare-place/")
    visitor.send("/services/childcare-place/start/")


def _healthy(visitor: Visitor) -> dict[str, str]:
    pattern = 'name="children-item" value="'
    items = [part.split('"')[0] for part in visitor.html.split(pattern)[1:]]
    return {f"children-{item}-{question}": "no" for item in items for question in ("allergy", "support")}


def _rest(visitor: Visitor, work: dict[str, str]) -> str:
    """From the page about work to the receipt number."""
    visitor.send("", {"reason": "work", "has_spouse": "no", "action": "update"})
    usual = {"reason": "work", "employer": "見本商店 株式会社", "hours": "140", "start": "0900", "end": "1700"}
    _page(visitor, usual | {"overnight": "no", "has_spouse": "no"} | work)
    begin = {"begin-y": "2027", "begin-m": "4", "begin-d": "1", "duration": "standard"}
    _page(visitor, begin | {"wish1": "試験町こども園", "sibling": "no"})
    picture = ("proof", ("就労証明書.jpg", photo("CERTIFICATE OF EMPLOYMENT"), "image/jpeg"))
    visitor.send("", {"consent": "yes", "action": "next"}, [picture])
    visitor.send("")
    return visitor.find(r'<strong class="tabular nowrap">([0-9-]+)</strong>')


def waiting_applications(stage: Stage, applicants: list[Applicant], say: Say) -> None:
    """Applications of others that the office has yet to decide on, some of them with findings."""
    works = [{"hours": "48", "end": "1200"}, {"hours": "60"}, {}, {"hours": "100"}, {}]
    for applicant, work in zip(applicants, works, strict=False):
        visitor = log_in_resident(stage, applicant)
        _begin(visitor)
        _page(visitor, {"phone": "0225000000", "relation": "mother"})
        _page(visitor, _healthy(visitor))
        _rest(visitor, work)
    say(f"ほかの{len(applicants)}家族の申込も、受付一覧で審査を待っている")


def _in_a_week() -> str:
    return (clock.today() + timedelta(days=7)).isoformat()


def disclosure(stage: Stage, say: Say) -> str:
    """Without any account; the receipt number."""
    stranger = Visitor(stage.portal)
    stranger.open("/services/records-disclosure/")
    stranger.send("/services/records-disclosure/start/")
    _page(
        stranger,
        {"kind": "person", "name": "例示 修", "address-postal_code": "980-8570"}
        | {"address-text": "宮城県仙台市青葉区本町3-8-1", "email": "osamu@example.jp", "phone": ""},
    )
    _page(stranger, {"description": "2025年度に県道の橋の点検をした結果の分かる文書", "way": "data"})
    stranger.send("")
    receipt = stranger.find(r"data-receipt>([0-9-]+)<")
    secret = stranger.find(r"data-secret>([0-9A-Z-]+)<")
    say(f"ログインのない人が、情報公開を請求する。受付番号 {receipt} と合言葉")
    again = Visitor(stage.portal)
    again.open("/follow/")
    heading = again.send("", {"receipt_number": receipt, "secret": secret.lower()})
    say(f"別の端末で、番号と合言葉で見る：「{heading}」")
    again.open("/follow/")
    again.send("", {"receipt_number": receipt, "secret": "0000-0000-0000-0000"}, expect=422)
    return receipt


def wait_for_mails(stage: Stage, address: str, at_least: int, seconds: float = 20) -> int:
    """How many mails came to ``address``; raises StoryError when fewer than ``at_least`` came in time."""
    until = time.monotonic() + seconds
    while True:
        mails = json.loads(httpx.get(f"{stage.mailbox}/messages.json", params={"to": address}).text)
        count = len(mails if isinstance(mails, list) else mails["messages"])
        if count >= at_least:
            return count
        if time.monotonic() > until:
            raise StoryError(f"{count} of {at_least} mails came to {address}")
        time.sleep(0.2)
