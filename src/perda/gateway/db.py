"""The database: how it is opened, changed and brought up to date.

Everything that is particular to SQLite stands in this file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from perda.errors import SettingsError

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT_MS = 10_000


class Database:
    """One SQLite file, used from many threads; another process may use it at the same time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        _create_private(path)
        self.engine = create_engine(f"sqlite:///{path}", pool_size=20, max_overflow=40)
        event.listen(self.engine, "connect", _on_connect)
        event.listen(self.engine, "begin", _on_begin)
        # A second view of the same pool whose transactions take the write lock at their start:
        # a reader that turns writer half-way would fail with "database is locked" at once.
        self._writing = self.engine.execution_options(perda_write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one state of the database throughout."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session that is committed at the end, or rolled back on an exception."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the tables up to date.

        Raises
        ------
        SettingsError
            If the file is no database, or was written by a newer perda.
        """
        try:
            with self._writing.connect() as connection:
                if self._known_revision(connection) != _newest_revision():
                    command.upgrade(_alembic(connection), "head")
                    connection.commit()
        except DatabaseError as error:
            raise SettingsError(
                f"The database {self.path} cannot be opened: {error.orig}"
            ) from None

    def check_current(self) -> None:
        """Raise SettingsError unless the tables are those of this version of perda."""
        with self.engine.connect() as connection:
            if self._known_revision(connection) != _newest_revision():
                raise SettingsError(
                    f"The database {self.path} is not up to date; start `perda serve` on it once."
                )

    def ping(self) -> None:
        """Return if the database answers, else raise."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections; the write-ahead log is folded into the file."""
        self.engine.dispose()

    def _known_revision(self, connection: Connection) -> str | None:
        revision = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in _scripts().walk_revisions()}
        if revision is not None and revision not in known:
            raise SettingsError(
                f"The database {self.path} was written by a newer perda (revision {revision}); "
                "update perda, or restore a backup from before the update."
            )
        return revision


def _create_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SettingsError(f"The database {path} cannot be opened: {error.strerror}.") from None


def _on_connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where _on_begin says, nowhere else
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("perda_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic())


def _newest_revision() -> str | None:
    return _scripts().get_current_head()
