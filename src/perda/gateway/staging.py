"""Bytes on their way in: on disk under a name of their own, hashed as they arrive."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool

_WRITE_BYTES = 1 << 20


@dataclass(frozen=True)
class Staged:
    """A body that arrived whole."""

    path: Path
    size: int
    sha256: str


@asynccontextmanager
async def staged(directory: Path, chunks: AsyncIterator[bytes]) -> AsyncIterator[Staged]:
    """Write ``chunks`` to a file in ``directory`` that is gone when the block ends.

    Memory use is bounded by a megabyte and a chunk. Disk and processor work happens off the
    event loop.
    """
    path = directory / uuid.uuid4().hex
    try:
        yield await _write(path, chunks)
    finally:
        path.unlink(missing_ok=True)


def sweep_staging(directory: Path) -> None:
    """Make the directory, empty: what lies there belonged to a server that was killed."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700, parents=True)


async def _write(path: Path, chunks: AsyncIterator[bytes]) -> Staged:
    size, digest = 0, hashlib.sha256()
    with path.open("xb", buffering=0) as file:

        def flush(data: bytes) -> None:
            digest.update(data)
            view = memoryview(data)
            while view:  # an unbuffered write may take a part only
                view = view[file.write(view) :]

        waiting = bytearray()
        async for chunk in chunks:
            size += len(chunk)
            waiting += chunk
            if len(waiting) >= _WRITE_BYTES:
                await run_in_threadpool(flush, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(flush, bytes(waiting))
    return Staged(path, size, digest.hexdigest())
