"""What the same mother has of it afterwards: services that find her, facts said once, her data in her own hands."""

import json
import re
import time
from collections.abc import Callable

from todoke.faces.demonstration.browsing import StoryError, Visitor
from todoke.faces.demonstration.play import Applicant, Say, Stage, log_in_resident

MOTHER = "見本 花子"
LATER = "child-rearing-passport"
"""The service that is published in the course of the story."""


def for_me(stage: Stage, applicant: Applicant, say: Say) -> None:
    """Three verdicts; two answers change them at once; what she said is used by the next service."""
    phone = log_in_resident(stage, applicant)
    heading = phone.open("/for-me/")
    say(f"「あなたへ」を開く：「{heading}」")
    _forget(phone, "tax.resident_exempt", "welfare.receives")
    phone.open("/for-me/")
    yen = _part(phone, "child-allowance", r'<strong class="big">([\d,]+円)')
    filled = _part(phone, "child-allowance", r"(\d+%)は、もう入っています")
    say(f"児童手当は利用できそう。1か月 {yen}の見込み、申込書は{filled}入っている")
    if "/for-me/disaster-grant/answer/" in phone.html:
        phone.send("/for-me/disaster-grant/answer/", {"disaster.damage": "none"})
    why = _part(phone, "disaster-grant", r'<p class="strong">([^<]+)')
    say(f"被災者生活再建支援金は、いまは利用できない：{why}")
    _part(phone, "school-supplies-aid", r"(あと2つ答えると分かります)")
    phone.send("/for-me/school-supplies-aid/answer/", {"tax.resident_exempt": "yes", "welfare.receives": "no"})
    _part(phone, "school-supplies-aid", r"(利用できそうです)")
    say("就学援助は、2つ足りない。その場で答えると、すぐ「利用できそうです」に変わる")
    _begin(phone, "school-supplies-aid")
    say("就学援助の申込書を開くと、いま答えた内容も、もう入っている")


def my_data(stage: Stage, applicant: Applicant, say: Say) -> None:
    """She sees who looked, corrects her own, contests a register's, takes everything along."""
    phone = log_in_resident(stage, applicant)
    heading = phone.open("/my-data/")
    say(f"「わたしの情報」：「{heading}」")
    phone.open("/my-data/facts/work.employer/")
    employer = "見本商会 株式会社" if 'value="見本商店' in phone.html else "見本商店 株式会社"
    phone.send("/my-data/facts/work.employer/say/", {"work.employer": employer})
    say(f"勤め先を直す：{employer}。前の内容も残っている")
    phone.send("/my-data/facts/name_kana/contest/")
    if "/apply/" not in phone.address:
        raise StoryError(f"no contest at {phone.address}")
    say("住民基本台帳の「名前の読み」が違っていると申し出る。書き換えずに、市民課への申出になる")
    phone.open("/")
    phone.open("/my-data/download/")
    kept = json.loads(phone.html)
    say(
        f"すべてダウンロードする：情報{len(kept['facts'])}件、申請{len(kept['cases'])}件、見た記録{len(kept['looks'])}件"
    )


def told_once(stage: Stage, applicant: Applicant, publish: Callable[[], bool], say: Say) -> None:
    """She allows to be told; a new service is published whose rule fits her; she is told, and once."""
    phone = log_in_resident(stage, applicant)
    phone.open("/for-me/")
    if "知らせるのをやめる" not in phone.html:
        phone.send("/my-data/consents/proactive/", {"given": "yes"})
    say("新しい手続が合うときに知らせることを、許す")
    new = publish()
    say("1か月後、新しい手続「結婚・子育て応援パスポート」が公開される" if new else "新しい手続は、前に公開してある")
    title = "「結婚・子育て応援パスポート」があなたに合いそうです"
    until = time.monotonic() + 30
    while True:
        phone.open("/inbox/")
        count = _plain(phone.html).count(title)
        if count:
            break
        if time.monotonic() > until:
            raise StoryError("no notice of the new service came")
        time.sleep(0.3)
    if count > 1:
        raise StoryError(f"{count} notices of one service came")
    say(f"受信箱に1回だけ届いた：{title}")


def _plain(html: str) -> str:
    return re.sub(r"<wbr>|\u200b", "", html)


def _part(visitor: Visitor, service: str, pattern: str) -> str:
    """Of the page's part on one service."""
    part = visitor.html.partition(f'id="{service}"')[2].partition("<section")[0]
    match = re.search(pattern, _plain(part))
    if match is None:
        raise StoryError(f"{pattern} is not said of {service} at {visitor.address}")
    return match[1]


def _forget(visitor: Visitor, *keys: str) -> None:
    """What an earlier run of the story left is taken back, so that it is asked again."""
    for key in keys:
        visitor.open(f"/my-data/facts/{key}/")
        if 'value="withdraw"' in visitor.html:
            visitor.send(f"/my-data/facts/{key}/say/", {"action": "withdraw"})


def _begin(visitor: Visitor, service: str) -> None:
    visitor.open(f"/services/{service}/")
    if f"/services/{service}/start/" in visitor.html:
        visitor.send(f"/services/{service}/start/")
