"""The data directory: what lies where, and that only one server uses it at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perda.errors import SettingsError


@dataclass(frozen=True)
class DataDir:
    """Paths inside a data directory."""

    root: Path

    @property
    def database(self) -> Path:
        """SQLite file: accounts, sessions, metadata, what was uploaded."""
        return self.root / "perda.db"

    @property
    def store(self) -> Path:
        """The embedded object store's own files: the logs."""
        return self.root / "store"

    @property
    def store_secrets(self) -> Path:
        """Keys of the embedded store."""
        return self.root / "store-secrets.json"

    @property
    def store_port(self) -> Path:
        """Port at which clients reach the store, kept so that their keys survive a restart."""
        return self.root / "store-port"

    @property
    def staging(self) -> Path:
        """Uploads on their way in; emptied at start."""
        return self.root / "staging"

    @property
    def lock(self) -> Path:
        """File that a running server holds locked."""
        return self.root / "lock"

    def require(self) -> None:
        """Raise SettingsError unless a server has been started here before."""
        if not self.database.is_file():
            raise SettingsError(
                f"{self.root} holds no data server; expected the --data-dir of `perda serve`."
            )

    @contextmanager
    def create_and_lock(self) -> Iterator[None]:
        """Make the directory if need be and hold it for this process alone.

        Raises
        ------
        SettingsError
            If it cannot be made or written, or another server is running on it.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SettingsError(
                f"The data directory {self.root} cannot be written: {error.strerror}; "
                "choose another with --data-dir, or change its permissions."
            ) from None
        try:
            _lock(descriptor, self.root)
            yield
        finally:
            os.close(descriptor)  # also gives up the lock


def _lock(descriptor: int, root: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SettingsError(
            f"A data server is running on {root}; stop it first, or choose another --data-dir."
        ) from None
