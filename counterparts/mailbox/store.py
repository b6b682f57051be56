"""Mails in a folder, a file each."""

import email.policy
import html.parser
import itertools
import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

_RECEIVED = "X-Mailbox-Received"
_FROM = "X-Mailbox-From"
_TO = "X-Mailbox-To"


@dataclass(frozen=True)
class Mail:
    """What the list shows. ``to`` holds the addresses of the envelope, not those of the header."""

    id: str
    received_at: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    message_id: str


class Store:
    """All mails of ``folder``; who they are for is kept in three headers put before the mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._counter = itertools.count()
        self._mails = [_summary(path.stem, path.read_bytes()) for path in sorted(folder.glob("*.eml"))]

    def keep(self, sender: str, recipients: list[str], content: bytes) -> Mail:
        """Write the mail; it is there, whole, or not at all."""
        mail_id = f"{time.time_ns():020}-{os.getpid()}-{next(self._counter)}"
        head = "".join(
            f"{name}: {_one_line(value)}\r\n"
            for name, value in (
                (_RECEIVED, datetime.now(UTC).isoformat()),
                (_FROM, sender),
                (_TO, ", ".join(recipients)),
            )
        )
        whole = head.encode() + content
        mail = _summary(mail_id, whole)
        unfinished = self._folder / f"{mail_id}.part"
        unfinished.write_bytes(whole)
        unfinished.replace(self._folder / f"{mail_id}.eml")
        with self._lock:
            self._mails.append(mail)
        return mail

    def newest(self, *, to: str = "", exactly: bool = False, before: str = "", limit: int = 50) -> list[Mail]:
        """Newest first; ``to`` is part of a recipient's address, or the whole of it."""
        with self._lock:
            mails = list(self._mails)
        wanted = to.strip().casefold()

        def fits(mail: Mail) -> bool:
            if before and mail.id >= before:
                return False
            addresses = [address.casefold() for address in mail.to]
            if not wanted:
                return True
            return wanted in addresses if exactly else any(wanted in address for address in addresses)

        return list(itertools.islice((mail for mail in reversed(mails) if fits(mail)), limit))

    def find(self, mail_id: str) -> Mail | None:
        """The mail of this id."""
        with self._lock:
            return next((mail for mail in reversed(self._mails) if mail.id == mail_id), None)

    def source(self, mail: Mail) -> bytes:
        """The mail as it came."""
        lines = (self._folder / f"{mail.id}.eml").read_bytes().split(b"\r\n", 3)
        return lines[3] if len(lines) == 4 else b""

    def texts(self, mail: Mail) -> tuple[str, str]:
        """The plain part, and the words of the HTML part."""
        parsed = _parsed(self.source(mail))
        return _part(parsed, "plain"), words_of(_part(parsed, "html"))


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=email.policy.default)


def _header(parsed: EmailMessage, name: str) -> str:
    try:
        return str(parsed[name] or "")
    except (IndexError, ValueError):  # the standard library stumbles over some malformed headers
        return ""


def _summary(mail_id: str, whole: bytes) -> Mail:
    parsed = _parsed(whole)
    return Mail(
        id=mail_id,
        received_at=datetime.fromisoformat(str(parsed[_RECEIVED])),
        sender=str(parsed[_FROM]),
        to=tuple(address.strip() for address in str(parsed[_TO]).split(",")),
        subject=_header(parsed, "Subject"),
        message_id=_header(parsed, "Message-ID"),
    )


def _part(parsed: EmailMessage, subtype: str) -> str:
    for part in parsed.walk():
        if part.get_content_type() == f"text/{subtype}" and part.get_content_disposition() != "attachment":
            try:
                return str(part.get_content())
            except (LookupError, UnicodeError):
                return part.get_payload(decode=True).decode("utf-8", "replace")  # type: ignore[union-attr]
    return ""


class _Words(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Blocks begin a line; links show where they lead."""
        if tag in {"script", "style"}:
            self._hidden += 1
        elif tag in {"p", "br", "div", "li", "tr", "h1", "h2", "h3"}:
            self.words.append("\n")
        elif tag == "a" and (target := dict(attrs).get("href")):
            self.words.append(f"[{target}] ")

    def handle_endtag(self, tag: str) -> None:
        """Scripts and styles are over."""
        if tag in {"script", "style"} and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._hidden:
            self.words.append(data)


def words_of(markup: str) -> str:
    """HTML as text, with the addresses of links in brackets."""
    reader = _Words()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return "\n".join(line for line in lines if line)
