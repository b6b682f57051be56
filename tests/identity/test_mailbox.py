"""The mailbox keeps what it gets, and shows it as text."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import httpx

from tests.identity.conftest import running


@contextmanager
def mailbox(folder: Path) -> Iterator[tuple[str, int]]:
    """The address of the pages, and the SMTP port."""
    arguments = ["--folder", str(folder), "--port", "0", "--smtp-port", "0"]
    with running("-m", "counterparts.mailbox", *arguments, lines=2) as (address, smtp):
        yield address, int(smtp.rpartition(":")[2])


def send(port: int, to: str, subject: str, text: str = "本文です。", html: str = "") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "todoke@pref.example", to, subject
    mail["Message-ID"] = f"<{to}>"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.send_message(mail)


def test_mails_are_listed_newest_first_and_survive_a_restart(tmp_path: Path) -> None:
    with mailbox(tmp_path) as (address, port):
        send(port, "hanako@mail.example", "受付のお知らせ")
        send(port, "taro@mail.example", "別の人あて")
        send(port, "hanako@mail.example", "決定のお知らせ")
    with mailbox(tmp_path) as (address, port):
        mails = httpx.get(f"{address}/messages.json", params={"to": "Hanako@mail.example"}).json()
        assert [mail["subject"] for mail in mails] == ["決定のお知らせ", "受付のお知らせ"]
        assert mails[0]["text"].strip() == "本文です。"
        assert mails[0]["message_id"] == "<hanako@mail.example>"
        assert httpx.get(f"{address}/messages.json", params={"to": "hanako"}).json() == []
        page = httpx.get(address).text
        assert page.index("決定のお知らせ") < page.index("別の人あて") < page.index("受付のお知らせ")
        found = httpx.get(address, params={"to": "taro"}).text
        assert "別の人あて" in found
        assert "決定のお知らせ" not in found
        assert "There is no mail" in httpx.get(address, params={"to": "nobody", "lang": "en"}).text


def test_a_copy_to_somebody_unnamed_is_found_by_its_envelope(tmp_path: Path) -> None:
    with mailbox(tmp_path) as (address, port):
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
            server.sendmail("a@pref.example", ["b@mail.example", "c@mail.example"], b"Subject: plain\r\n\r\nhello\r\n")
        (mail,) = httpx.get(f"{address}/messages.json", params={"to": "c@mail.example"}).json()
        assert mail["to"] == ["b@mail.example", "c@mail.example"]
        source = httpx.get(f"{address}/messages/{mail['id']}.eml")
        assert source.content == b"Subject: plain\r\n\r\nhello\r\n"
        assert source.headers["content-disposition"].startswith("attachment")


def test_html_is_shown_as_words_only(tmp_path: Path) -> None:
    with mailbox(tmp_path) as (address, port):
        html = '<style>p{}</style><p>決まりました</p><script>alert(1)</script><a href="https://x.example/">見る</a>'
        send(port, "hanako@mail.example", "<b>題</b>", "<i>本文</i>", html)
        (mail,) = httpx.get(f"{address}/messages.json").json()
        page = httpx.get(f"{address}/messages/{mail['id']}")
        assert "&lt;b&gt;題&lt;/b&gt;" in page.text
        assert "&lt;i&gt;本文&lt;/i&gt;" in page.text
        assert "決まりました" in page.text
        assert "[https://x.example/] 見る" in page.text
        assert "alert(1)" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert httpx.get(f"{address}/messages/unknown").status_code == 404


def test_many_mails_come_in_pages(tmp_path: Path) -> None:
    with mailbox(tmp_path) as (address, port):
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
            for number in range(55):
                server.sendmail("a@pref.example", ["b@mail.example"], f"Subject: no{number:02}\r\n\r\n.\r\n".encode())
        first = httpx.get(address).text
        assert "no54" in first
        assert "no04" not in first
        older = first.split('href="/?to=&amp;before=')[1].split("&amp;")[0]
        second = httpx.get(address, params={"before": older}).text
        assert "no04" in second
        assert "no05" not in second
