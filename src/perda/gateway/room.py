"""Room on the disk: an upload that does not fit is refused, and some always stays free."""

from __future__ import annotations

import shutil
from http import HTTPStatus
from pathlib import Path

from perda.gateway.problems import Problem

# Stays free, so that the database can be written and people can log in.
RESERVE_BYTES = 64 << 20
# The store lays its bytes down in volumes of up to a gigabyte, and wants room for the next.
_STORE_WANTS_BYTES = 1 << 30


def require_room(directory: Path, size: int) -> None:
    """Raise a 507 unless the disk under ``directory`` has room for ``size`` bytes and some."""
    if shutil.disk_usage(directory).free < size + RESERVE_BYTES:
        raise no_room(directory)


def is_short_for_store(directory: Path) -> bool:
    """Say whether the disk is so full that the store cannot be expected to take anything."""
    return shutil.disk_usage(directory).free < _STORE_WANTS_BYTES


def copies_on_disk(staging: Path, data_dir: Path) -> int:
    """Return how often an upload lies on the data directory's disk while it goes in."""
    return 2 if staging.stat().st_dev == data_dir.stat().st_dev else 1


def no_room(directory: Path) -> Problem:
    """Return the 507."""
    free_mb = shutil.disk_usage(directory).free >> 20
    return Problem(
        HTTPStatus.INSUFFICIENT_STORAGE,
        f"The server's disk has {free_mb:,} MB left, too little for this log; nothing was stored. "
        "A log needs its size twice while it goes in: ask the server's admin to make room.",
    )
