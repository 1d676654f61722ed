from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from perda.errors import SettingsError
from perda.gateway.db import Database
from perda.gateway.models import Base, LogRow, TagRow


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_the_database_is_durable_strict_and_private(database: Database) -> None:
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.migrate()
    database.check_current()


def test_a_database_of_a_newer_perda_is_refused(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match="newer perda"):
        database.migrate()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "perda.db"
    path.write_text("a letter to my grandmother, not a database at all" * 10)
    database = Database(path)
    with pytest.raises(SettingsError, match="cannot be opened"):
        database.migrate()
    database.close()
    assert path.read_text().startswith("a letter")


def test_keys_are_compared_byte_by_byte(database: Database, clock: Any) -> None:
    with database.write() as session:
        for key in ("run.csv", "RUN.csv", "u\u0308.csv", "\u00fc.csv"):
            session.add(LogRow(key=key, size=1, sha256="0", etag="", uploaded_at=clock()))
    with database.read() as session:
        assert session.get(LogRow, "Run.csv") is None
        found = session.get(LogRow, "RUN.csv")
        assert found is not None
        assert found.key == "RUN.csv"


def test_a_failed_write_leaves_nothing(database: Database, clock: Any) -> None:
    def write_log_and_orphan() -> None:
        with database.write() as session:
            session.add(LogRow(key="a", size=1, sha256="0", etag="", uploaded_at=clock()))
            session.add(TagRow(key="no such log", tag="x", position=0))

    with pytest.raises(IntegrityError):
        write_log_and_orphan()
    with database.read() as session:
        assert session.get(LogRow, "a") is None


def test_many_writers_wait_for_each_other(database: Database, clock: Any) -> None:
    with database.write() as session:
        session.add(LogRow(key="n", size=0, sha256="0", etag="", uploaded_at=clock()))

    def count_up() -> None:
        for _ in range(20):
            with database.write() as session:
                row = session.get(LogRow, "n")
                assert row is not None
                row.size += 1

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection = sqlite3.connect(database.path)
    try:
        assert connection.execute("SELECT size FROM logs").fetchone() == (160,)
    finally:
        connection.close()
