"""What PostgreSQL's own tools need to copy a database as a whole, and to put it back as one transaction."""

from __future__ import annotations

from sqlalchemy import Connection

MAGIC = b"PGDMP"

# The script of pg_restore goes between the two. The schema goes as a whole: tables that a newer claimwatch made and
# the backup does not know must not stay. Whoever connects meanwhile waits for us, and we for them not for ever.
BEFORE_RESTORE = """\
BEGIN;
SET client_min_messages = warning;
SET lock_timeout = '30s';
DROP SCHEMA IF EXISTS public CASCADE;
CREATE SCHEMA public;
"""
AFTER_RESTORE = "COMMIT;\n"


def connection_variables(tx: Connection) -> dict[str, str]:
    """The PG* variables with which another program comes to where this transaction is, password among them."""
    options = tx.connection.driver_connection.pgconn.info  # type: ignore[union-attr]
    return {o.envvar.decode(): o.val.decode() for o in options if o.envvar and o.val is not None}


def server_major(tx: Connection) -> int:
    """The server's version: 17."""
    return int(tx.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def share_snapshot(tx: Connection) -> str:
    """The name by which pg_dump sees exactly what this transaction sees, while it lasts. Must be its first statement."""
    tx.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    tx.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    return str(tx.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


def other_sessions(tx: Connection) -> int:
    """How many others are connected to this database; the server's own helpers have no user."""
    others = "datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
    return int(tx.exec_driver_sql(f"SELECT count(*) FROM pg_stat_activity WHERE {others}").scalar_one())  # noqa: S608
