"""Whether this process is alive, and whether it should be sent requests."""

import os
from pathlib import Path

import structlog
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

log = structlog.get_logger(__name__)

RUN_FOLDER = "TODOKE_RUN_FOLDER"
"""The environment variable by which ``todoke serve`` tells its processes of their common folder."""


def draining_mark() -> Path | None:
    """The file whose presence says that this server is about to stop."""
    folder = os.environ.get(RUN_FOLDER)
    return Path(folder) / "draining" if folder else None


def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all; it asks nothing of the database."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served; 503 with the reason when they cannot, or soon cannot."""
    reason = _reason()
    return JsonResponse({"status": reason or "ok"}, status=503 if reason else 200)


def warn_of_an_open_door() -> None:
    """Say loudly when the database's role is exempt from row-level security: then facts can be read without a trace."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            log.error("the database's role is exempt from row-level security", remedy="docs/how-to/operate.md")


def _reason() -> str:
    mark = draining_mark()
    if mark is not None and mark.exists():
        return "draining"
    try:
        executor = MigrationExecutor(connection)
        return "migrations" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else ""
    except Error as error:
        log.warning("database does not answer", kind=type(error).__name__)
        return "database"
