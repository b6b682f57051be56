"""Addresses that others gave us: they lead to the public network, or they are not taken.

What a resident's browser or an organisation names is asked for by our machines, which see more than the public does.
"""

import ipaddress
import re
import socket
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})", re.IGNORECASE)
"""A name with a dot that ends like a domain's: no number, no name of this network."""

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""An IPv4 address in IPv6, which a router of ours may take back to a private one."""


class PrivateAddressError(OSError):
    """A name that stands for an address of a private network."""


def is_fit(url: str) -> bool:
    """Whether it names a host of the public network, by TLS at its usual port; or one of TODOKE_PRIVATE_HOSTS."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return False
    if parts.netloc in settings.PRIVATE_HOSTS:
        return parts.scheme in {"http", "https"}
    return (
        parts.scheme == "https"
        and port in {None, 443}
        and "@" not in parts.netloc
        and len(host) <= 253
        and HOST.fullmatch(host) is not None
    )


def connect_in_public(address: tuple[str, int], timeout: float, source: Any = None) -> socket.socket:
    """As ``socket.create_connection``, to addresses of the public network alone, the very ones that were looked at."""
    host, port = address
    failed: OSError = PrivateAddressError(f"{host} is not on the public network")
    for _family, _kind, _protocol, _name, found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not is_public(str(found[0])):
            continue
        try:
            return socket.create_connection((str(found[0]), port), timeout, source)
        except OSError as error:
            failed = error
    raise failed


def is_public(address: str) -> bool:
    """Whether an IP address is anybody's to reach."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is not None:
            found = inner
        elif found in TRANSLATED:
            return False
    return found.is_global and not found.is_multicast
