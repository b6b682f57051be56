"""Logs: one JSON object a line on standard error, or lines for people where that is a terminal."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from todoke.kernel.trace import current_trace

DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG. ``options``: ``level``, and ``form``: json, text, or auto."""
    form = options.get("form", "auto")
    readable = form == "text" or (form == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace,
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer()]
        if readable
        else [
            structlog.processors.format_exc_info,
            _without_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if type(old) is logging.StreamHandler]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(options.get("level", "INFO"))
    django = logging.getLogger("django")
    django.handlers.clear()
    django.propagate = True
    # Our own line of every request says the same without the address that was asked for.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    for talkative in ("httpx", "httpcore", "procrastinate", "fontTools"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _trace(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    trace = current_trace()
    if trace:
        event.setdefault("trace_id", trace)
    return event


def _without_values(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """PostgreSQL repeats the values of a row in the detail of an error: that is no business of a log."""
    if "exception" in event:
        event["exception"] = DETAIL.sub("", event["exception"])
    return event
