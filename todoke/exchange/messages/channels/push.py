"""Web Push (RFC 8030) with VAPID (RFC 8292) and encryption for the browser alone (RFC 8188, 8291)."""

import base64
import json
import os
import threading
import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey

from todoke.exchange.messages.channels.http import post
from todoke.exchange.messages.types import Failure, Letter, Outcome, Priority
from todoke.kernel import clock

RECORD = 4096
LONGEST = 3000
"""Bytes of what is encrypted; every push service takes 4,096 of the encrypted."""

URGENCY = {Priority.EMERGENCY: "high", Priority.URGENT: "high", Priority.NORMAL: "normal", Priority.NEWSLETTER: "low"}
TOKEN_SECONDS = 12 * 3600
"""A push service refuses tokens of more than 24 hours."""


class Push:
    """What the service worker shows (static/push/sw.js): subject, short text, link."""

    name = "push"

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def is_on(self) -> bool:
        return bool(settings.VAPID_KEY)

    def send(self, letter: Letter) -> Outcome:
        content = self._content(letter)
        keys = letter.address["keys"]
        try:
            body = encrypt(content, _bytes(keys["p256dh"]), _bytes(keys["auth"]))
        except ValueError:
            return Outcome(Failure.UNKNOWN_ADDRESS, address_ended=True)
        endpoint = letter.address["endpoint"]
        answer = post(
            endpoint,
            body,
            {
                "Content-Type": "application/octet-stream",
                "Content-Encoding": "aes128gcm",
                "TTL": str(max(0, int((letter.expires_at - clock.now()).total_seconds()))),
                "Urgency": URGENCY[letter.priority],
                "Topic": base64.urlsafe_b64encode(letter.message.bytes).decode().rstrip("="),
                "Authorization": f"vapid t={self._token(endpoint)}, k={public_key()}",
                "Idempotency-Key": letter.key,
            },
            given=True,
        )
        if answer.failure is Failure.REFUSED and answer.status == 413:
            return Outcome(Failure.REFUSED)
        if answer.failure:
            return answer.outcome()
        return Outcome(provider_id=answer.headers.get("location", "")[-100:])

    def _content(self, letter: Letter) -> bytes:
        """A text that is too long is cut: the link leads to the whole."""
        text = letter.text
        said = {
            "title": text.subject,
            "body": text.short,
            "link": letter.link,
            "tag": str(letter.message),
            "language": text.language,
            "urgent": letter.priority <= Priority.URGENT,
        }
        while len(made := json.dumps(said, ensure_ascii=False).encode()) > LONGEST:
            said["body"] = str(said["body"])[: len(str(said["body"])) * 3 // 4]
        return made

    def _token(self, endpoint: str) -> str:
        """Signed for the push service, kept for half of its time."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(endpoint))
        with self._lock:
            until, token = self._tokens.get(origin, (0.0, ""))
            if until - time.time() < TOKEN_SECONDS / 2:
                until = time.time() + TOKEN_SECONDS
                claims = {"aud": origin, "exp": int(until), "sub": settings.VAPID_CONTACT}
                key = ECKey.import_key(
                    _private_key().private_bytes(
                        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                    )
                )
                token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, key)
                self._tokens[origin] = (until, token)
            return token


def public_key() -> str:
    """Ours, as browsers want it when they subscribe (``applicationServerKey``)."""
    return _text(_point(_private_key().public_key()))


def encrypt(content: bytes, browser_key: bytes, secret: bytes, *, salt: bytes = b"", ours: bytes = b"") -> bytes:
    """One record of aes128gcm that only the browser reads. Raises ValueError where its keys are none.

    ``salt`` and ``ours`` (a private key's number) are chosen anew each time, except to compare with the RFC.
    """
    salt = salt or os.urandom(16)
    private = (
        ec.derive_private_key(int.from_bytes(ours, "big"), ec.SECP256R1())
        if ours
        else ec.generate_private_key(ec.SECP256R1())
    )
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), browser_key)
    point = _point(private.public_key())
    shared = private.exchange(ec.ECDH(), theirs)
    keying = _derive(shared, secret, b"WebPush: info\0" + browser_key + point, 32)
    key = _derive(keying, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(keying, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, content + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(point)]) + point + sealed


def _derive(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _private_key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(_bytes(settings.VAPID_KEY), "big"), ec.SECP256R1())


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
