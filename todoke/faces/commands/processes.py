"""Processes that are started together and end together."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import BinaryIO

PATIENCE_SECONDS = 20


class ProcessError(Exception):
    """A process ended by itself, or did not answer in time."""


class Processes:
    """Named child processes, each with a log in ``logs``."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._files: list[BinaryIO] = []

    def start(self, name: str, words: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start ``words`` with ``environment`` on top of ours; what it prints goes to ``<name>.log``."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = (self.logs / f"{name}.log").open("wb")
        self._files.append(log)
        self._children[name] = subprocess.Popen(  # noqa: S603
            list(words),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            start_new_session=True,
        )

    def todoke(self, name: str, *words: str, environment: Mapping[str, str] | None = None) -> None:
        """Start ``todoke`` with ``words``."""
        self.start(
            name,
            [sys.executable, "-c", "import todoke.faces.commands as c; raise SystemExit(c.main())", *words],
            environment,
        )

    def module(self, name: str, *words: str) -> None:
        """Start ``python -m`` with ``words``."""
        self.start(name, [sys.executable, "-m", *words])

    def kill(self, name: str) -> None:
        """End one at once, with all that it started, as a machine does that loses its power."""
        child = self._children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def await_answer(self, name: str, url: str, seconds: float = 60) -> None:
        """Wait until ``url`` answers below 500; raises ProcessError after ``seconds`` or when a process ends."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.check()
            try:
                with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                    return
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise ProcessError(f"{name} did not answer at {url} within {seconds:.0f} seconds{self.last_words(name)}")

    def check(self) -> None:
        """Raises ProcessError, with the end of its log, when one has ended."""
        for name, child in self._children.items():
            if child.poll() is not None:
                raise ProcessError(f"{name} ended with {child.returncode}{self.last_words(name)}")

    def last_words(self, name: str) -> str:
        """The end of the log of ``name``, on lines of their own."""
        path = self.logs / f"{name}.log"
        lines = path.read_text(errors="replace").splitlines()[-12:] if path.exists() else []
        return "".join(f"\n  {line}" for line in [f"({path})", *lines])

    def wait(self) -> None:
        """Wait for SIGINT or SIGTERM; raises ProcessError as soon as a process ends by itself."""
        while True:
            self.check()
            time.sleep(0.3)

    def stop(self) -> None:
        """Ask all to end, the youngest first, and end those that have not within 20 seconds."""
        children = list(self._children.values())[::-1]
        for child in children:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        until = time.monotonic() + PATIENCE_SECONDS
        for child in children:
            try:
                child.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        for file in self._files:
            file.close()
        self._children.clear()
        self._files.clear()


@contextmanager
def together(logs: Path) -> Iterator[Processes]:
    """Processes that are stopped when the block ends; SIGTERM ends it as SIGINT does, with KeyboardInterrupt."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    processes = Processes(logs)
    try:
        yield processes
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        processes.stop()
        signal.signal(signal.SIGTERM, before)
