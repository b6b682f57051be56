"""The provider's own keys."""

import threading
from typing import Any

from joserfc.jwk import ECKey, KeySet


def new_key() -> ECKey:
    """A key for ES256 with a kid."""
    return ECKey.generate_key("P-256", parameters={"use": "sig", "alg": "ES256"}, auto_kid=True)


class SigningKeys:
    """The first signs; the others are published until they are forgotten."""

    def __init__(self) -> None:
        self._keys = [new_key()]
        self._lock = threading.Lock()

    @property
    def current(self) -> ECKey:
        """The key that signs."""
        return self._keys[0]

    def rotate(self, *, forget: bool) -> None:
        """Sign with a new key; the last two stay published unless ``forget``."""
        with self._lock:
            self._keys = [new_key(), *([] if forget else self._keys[:2])]

    def published(self) -> dict[str, Any]:
        """The JWKS."""
        keys: list[Any] = list(self._keys)
        return dict(KeySet(keys).as_dict(private=False))
