"""Telling whether a file is still the one it was, without reading all of it."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

# File systems count time in steps of up to two seconds (FAT): within one, a change may not show.
_SETTLED_AFTER_S = 2.0
_PROBE_SIZE = 1 << 16
_PROBES = 16


@dataclass(frozen=True)
class FileIdentity:
    """What the file system and a few of its blocks say about a file.

    Attributes
    ----------
    path : str
        Absolute, links resolved.
    size : int
        Bytes.
    mtime_ns, ctime_ns : int
        Times of the last change of the content, and of anything about the file. The latter
        cannot be set by hand, so it shows also a change whose mtime was put back.
    device, inode : int
        Which file it is.
    probe : str
        SHA-256 over the first and last 64 KiB and blocks spread evenly between them.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int
    probe: str

    def is_settled(self, now: float | None = None) -> bool:
        """Say whether a later change is sure to change the times."""
        newest_s = max(self.mtime_ns, self.ctime_ns) / 1e9
        return (time.time() if now is None else now) - newest_s > _SETTLED_AFTER_S

    def as_dict(self) -> dict[str, str | int]:
        """Return the fields, for JSON."""
        return asdict(self)


def identify(path: Path) -> FileIdentity:
    """Return the identity of a file as it is now.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    resolved = path.resolve(strict=True)
    with resolved.open("rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        digest = hashlib.sha256()
        for start in _probe_offsets(status.st_size):
            file.seek(start)
            digest.update(file.read(_PROBE_SIZE))
    return FileIdentity(
        path=str(resolved),
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        device=status.st_dev,
        inode=status.st_ino,
        probe=digest.hexdigest(),
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _probe_offsets(size: int) -> list[int]:
    if size <= _PROBES * _PROBE_SIZE:
        return list(range(0, size, _PROBE_SIZE))
    last = size - _PROBE_SIZE
    return [last * i // (_PROBES - 1) for i in range(_PROBES)]
