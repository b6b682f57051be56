"""Where residents can be reached, by their own word."""

import secrets
import unicodedata
from datetime import time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from todoke.exchange.messages.channels import ORDER, channel, is_on
from todoke.exchange.messages.channels.addresses import is_fit
from todoke.exchange.messages.models import ContactPoint, Preference
from todoke.exchange.messages.types import Letter, Priority, Text
from todoke.kernel import audit, clock
from todoke.kernel.errors import TodokeError
from todoke.kernel.ids import new_id, new_secret, secret_hash
from todoke.kernel.signing import mac
from todoke.registry.people.models import Resident

CODE_MINUTES = 15
TRIES = 5
CODES_A_DAY = 5
LONGEST = 2000
"""Characters of an address."""

SINGLE = frozenset({"sms", "line"})
"""Of these a resident has one; a new one takes the place of the old one."""


class WrongCodeError(TodokeError):
    """コードが違います。もう一度確かめてください。"""

    code = "wrong-code"
    status = 422


class CodeExpiredError(TodokeError):
    """このコードはもう使えません。新しいコードを送ってください。"""

    code = "code-expired"
    status = 422


class TooManyCodesError(TodokeError):
    """今日はもうコードを送れません。明日もう一度試してください。"""

    code = "too-many-codes"
    status = 429


class NotReachedError(TodokeError):
    """コードを送れませんでした。番号を確かめて、もう一度試してください。"""

    code = "not-reached"
    status = 422


class UnfitAddressError(TodokeError):
    """このあて先は使えません。"""

    code = "unfit-address"
    status = 422


def register_push(*, resident: Resident, subscription: dict[str, Any], label: str = "") -> ContactPoint:
    """A device of theirs, by what its browser gave (``PushSubscription.toJSON()``); the same again changes nothing."""
    endpoint, keys = subscription.get("endpoint"), subscription.get("keys")
    if not isinstance(endpoint, str) or not isinstance(keys, dict) or len(endpoint) > LONGEST or not is_fit(endpoint):
        raise UnfitAddressError
    kept = {"endpoint": endpoint, "keys": {name: str(keys.get(name, ""))[:200] for name in ("p256dh", "auth")}}
    return register(resident=resident, channel_name="push", address=kept, identity=endpoint, label=label)


@transaction.atomic
def register_webhook(*, resident: Resident, url: str, name: str) -> tuple[ContactPoint, str]:
    """A system of an organisation that looks after them, and the secret by which it knows us.

    They agreed to it, and can end it. The same address again has a new secret. Raises UnfitAddressError.
    """
    if len(url) > LONGEST or not is_fit(url):
        raise UnfitAddressError
    secret = new_secret()
    point = register(
        resident=resident, channel_name="webhook", address={"url": url, "secret": secret}, identity=url, label=name
    )
    audit.record(
        actor=audit.SYSTEM, action="webhook.register", subject=f"resident:{resident.pk}", contact_point=point.pk
    )
    return point, secret


@transaction.atomic
def register(
    *, resident: Resident, channel_name: str, address: Any, identity: str, label: str = "", verified: bool = True
) -> ContactPoint:
    """An address of a channel, known again by ``identity``."""
    Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
    fingerprint = _fingerprint(channel_name, identity)
    now = clock.now()
    standing = ContactPoint.objects.filter(resident=resident, channel=channel_name, ended_at=None)
    found = standing.filter(fingerprint=fingerprint).first()
    if found is None:
        found = ContactPoint.objects.create(
            resident=resident,
            channel=channel_name,
            address=address,
            fingerprint=fingerprint,
            label=label[:60],
            created_at=now,
            verified_at=now if verified else None,
        )
    elif found.address != address:
        found.address = address
        found.save(update_fields=["address"])
    if verified and channel_name in SINGLE:
        standing.exclude(pk=found.pk).update(ended_at=now, ended_because="replaced")
    return found


@transaction.atomic
def end_contact_point(*, contact_point: ContactPoint, because: str = "resident") -> None:
    """Nothing is sent there any more."""
    ContactPoint.objects.filter(pk=contact_point.pk, ended_at=None).update(ended_at=clock.now(), ended_because=because)


def begin_telephone(*, resident: Resident, number: str) -> ContactPoint:
    """Send a code to a telephone; it is used once the code is typed in (``confirm_telephone``)."""
    if not is_on("sms"):
        raise UnfitAddressError
    plain = telephone(number)
    code = f"{secrets.randbelow(1_000_000):06}"
    yesterday = clock.now() - timedelta(days=1)
    with transaction.atomic():
        Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
        begun = ContactPoint.objects.filter(resident=resident, channel="sms")
        if begun.filter(created_at__gt=yesterday).count() >= CODES_A_DAY:
            raise TooManyCodesError
        begun.filter(ended_at=None, verified_at=None).update(ended_at=clock.now(), ended_because="replaced")
        point = register(
            resident=resident,
            channel_name="sms",
            address=plain,
            identity=plain,
            label=f"…{plain[-4:]}",
            verified=False,
        )
        if point.verified_at is None:
            point.code_hash = _hash(point, code)
            point.save(update_fields=["code_hash"])
    if point.verified_at is None:
        _send_code(resident, plain, code)
    return point


def confirm_telephone(*, contact_point: ContactPoint, code: str) -> None:
    """Use the telephone from now on, in place of another one. Five wrong codes, or 15 minutes, and it is over.

    Raises WrongCodeError, CodeExpiredError. A wrong code is counted before the next one is looked at.
    """
    with transaction.atomic():
        point = ContactPoint.objects.select_for_update().get(pk=contact_point.pk)
        if point.verified_at is not None:
            return
        late = clock.now() - point.created_at > timedelta(minutes=CODE_MINUTES)
        if late or point.ended_at is not None or point.code_tries >= TRIES:
            raise CodeExpiredError
        right = secrets.compare_digest(_hash(point, code.strip()), point.code_hash)
        if right:
            _use(point)
        else:
            point.code_tries += 1
            point.save(update_fields=["code_tries"])
    if not right:
        raise WrongCodeError


def _use(point: ContactPoint) -> None:
    now = clock.now()
    standing = ContactPoint.objects.filter(resident=point.resident, channel=point.channel, ended_at=None)
    standing.exclude(pk=point.pk).update(ended_at=now, ended_because="replaced")
    point.verified_at, point.code_hash = now, ""
    point.save(update_fields=["verified_at", "code_hash"])


def begin_line(*, resident: Resident) -> str:
    """A code that the resident sends to our account from theirs (``link_line``); good for 15 minutes."""
    if not is_on("line"):
        raise UnfitAddressError
    code = new_secret()
    with transaction.atomic():
        waiting = ContactPoint.objects.filter(resident=resident, channel="line", ended_at=None, verified_at=None)
        waiting.update(ended_at=clock.now(), ended_because="replaced")
        ContactPoint.objects.create(
            resident=resident,
            channel="line",
            address="",
            fingerprint=secret_hash(code),
            code_hash=secret_hash(code),
            created_at=clock.now(),
        )
    return code


@transaction.atomic
def link_line(*, user: str, text: str) -> bool:
    """Whoever sent ``text`` from an account of LINE is reached there, if it holds a code of ``begin_line``."""
    begun = ContactPoint.objects.select_for_update().filter(
        channel="line",
        code_hash=secret_hash(text),
        ended_at=None,
        verified_at=None,
        created_at__gt=clock.now() - timedelta(minutes=CODE_MINUTES),
    )
    point = begun.first()
    if point is None:
        return False
    end_contact_point(contact_point=point, because="replaced")
    register(resident=point.resident, channel_name="line", address=user, identity=user)
    return True


def unlink_line(*, user: str) -> None:
    """They blocked our account: nothing reaches them there."""
    points = ContactPoint.objects.filter(channel="line", fingerprint=_fingerprint("line", user), ended_at=None)
    points.update(ended_at=clock.now(), ended_because="unknown_address")


def set_preferences(
    *, resident: Resident, channels: list[str], quiet_from: time | None, quiet_to: time | None
) -> Preference:
    """In which order, and when not; both times or neither."""
    known = [name for name in dict.fromkeys(channels) if name in ORDER]
    both = quiet_from is not None and quiet_to is not None and quiet_from != quiet_to
    wish, _new = Preference.objects.update_or_create(
        resident=resident,
        defaults={
            "channels": known,
            "quiet_from": quiet_from if both else None,
            "quiet_to": quiet_to if both else None,
        },
    )
    return wish


def telephone(number: str) -> str:
    """A mobile number of Japan, or one with a country's code, as providers want it: +819012345678."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", number) if c.isdigit() or c == "+")
    if plain.startswith("0") and len(plain) == 11 and plain[1] in "6789" and plain[2] == "0":
        plain = "+81" + plain[1:]
    if not plain.startswith("+") or not 9 <= len(plain) <= 16 or not plain[1:].isdigit():
        raise UnfitAddressError
    return plain


def _fingerprint(channel_name: str, identity: str) -> str:
    return mac("contact point", f"{channel_name}:{identity}".encode()).hex()


def _hash(point: ContactPoint, code: str) -> str:
    return secret_hash(f"{point.fingerprint}{code}")


def _send_code(resident: Resident, number: str, code: str) -> None:
    """At once, not by a job: the person waits for it, and it is no message of the ledger."""
    words = _("トドケの確認コード：{code}（15分間使えます）").format(code=code)
    text = Text("", words, words, words, resident.language)
    sending = new_id()
    letter = Letter(
        message=sending,
        key=f"code:{sending}",
        address=number,
        text=text,
        link="",
        priority=Priority.URGENT,
        drill=False,
        expires_at=clock.now() + timedelta(minutes=CODE_MINUTES),
    )
    if channel("sms").send(letter).failure:
        raise NotReachedError
