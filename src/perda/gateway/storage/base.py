"""The object store as the gateway sees it: one bucket, whole objects, keys for people."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class ObjectInfo:
    """One object in the bucket.

    Attributes
    ----------
    key : str
        Full key.
    size : int
        Bytes.
    etag : str
        The store's version of the content, without quotes.
    last_modified : datetime
        UTC.
    """

    key: str
    size: int
    etag: str
    last_modified: datetime


@dataclass(frozen=True)
class Listing:
    """The direct children of a prefix: folder prefixes (ending in ``/``) and objects."""

    folders: list[str] = field(default_factory=list)
    objects: list[ObjectInfo] = field(default_factory=list)


@dataclass(frozen=True)
class KeyPair:
    """An access key and its secret; the secret stays out of ``repr``."""

    access_key: str
    secret_key: str = field(repr=False)


class ObjectStore(ABC):
    """One bucket of an S3-compatible store. All methods may be called from many threads.

    Every method raises :class:`~perda.errors.StoreUnavailableError` when the store does
    not answer, and :class:`~perda.errors.StoreError` when it refuses.
    """

    bucket_name: str

    @abstractmethod
    def list_children(self, prefix: str) -> Listing:
        """Return all direct children of ``prefix`` (``""`` or ending in ``/``), however many."""

    @abstractmethod
    def head(self, key: str) -> ObjectInfo:
        """Return what lies under ``key``; ObjectNotFoundError if nothing does."""

    @abstractmethod
    def put_file(self, key: str, path: Path, *, overwrite: bool = False) -> ObjectInfo:
        """Store the file at ``path`` under ``key``, whole or not at all, durably.

        Without ``overwrite`` an existing object stays and ObjectExistsError is raised, also
        when two writers race (conditional PUT where the store has it).
        """

    @abstractmethod
    def read(self, key: str, chunk_size: int = 1 << 20) -> Iterator[bytes]:
        """Yield the object's bytes; ObjectNotFoundError if there is none."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove the object; no error if there is none."""

    @abstractmethod
    def ping(self) -> None:
        """Return quickly if the bucket answers, else raise StoreUnavailableError."""
