"""Whom the server runs as."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USER = "todoke"


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int

    @classmethod
    def mine(cls) -> "Account":
        """The user of this process."""
        return cls(os.geteuid(), os.getegid())

    def run(self, *command: str | Path, folder: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as this user, in ``folder``, with none of the caller's PG… variables."""
        other: dict[str, object] = {}
        if self != Account.mine():
            other = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(  # type: ignore[call-overload, no-any-return]  # noqa: S603
            [str(word) for word in command],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **other,
        )

    def own(self, path: Path) -> None:
        """Make ``path`` theirs, for a caller who is root."""
        if self != Account.mine():
            os.chown(path, self.uid, self.gid)


def account_for_server() -> Account | None:
    """The system user ``todoke`` when this process is root's, made if it is missing; None for other users."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/var/lib/todoke"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=False)  # noqa: S603
        entry = pwd.getpwnam(SYSTEM_USER)
    return Account(entry.pw_uid, entry.pw_gid)
