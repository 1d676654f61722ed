"""From the store to a file or the cache, with keys fetched when needed and fetched again once."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import TypeAdapter

from perda._files import whole_file
from perda.server.cache import LogCache, Version
from perda.server.config import S3Credentials
from perda.server.progress import ProgressFactory
from perda.server.store import (
    LogReplacedError,
    LogStore,
    RemoteLog,
    StoreRefusedError,
    StoreUnreachableError,
)
from perda.server.transport import Transport

T = TypeVar("T")

_CREDENTIALS = TypeAdapter(S3Credentials)


class Downloads:
    """Downloads of one session.

    Parameters
    ----------
    transport : Transport
        The data server, asked for the store's keys.
    cache : LogCache or None
        Where logs are kept.
    progress : callable
        Makes a bar for each transfer.
    timeout_s : float
        Seconds to wait for the store's next bytes.
    """

    def __init__(
        self,
        transport: Transport,
        cache: LogCache | None,
        progress: ProgressFactory,
        *,
        timeout_s: float,
    ) -> None:
        self._transport = transport
        self._cache = cache
        self._progress = progress
        self._timeout_s = timeout_s
        self._credentials: S3Credentials | None = None
        self._store: LogStore | None = None

    @property
    def kept(self) -> bool:
        """Whether downloaded logs are kept."""
        return self._cache is not None

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """Give a file that holds the log as it is now; without a cache, only for the block."""
        if self._cache is not None:
            yield self._cached(self._cache, key)
            return
        # A columnar log stays open while its run lives, which keeps Windows from removing it.
        with tempfile.TemporaryDirectory(
            prefix="perda-", ignore_cleanup_errors=os.name == "nt"
        ) as directory:
            yield self.to_file(key, Path(directory) / _file_name(key), overwrite=False)

    def to_file(self, key: str, target: Path, *, overwrite: bool) -> Path:
        """Download a log to ``target``, whole or not at all."""

        def fetch(store: LogStore) -> Path:
            with whole_file(target, overwrite=overwrite) as file:
                self._receive(store, store.head(key), file)
            return target

        return self._on_store(fetch)

    def probe(self) -> str:
        """Read from the bucket; return the store's address."""

        def look(store: LogStore) -> str:
            store.probe()
            return store.endpoint

        return self._on_store(look)

    def forget_store(self) -> None:
        """Drop the store's keys: the next call fetches new ones."""
        if self._store is not None:
            self._store.close()
        self._credentials = self._store = None

    def _cached(self, cache: LogCache, key: str) -> Path:
        def find_or_fetch(store: LogStore) -> Path:
            remote = store.head(key)
            server = self._transport.base_url
            version = Version(server, store.bucket_name, key, remote.etag, remote.size)
            found = cache.find(version)
            return found or cache.add(version, lambda file: self._receive(store, remote, file))

        return self._on_store(find_or_fetch)

    def _receive(self, store: LogStore, remote: RemoteLog, file: BinaryIO) -> str:
        with closing(self._progress(remote.size, "B", remote.key.rpartition("/")[2])) as bar:
            return store.read_into(remote, file, bar.update)

    def _on_store(self, action: Callable[[LogStore], T]) -> T:
        """Act on the store, a second time where that may help.

        Keys end, a restarted store may have a new address, and a log may be replaced between
        looking at it and reading it.
        """
        try:
            return action(self._open_store())
        except LogReplacedError:
            return action(self._open_store())
        except (StoreRefusedError, StoreUnreachableError):
            used = self._credentials
            self.forget_store()
            store = self._open_store()
            if self._credentials == used:
                raise
            return action(store)

    def _open_store(self) -> LogStore:
        if self._store is None:
            self._credentials = self._transport.call(
                "POST", "/s3/credentials", body={}, answer=_CREDENTIALS
            )
            self._store = LogStore(self._credentials, read_timeout_s=self._timeout_s)
        return self._store


def _file_name(key: str) -> str:
    """Return a name that every system takes, close to the key's last segment."""
    name = re.sub(r"[^\w .+#()-]", "_", key.rpartition("/")[2])[-80:]
    return name.strip(" .") or "log.csv"
