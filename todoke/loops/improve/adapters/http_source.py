"""Figures that another system publishes as JSON.

The answer is an object, or a list of objects, each with ``on`` (the last day, YYYY-MM-DD), ``value`` (a number), and
``municipality`` (five digits, JIS X 0402) where it is of one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(20.0)
MOST_BYTES = 1_000_000


class SourceError(Exception):
    """The other system did not give figures that can be read; the text says why."""


@dataclass(frozen=True)
class SourceFigure:
    """What the other system says."""

    on: date
    value: Decimal
    municipality: str


def fetch(address: str, client: httpx.Client) -> list[SourceFigure]:
    """Raises SourceError."""
    try:
        with client.stream("GET", address, headers={"Accept": "application/json"}, timeout=TIMEOUT) as response:
            response.raise_for_status()
            content = b""
            for part in response.iter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    raise SourceError(f"more than {MOST_BYTES} bytes")
    except httpx.HTTPError as error:
        raise SourceError(str(error) or type(error).__name__) from None
    try:
        said = json.loads(content, parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"no JSON: {error}") from None
    return list(_figures(said if isinstance(said, list) else [said]))


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _figures(rows: list[Any]) -> Iterator[SourceFigure]:
    for number, row in enumerate(rows, 1):
        try:
            value = row["value"]
            if isinstance(value, bool):
                raise TypeError
            yield SourceFigure(date.fromisoformat(row["on"]), Decimal(value), str(row.get("municipality", "")))
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation):
            raise SourceError(f"object {number} has no day and number that can be read") from None
