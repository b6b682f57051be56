"""The keys that sign passes, kept in the database under TODOKE_FIELD_KEYS: every host signs with the same one."""

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from todoke.exchange.passes.models import PassKey
from todoke.kernel import audit, clock

_LOCK = 0x70617373
"""Of pg_advisory_xact_lock: two hosts that need the first key make one."""


def signing_key() -> tuple[bytes, Ed25519PrivateKey]:
    """The kid and the newest key; the first one is made when it is first needed."""
    row = _newest() or _first()
    return bytes(row.kid), Ed25519PrivateKey.from_private_bytes(base64.b64decode(row.private))


def _newest() -> PassKey | None:
    return PassKey.objects.filter(ended_at=None).order_by("-id").first()


@transaction.atomic
def _first() -> PassKey:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return _newest() or make_key()


@transaction.atomic
def make_key(*, by: str = audit.SYSTEM) -> PassKey:
    """A new key, which signs from now on; passes that older ones signed are still believed."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    row = PassKey.objects.create(
        kid=hashlib.sha256(public).digest()[:4],
        private=base64.b64encode(key.private_bytes_raw()).decode(),
        public=public,
        made_at=clock.now(),
    )
    audit.record(actor=by, action="passes.new-key", subject=f"pass-key:{row}")
    return row


def public_keys() -> dict[bytes, bytes]:
    """Those that are believed, by kid."""
    rows = PassKey.objects.filter(ended_at=None).values_list("kid", "public")
    return {bytes(kid): bytes(public) for kid, public in rows}


def published_keys() -> dict[str, Any]:
    """The same as a JWKS (RFC 8037), for readers that work without network."""

    def text(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    keys = public_keys()
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": text(kid), "x": text(public)}
            for kid, public in keys.items()
        ]
    }
