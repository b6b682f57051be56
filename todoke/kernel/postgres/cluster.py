"""A PostgreSQL server with its data, reached through a socket and not through the network."""

import fcntl
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import psycopg.sql

from todoke.kernel.postgres import handover
from todoke.kernel.postgres.account import Account

LONGEST_SOCKET_PATH = 103
"""Of the systems we know, the shortest limit (macOS); Linux allows 107."""

ADMINISTRATOR = "postgres"
"""The server's superuser. The program connects as ``todoke``, whom row-level security holds back too."""

NOBODY = 2**31 - 2
"""The number of a process that no system gives out."""

CAREFREE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests: fast, and lost when the machine dies."""


class ClusterError(Exception):
    """The embedded PostgreSQL did not do what it was asked to."""


@dataclass(frozen=True)
class Cluster:
    """A server and its data in ``folder``, which nobody but its ``account`` can enter.

    Who can reach the socket is let in without a password: it lies in a folder of mode 0700.
    """

    folder: Path
    programs: Path
    account: Account
    name: str = "todoke"
    carefree: bool = False

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    @property
    def socket_folder(self) -> Path:
        """In ``folder``, or a short one below /tmp when that path is too long for a socket."""
        inside = self.folder / "socket"
        if len(os.fsencode(inside / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path("/tmp") / f"todoke-{self.account.uid}-{digest}"  # noqa: S108

    def address(self, database: str = "") -> str:
        """As ``DATABASE_URL`` has it."""
        return self._address("todoke", database or self.name)

    def _connect(self, user: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._address(user, database), autocommit=True, connect_timeout=5)

    def _address(self, user: str, database: str) -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def is_running(self) -> bool:
        """Whether it answers."""
        try:
            self._connect("todoke", "postgres").close()
        except psycopg.OperationalError as error:
            return 'role "todoke" does not exist' in str(error)
        return True

    def start(self) -> str:
        """Start it unless it runs, with a first set-up where there is no data yet; give its address.

        Two processes may call this at once. Raises ClusterError.
        """
        if not self.is_running():
            with self._lock():
                if not self.is_running():
                    self._private(self.folder)
                    if not self.data.exists():
                        self._initialise()
                    self._launch()
        if handover.is_due(self._connect):
            with self._lock():
                if handover.is_due(self._connect):
                    handover.hand_over(self._connect)
        self._create_database()
        return self.address()

    def stop(self) -> None:
        """Stop it, ending connections; nothing happens when it does not run."""
        if not self.folder.exists():
            return
        with self._lock():
            if self._server_lives():
                self._control("stop", "-m", "fast", "-w", "-t", "60")

    def destroy(self) -> None:
        """Stop it and remove its data for good."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.socket_folder.parent != self.folder:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _initialise(self) -> None:
        """Into a folder aside, then renamed: what was interrupted starts over."""
        aside = self.folder / "data.new"
        shutil.rmtree(aside, ignore_errors=True)
        options = [f"--username={ADMINISTRATOR}", "--auth=trust", "--encoding=UTF8", "--no-locale", "--data-checksums"]
        if self.carefree:
            options.append("--no-sync")
        made = self.account.run(self.programs / "initdb", "-D", aside, *options, folder=self.folder)
        if made.returncode:
            raise ClusterError(f"initdb: {made.stderr.strip()}")
        with (aside / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'todoke.conf'\n")
        aside.rename(self.data)

    def _launch(self) -> None:
        held = (self.data / "PG_VERSION").read_text().strip()
        server = self.account.run(self.programs / "postgres", "--version").stdout.split()[-1].split(".")[0]
        if held != server:
            raise ClusterError(
                f"{self.data} was written by PostgreSQL {held}, and the server is {server}: back up with the old"
                " version, `bin/reset`, and restore with the new one"
            )
        self._private(self.socket_folder)
        self._configure()
        for attempt in range(20):
            self._release_marks()
            try:
                self._control("start", "-w", "-t", "300", "-l", str(self.log))
                return
            except ClusterError:
                # The children of a server that was killed need a moment to notice.
                if attempt == 19 or "shared memory block" not in self._last_words():
                    raise
                time.sleep(0.25)

    def _configure(self) -> None:
        socket = str(self.socket_folder).replace('"', '""').replace("'", "''")
        lines = {"listen_addresses": "''", "unix_socket_directories": f"'\"{socket}\"'"}
        lines |= {"unix_socket_permissions": "0700", "port": "5432", "timezone": "'UTC'"}
        lines |= CAREFREE if self.carefree else {}
        path = self.data / "todoke.conf"
        path.write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
        self.account.own(path)

    def _control(self, *words: str) -> None:
        done = self.account.run(self.programs / "pg_ctl", "-D", self.data, *words, folder=self.folder)
        if done.returncode:
            raise ClusterError(f"pg_ctl {words[0]}: {done.stderr.strip()}\n{self._last_words()}")

    def _last_words(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        except OSError:
            return ""

    def _server_lives(self) -> bool:
        """Whether the process in postmaster.pid is this server, and not another that got its number since."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return False
        try:
            return os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes()
        except FileNotFoundError:
            return not Path("/proc/self").exists()

    def _release_marks(self) -> None:
        """Free the marks of a server that is gone, whose process number another may have got since.

        The shared memory noted in postmaster.pid stays noted: by it PostgreSQL sees children that still run.
        """
        mark = self.data / "postmaster.pid"
        if self._server_lives():
            return
        (self.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        if mark.exists():
            _number, _, rest = mark.read_text().partition("\n")
            mark.write_text(f"{NOBODY}\n{rest}")

    def _create_database(self) -> None:
        name = psycopg.sql.Identifier(self.name)
        with self._connect(ADMINISTRATOR, "postgres") as connection:
            for known, make in (
                (
                    "SELECT 1 FROM pg_roles WHERE rolname = 'todoke'",
                    psycopg.sql.SQL("CREATE ROLE todoke LOGIN CREATEDB"),
                ),
                (
                    psycopg.sql.SQL("SELECT 1 FROM pg_database WHERE datname = {}").format(self.name),
                    psycopg.sql.SQL("CREATE DATABASE {} OWNER todoke").format(name),
                ),
            ):
                if connection.execute(known).fetchone():
                    continue
                # Another process that starts it too may have been first.
                with suppress(
                    psycopg.errors.DuplicateObject, psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation
                ):
                    connection.execute(make)

    def _private(self, folder: Path) -> None:
        """Make ``folder``, for the account alone; refuse one that somebody else put there."""
        folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        try:
            folder.mkdir(mode=0o700)
            self.account.own(folder)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.uid:
                raise ClusterError(f"{folder} belongs to somebody else: remove it, or set TODOKE_STATE") from None
            folder.chmod(0o700)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One process at a time starts or stops this cluster; the lock ends with its process."""
        self.folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with self.folder.with_name(f"{self.folder.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
