"""Uploads: acknowledged last.

The bytes are staged, their hash is checked, they go into the store, are read back from it,
and are written down in SQL; only then does the client hear of success. Repeating an upload
is harmless: the same content under the same key is the same log.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from perda._wire import StoredLog
from perda.errors import ObjectExistsError, ObjectNotFoundError, StoreError
from perda.gateway.clock import Clock
from perda.gateway.db import Database
from perda.gateway.models import LogRow
from perda.gateway.staging import Staged
from perda.gateway.storage.base import ObjectInfo, ObjectStore


@dataclass(frozen=True)
class Uploads:
    """Takes logs into the store. Methods may be called from many threads."""

    database: Database
    store: ObjectStore
    clock: Clock
    staging: Path
    _locks: dict[str, tuple[threading.Lock, list[None]]] = field(default_factory=dict, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def check_free(
        self, key: str, *, size: int | None, sha256: str | None, overwrite: bool
    ) -> None:
        """Refuse, before any byte is sent, an upload that is known to be in vain.

        Raises
        ------
        ObjectExistsError
            If the key is a folder, lies below a log, or (without ``overwrite``) holds
            content that differs in size or hash.
        """
        self._check_place(key)
        there = self._head(key)
        if there is None or overwrite:
            return
        known = self._known_sha256(there)
        other_size = size is not None and size != there.size
        other_hash = sha256 is not None and known is not None and sha256 != known
        if other_size or other_hash:
            raise _taken(key)

    def take(self, key: str, staged: Staged, *, overwrite: bool) -> tuple[StoredLog, bool]:
        """Store staged bytes under ``key``, verify them there, and write them down.

        Returns
        -------
        tuple of StoredLog and bool
            What lies under the key now, and whether the key is new.

        Raises
        ------
        ObjectExistsError
            If the key holds other content, and ``overwrite`` was not asked for.
        StoreError
            If what the store gives back is not what it was given.
        """
        with self._alone_with(key):
            there = self._head(key)
            if there is not None and self._same_content(there, staged):
                return self._write_down(there, staged), False
            if there is not None and not overwrite:
                raise _taken(key)
            self._check_place(key)
            stored = self.store.put_file(key, staged.path, overwrite=overwrite)
            self._verify(key, staged)
            return self._write_down(stored, staged), there is None

    def _check_place(self, key: str) -> None:
        # A filer keeps a real directory tree: there "a" and "a/b" cannot both be objects.
        parts = key.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            if self._head(parent) is not None:
                raise ObjectExistsError(
                    f"{parent!r} is a log, so {key!r} cannot lie below it; choose another folder."
                )
        below = self.store.list_children(key + "/")
        if below.folders or below.objects:
            raise ObjectExistsError(f"{key!r} is a folder; choose another name for the log.")

    def _same_content(self, there: ObjectInfo, staged: Staged) -> bool:
        if there.size != staged.size:
            return False
        known = self._known_sha256(there) or _sha256_of(self.store.read(there.key))
        return known == staged.sha256

    def _verify(self, key: str, staged: Staged) -> None:
        if _sha256_of(self.store.read(key)) != staged.sha256:
            self.store.delete(key)
            raise StoreError(f"The store gave {key!r} back damaged; it was removed again.")

    def _write_down(self, info: ObjectInfo, staged: Staged) -> StoredLog:
        row = LogRow(
            key=info.key,
            size=staged.size,
            sha256=staged.sha256,
            etag=info.etag,
            uploaded_at=self.clock(),
        )
        with self.database.write() as session:
            session.merge(row)
        return StoredLog(key=info.key, size=staged.size, sha256=staged.sha256)

    def _known_sha256(self, there: ObjectInfo) -> str | None:
        with self.database.read() as session:
            row = session.get(LogRow, there.key)
            return row.sha256 if row is not None and row.etag == there.etag else None

    def _head(self, key: str) -> ObjectInfo | None:
        try:
            return self.store.head(key)
        except ObjectNotFoundError:
            return None

    @contextmanager
    def _alone_with(self, key: str) -> Iterator[None]:
        # Between storing and reading back, nobody else of this process may replace the object.
        with self._guard:
            lock, users = self._locks.setdefault(key, (threading.Lock(), []))
            users.append(None)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                users.pop()
                if not users:
                    del self._locks[key]


def _sha256_of(chunks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _taken(key: str) -> ObjectExistsError:
    return ObjectExistsError(
        f"{key!r} already holds another log, which is kept. Choose another key, or overwrite it."
    )
