"""Handing letters to channels, many at a time, and writing down what became of them."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import structlog
from django.conf import settings

from todoke.exchange.messages.channels import channel as channel_of
from todoke.exchange.messages.channels import is_on
from todoke.exchange.messages.dispatch import allowance, rows
from todoke.exchange.messages.dispatch.planning import Address
from todoke.exchange.messages.types import Failure, Letter, Outcome, Priority, State
from todoke.kernel import clock

log = structlog.get_logger(__name__)

LOOK_UP_SECONDS = 0.25
"""So often a job writes down what came of its letters, and looks whether it has to stop or to give way."""

PATIENCE = 30
"""Seconds that an urgent letter waits in a job for a provider that takes no more."""

ATTEMPTS = {Priority.EMERGENCY: 12, Priority.URGENT: 10, Priority.NORMAL: 8, Priority.NEWSLETTER: 6}
FIRST_WAIT = {Priority.EMERGENCY: 2, Priority.URGENT: 5, Priority.NORMAL: 10, Priority.NEWSLETTER: 60}
LONGEST_WAIT = 3600


@dataclass(frozen=True)
class Item:
    """A delivery in hand: the same letter to each address of the channel."""

    letter: Letter
    channel: str
    addresses: Sequence[Address]
    attempt: int
    falls_back: bool = False
    """Whether another channel may follow."""


class _Result:
    def __init__(self, item: Item, outcome: Outcome, ended: list[tuple[int, Failure]]) -> None:
        self.item, self.outcome, self.ended = item, outcome, ended


def carry(items: Sequence[Item], *, stop: Callable[[], bool] = lambda: False) -> bool:
    """One attempt at each; False when ``stop`` said so before all were tried.

    What is under way then is left as it is: it is tried again with the same key, and the provider knows it.
    """
    limited = [name for name in {item.channel for item in items} if allowance.per_second(name)]
    if not _hand_over([item for item in items if item.channel not in limited], stop):
        return False
    return all(_hand_over_slowly(name, [item for item in items if item.channel == name], stop) for name in limited)


def _hand_over_slowly(name: str, items: Sequence[Item], stop: Callable[[], bool]) -> bool:
    """As many as the provider takes; what is urgent waits here for a while, the rest is left for later."""
    left, began = deque(items), time.monotonic()
    while left:
        granted = allowance.take(name, len(left), left[0].letter.priority)
        if granted and not _hand_over([left.popleft() for _number in range(granted)], stop):
            return False
        if left:
            if left[0].letter.priority > Priority.URGENT or time.monotonic() - began > PATIENCE:
                _postpone(left)
                return True
            time.sleep(LOOK_UP_SECONDS / 2)
            if stop():
                return False
    return True


def _postpone(items: Sequence[Item]) -> None:
    """The provider takes no more now: a little later, not all at once."""
    now = clock.now()
    until = [now + timedelta(seconds=random.uniform(5, 30)) for _item in items]  # noqa: S311
    rows.postpone([(item.letter.message, item.channel) for item in items], until)


def _hand_over(items: Sequence[Item], stop: Callable[[], bool]) -> bool:
    hands = _Hands(items)
    for _number in range(min(settings.SENDERS, len(items))):
        _senders().submit(hands.send_until_empty)
    done = 0
    while done < len(items):
        hands.all_done.wait(LOOK_UP_SECONDS)
        finished = hands.take_finished()
        _write_down(finished)
        done += len(finished)
        if done < len(items) and stop():
            hands.halted.set()
            last = hands.take_finished()
            _write_down(last)
            return done + len(last) == len(items)
    return True


class _Hands:
    """Items that several senders take from, and what they came to.

    Who writes that down is woken once for many: a wake-up for each would cost as much as the sending.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._waiting, self._finished, self._left = deque(items), deque[_Result](), len(items)
        self._lock = threading.Lock()
        self.all_done, self.halted = threading.Event(), threading.Event()

    def send_until_empty(self) -> None:
        """What each sender does."""
        while not self.halted.is_set():
            try:
                item = self._waiting.popleft()
            except IndexError:
                return
            self._finished.append(_attempt(item))
            with self._lock:
                self._left -= 1
                last = self._left == 0
            if last:
                self.all_done.set()

    def take_finished(self) -> list[_Result]:
        """Those that came to an end since the last time."""
        return [self._finished.popleft() for _number in range(len(self._finished))]


@cache
def _senders() -> ThreadPoolExecutor:
    """Of this process, for all its jobs; each keeps its connections."""
    return ThreadPoolExecutor(settings.SENDERS * 8, thread_name_prefix="sender")


def _attempt(item: Item) -> _Result:
    letter, ended = item.letter, []
    if clock.now() > letter.expires_at:
        return _Result(item, Outcome(Failure.EXPIRED), [])
    if not is_on(item.channel):
        return _Result(item, Outcome(Failure.CHANNEL_OFF), [])
    channel, best = channel_of(item.channel), None
    for address in item.addresses:
        try:
            outcome = channel.send(letter.to(address.value))
        except Exception:
            log.exception("a channel raised", channel=item.channel)
            outcome = Outcome(Failure.UNCLEAR)
        if outcome.address_ended and address.contact is not None:
            ended.append((address.contact, outcome.failure or Failure.UNKNOWN_ADDRESS))
        if best is None or (best.failure and (outcome.failure is None or outcome.failure.again > best.failure.again)):
            best = outcome
    return _Result(item, best or Outcome(Failure.UNKNOWN_ADDRESS), ended)


def _write_down(results: Sequence[_Result]) -> None:
    now = clock.now()
    rows.record([_ended(result.item, result.outcome, now) for result in results])
    rows.end_contact_points({contact: why for result in results for contact, why in result.ended})


def _ended(item: Item, outcome: Outcome, now: datetime) -> rows.Ended:
    letter, failure = item.letter, outcome.failure
    if failure is None:
        state = State.DELIVERED if outcome.delivered else State.SENT
        seconds = letter.priority.fall_back_seconds
        patient = not outcome.delivered and item.falls_back and seconds
        following = now + timedelta(seconds=seconds) if patient else None
        return rows.Ended(letter.message, item.channel, state, None, outcome.provider_id, following)
    wait = max(outcome.retry_after, _wait(letter.priority, item.attempt))
    again = now + timedelta(seconds=wait)
    if failure.again and item.attempt < ATTEMPTS[letter.priority] and again < letter.expires_at:
        return rows.Ended(letter.message, item.channel, State.CREATED, failure, outcome.provider_id, again)
    return rows.Ended(
        letter.message, item.channel, State.FAILED, failure, outcome.provider_id, now if item.falls_back else None
    )


def _wait(priority: Priority, attempt: int) -> float:
    factor = 2 if priority <= Priority.URGENT else 3
    seconds = min(FIRST_WAIT[priority] * factor ** (attempt - 1), LONGEST_WAIT)
    return float(seconds * random.uniform(0.8, 1.2))  # noqa: S311
