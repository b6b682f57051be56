"""The id that ties together what one request caused, down to its jobs."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_trace: ContextVar[str] = ContextVar("trace", default="")


def new_trace() -> str:
    """32 hexadecimal digits, as W3C Trace Context has them."""
    return secrets.token_hex(16)


def current_trace() -> str:
    """The id in force, or ''."""
    return _trace.get()


@contextmanager
def use_trace(trace_id: str) -> Iterator[None]:
    """Have ``trace_id`` in force inside."""
    token = _trace.set(trace_id)
    try:
        yield
    finally:
        _trace.reset(token)
