"""One process at a time in a folder, kept so by the kernel."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from perda.errors import StoreError

# Enough for the children of a killed server to be gone.
_PATIENCE_S = 2.0


class FolderLock:
    """A lock on a folder. Children that inherit its descriptor hold it too (flock(2)).

    Parameters
    ----------
    folder : pathlib.Path
        The folder, which exists when the lock is taken.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether we hold the lock."""
        return self._descriptor is not None

    def take(self) -> int:
        """Lock the folder and return the lock's descriptor.

        Raises
        ------
        StoreError
            If another process holds the lock; the message names it.
        OSError
            If the folder cannot be written.
        """
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _wait_for(descriptor):
            owner = os.pread(descriptor, 100, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise StoreError(
                f"The store's folder {self._folder} is in use by process {owner}; "
                "stop that one, or choose another data directory."
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return descriptor

    def release(self) -> None:
        """Give the lock back, if it is held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _wait_for(descriptor: int) -> bool:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True
