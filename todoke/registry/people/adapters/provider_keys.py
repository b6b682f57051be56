"""The provider's public keys, kept between log-ins."""

import time
from dataclasses import dataclass

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from todoke.registry.people.identity import ProviderDownError, UnknownKeyError

log = structlog.get_logger(__name__)

FRESH_SECONDS = 3600


@dataclass(frozen=True)
class _Kept:
    keys: KeySet
    read_at: float


_kept: dict[str, _Kept] = {}


def provider_key(address: str, kid: str, client: httpx.Client) -> Key:
    """The key ``kid`` of the JWKS at ``address``.

    An unknown ``kid`` has the JWKS read once more, since the provider may have a new key. While the provider cannot
    be reached, keys that were read before go on counting. Raises UnknownKeyError, ProviderDownError.
    """
    kept = _kept.get(address)
    if kept is None or time.monotonic() - kept.read_at > FRESH_SECONDS or _find(kept.keys, kid) is None:
        kept = _read(address, client, kept)
    key = _find(kept.keys, kid)
    if key is None:
        raise UnknownKeyError
    return key


def forget_provider_keys() -> None:
    """Have them read anew."""
    _kept.clear()


def _find(keys: KeySet, kid: str) -> Key | None:
    return next((key for key in keys if key.kid == kid), None)


def _read(address: str, client: httpx.Client, before: _Kept | None) -> _Kept:
    try:
        answer = client.get(address)
        answer.raise_for_status()
        keys = KeySet.import_key_set(answer.json())
    except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("provider keys not read", error=type(error).__name__, kept=before is not None)
        if before is None:
            raise ProviderDownError from error
        return before
    _kept[address] = _Kept(keys, time.monotonic())
    return _kept[address]
