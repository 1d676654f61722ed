"""Downloaded logs kept on disk: found again only if they are, byte for byte, what was stored.

An entry is two files named by hashes alone, so that no key can choose a path: the log itself
and a JSON sidecar (key, ETag, size, SHA-256). The sidecar is written last and read first.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ValidationError

from perda._files import TEMPORARY_SUFFIX, whole_file
from perda.errors import LocalFileError

logger = logging.getLogger(__name__)

FORGOTTEN_AFTER_S = 86_400.0  # a temporary file this old was left by a process that died
# Compressed logs are read only when the name says so as well.
_KEPT_SUFFIXES = (".gz", ".zst", ".parquet")


@dataclass(frozen=True)
class Version:
    """One version of one log on one server.

    Attributes
    ----------
    server, bucket, key : str
        Where the log lies.
    etag : str
        The store's version of the content.
    size : int
        Bytes.
    """

    server: str
    bucket: str
    key: str
    etag: str
    size: int


class _Sidecar(BaseModel):
    server: str
    bucket: str
    key: str
    etag: str
    size: int
    sha256: str


class LogCache:
    """Logs in a directory, each under its version.

    Parameters
    ----------
    directory : path
        ``~`` is expanded; created if missing.

    Raises
    ------
    LocalFileError
        If the directory cannot be made or written.
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = _usable(Path(directory).expanduser())

    def find(self, version: Version) -> Path | None:
        """Return the file that holds ``version``, or None; a damaged one counts as absent."""
        path = self._path(version)
        sidecar = _read_sidecar(_sidecar_path(path))
        if sidecar is None or sidecar != _describe(version, sidecar.sha256):
            return None
        try:
            with path.open("rb") as file:
                whole = os.fstat(file.fileno()).st_size == version.size
                whole = whole and hashlib.file_digest(file, "sha256").hexdigest() == sidecar.sha256
        except OSError:
            return None
        if not whole:
            logger.warning("The cached copy of %r is damaged; fetching it again.", version.key)
            return None
        return path

    def add(self, version: Version, fetch: Callable[[BinaryIO], str]) -> Path:
        """Store what ``fetch`` writes (it returns the SHA-256) and return the file.

        Raises
        ------
        LocalFileError
            If the disk is full or the directory cannot be written.
        """
        self._sweep()
        path = self._path(version)
        # Unique temporary names and renames keep processes that do the same apart.
        with whole_file(path) as file:
            sha256 = fetch(file)
        with whole_file(_sidecar_path(path)) as file:
            file.write(_describe(version, sha256).model_dump_json(indent=1).encode())
        return path

    def _path(self, version: Version) -> Path:
        place = _hash(version.server, version.bucket, version.key)
        suffix = next((s for s in _KEPT_SUFFIXES if version.key.lower().endswith(s)), "")
        return self.directory / f"{place}-{_hash(version.etag)}.csv{suffix}"

    def _sweep(self) -> None:
        """Remove what processes that died left behind."""
        limit = time.time() - FORGOTTEN_AFTER_S
        for path in self.directory.glob(f".*{TEMPORARY_SUFFIX}"):
            with contextlib.suppress(OSError):  # another process may be faster
                if path.stat().st_mtime < limit:
                    path.unlink()


def _usable(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalFileError(
            f"The cache directory {directory} cannot be made: {error.strerror}. Choose another."
        ) from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise LocalFileError(f"The cache directory {directory} cannot be written. Choose another.")
    return directory


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _sidecar_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _describe(version: Version, sha256: str) -> _Sidecar:
    return _Sidecar(
        server=version.server,
        bucket=version.bucket,
        key=version.key,
        etag=version.etag,
        size=version.size,
        sha256=sha256,
    )


def _read_sidecar(path: Path) -> _Sidecar | None:
    try:
        return _Sidecar.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
