"""What happened, told to the rooms above: they listen, and the room that tells does not know them.

Handlers run in the transaction that tells; what takes long they put on the queue.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Handler = Callable[..., None]
_handlers: dict[str, list[Handler]] = defaultdict(list)


def listen(event: str) -> Callable[[Handler], Handler]:
    """Call the function whenever ``event`` is told."""

    def wrap(handler: Handler) -> Handler:
        _handlers[event].append(handler)
        return handler

    return wrap


def tell(event: str, **what: Any) -> None:
    """Run the handlers of ``event``, in the transaction in force."""
    for handler in _handlers[event]:
        handler(**what)
