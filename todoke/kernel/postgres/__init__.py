"""The embedded PostgreSQL: what a machine without a database of its own starts and keeps."""

import hashlib
import os
from pathlib import Path

from todoke.kernel.configuration import setting
from todoke.kernel.postgres.account import Account, account_for_server
from todoke.kernel.postgres.binaries import bundled, reachable_by
from todoke.kernel.postgres.cluster import Cluster, ClusterError

__all__ = ["Cluster", "ClusterError", "address", "destroy", "embedded", "start", "state_folder", "stop"]

CHECKOUT = Path(__file__).resolve().parents[3]
SYSTEM_FOLDER = Path("/var/lib/todoke")


def state_folder() -> Path:
    """Where this checkout keeps what belongs to this machine alone."""
    return setting(
        "TODOKE_STATE", CHECKOUT / ".state", "Folder of what a machine keeps for itself: logs, keys", Path, ".state"
    ).resolve()


def embedded() -> Cluster:
    """The cluster of this checkout; nothing is started or written.

    PostgreSQL refuses to run as root, so for root it runs as a system user, from a folder that user can reach:
    the checkout may lie where nobody else may look.
    """
    account = account_for_server()
    if account is None:
        return Cluster(state_folder() / "postgres", bundled(), Account.mine())
    name = hashlib.sha256(os.fsencode(state_folder())).hexdigest()[:10]
    return Cluster(SYSTEM_FOLDER / name, reachable_by(account, SYSTEM_FOLDER), account)


def address() -> str:
    """The database's address: DATABASE_URL, or that which the embedded cluster has once it is started."""
    return os.environ.get("DATABASE_URL") or embedded().address()


def start() -> str:
    """Start the embedded cluster unless it runs or DATABASE_URL names another; give the database's address.

    Raises ClusterError, with the end of the server's log, when it does not come up.
    """
    return os.environ.get("DATABASE_URL") or embedded().start()


def stop() -> None:
    """Stop the embedded cluster; nothing happens when it is not running."""
    embedded().stop()


def destroy() -> None:
    """Stop the embedded cluster and remove its data for good."""
    embedded().destroy()
