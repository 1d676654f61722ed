"""Bytes on their way in: on disk under a name of their own, hashed as they arrive."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from perda.gateway.lanes import Lane
from perda.gateway.room import require_room

_WRITE_BYTES = 1 << 20


@dataclass(frozen=True)
class Staged:
    """A body that arrived whole."""

    path: Path
    size: int
    sha256: str


@asynccontextmanager
async def staged(
    directory: Path, chunks: AsyncIterator[bytes], lane: Lane
) -> AsyncIterator[Staged]:
    """Write ``chunks`` to a file in ``directory`` that is gone when the block ends.

    Memory use is bounded by a megabyte and a chunk. Disk and processor work happens in ``lane``.
    """
    path = directory / uuid.uuid4().hex
    try:
        yield await _write(path, chunks, lane)
    finally:
        path.unlink(missing_ok=True)


def sweep_staging(directory: Path) -> None:
    """Make the directory, empty: what lies there belonged to a server that was killed.

    The directory itself stays if it is there: it may be a link to another disk.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in directory.iterdir():
        left.unlink()


async def _write(path: Path, chunks: AsyncIterator[bytes], lane: Lane) -> Staged:
    size, digest = 0, hashlib.sha256()
    with path.open("xb", buffering=0) as file:

        def flush(data: bytes) -> None:
            require_room(path.parent, len(data))
            digest.update(data)
            view = memoryview(data)
            while view:  # an unbuffered write may take a part only
                view = view[file.write(view) :]

        waiting = bytearray()
        async for chunk in chunks:
            size += len(chunk)
            waiting += chunk
            if len(waiting) >= _WRITE_BYTES:
                await lane.run(flush, bytes(waiting))
                waiting.clear()
        await lane.run(flush, bytes(waiting))
    return Staged(path, size, digest.hexdigest())
