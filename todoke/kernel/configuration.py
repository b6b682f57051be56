"""Settings from the environment, each declared once with its default and what it is for."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Declared:
    """A setting as the reference table shows it."""

    name: str
    default: str
    help: str


declared: dict[str, Declared] = {}


class ConfigurationError(Exception):
    """An environment variable holds what cannot be read."""


def setting(name: str, default: Value, purpose: str, cast: Callable[[str], Value], shown: str | None = None) -> Value:
    """Read ``name`` from the environment.

    ``shown`` stands in the reference table for a default that differs between machines.
    Raises ConfigurationError, naming the variable and not its value, when ``cast`` refuses it.
    """
    declared[name] = Declared(name, str(default) if shown is None else shown, purpose)
    raw = os.environ.get(name)
    if raw is None or raw == "":
        return default
    try:
        return cast(raw)
    except ValueError as error:
        raise ConfigurationError(f"{name} cannot be read as {getattr(cast, '__name__', 'a value')}") from error


def boolean(raw: str) -> bool:
    """1, true, yes, on; or 0, false, no, off."""
    if raw.lower() in {"1", "true", "yes", "on"}:
        return True
    if raw.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError(raw)


def words(raw: str) -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in raw.split(",") if word.strip()]


def limits(raw: str) -> dict[str, float]:
    """Names with numbers: ``sms=100,line=500``."""
    pairs = (word.split("=") for word in words(raw))
    return {name.strip(): float(number) for name, number in pairs}


def pairs(raw: str) -> dict[str, str]:
    """Names with texts: ``open-datasets=https://data.example/count.json``."""
    return {name.strip(): text.strip() for name, _is, text in (word.partition("=") for word in words(raw))}
