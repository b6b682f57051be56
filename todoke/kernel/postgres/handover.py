"""A cluster whose superuser is the program, as it was once: row-level security would not hold it back."""

from collections.abc import Callable
from contextlib import suppress

import psycopg
from psycopg.sql import SQL, Identifier

Connect = Callable[[str, str], psycopg.Connection[tuple[object, ...]]]
"""From the names of a user and a database; each statement commits by itself."""

HELPER = "todoke_handover"
"""A superuser for as long as the hand-over lasts: nobody can rename the role that they came in with."""

OWNED = """
    SELECT format('ALTER TABLE %s OWNER TO todoke', c.oid::regclass) FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = 'postgres'::regrole
        AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
            AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO todoke', p.oid::regprocedure) FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proowner = 'postgres'::regrole
"""
"""Statements. A table takes the sequences of its columns along."""


def is_due(connect: Connect) -> bool:
    """Whether ``todoke`` is the superuser still, or a hand-over was interrupted."""
    try:
        with connect("postgres", "postgres") as server:
            return bool(server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [HELPER]).fetchone())
    except psycopg.OperationalError as error:
        if 'role "postgres" does not exist' in str(error):
            return True
        raise


def hand_over(connect: Connect) -> None:
    """Make ``postgres`` the superuser, and ``todoke`` a role of its own that owns what the program made.

    Interrupted between any two statements, the next call goes on from there.
    """
    begun = (psycopg.OperationalError, psycopg.errors.DuplicateObject, psycopg.errors.InsufficientPrivilege)
    with suppress(*begun), connect("todoke", "postgres") as server:
        server.execute(SQL("CREATE ROLE {} SUPERUSER LOGIN").format(Identifier(HELPER)))
    with connect(HELPER, "postgres") as server, server.transaction():
        if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = 'postgres'").fetchone():
            server.execute("ALTER ROLE todoke RENAME TO postgres")
            server.execute("CREATE ROLE todoke LOGIN CREATEDB")
        found = server.execute("SELECT datname FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate")
        databases = [str(name) for (name,) in found.fetchall()]
        for name in databases:
            server.execute(SQL("ALTER DATABASE {} OWNER TO todoke").format(Identifier(name)))
    for name in databases:
        with connect(HELPER, name) as database, database.transaction():
            for (statement,) in database.execute(OWNED).fetchall():
                database.execute(str(statement).encode())
    with connect("postgres", "postgres") as server:
        server.execute(SQL("DROP ROLE {}").format(Identifier(HELPER)))
