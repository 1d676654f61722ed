"""Brings the volumes' indexes back after the machine itself went down.

SeaweedFS has an object's bytes and its directory entry on disk before it answers a PUT, but
not the volume's index (``.idx``). When the power fails, an index may lack its last entries,
and SeaweedFS then refuses the objects, or the whole volume. It rebuilds an index that is not
there at all from the volume's bytes, so after such an end the indexes are removed.
"""

from __future__ import annotations

import logging
from pathlib import Path

from perda._files import write_private
from perda.gateway.storage._weed_config import DATA

_MARKER = "running"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # random(4)
_INDEXES = (".idx", ".sdx", ".ldb")

_log = logging.getLogger(__name__)


def mark_running(folder: Path) -> None:
    """Note that a server runs in ``folder`` from now on, and repair what the last one left.

    Parameters
    ----------
    folder : pathlib.Path
        The store's folder, locked by us.
    """
    if _machine_went_down(folder / _MARKER):
        _log.warning("the machine went down while the object store ran; its indexes are rebuilt")
        _remove_indexes(folder / DATA)
    write_private(folder / _MARKER, _boot_id())


def mark_stopped(folder: Path) -> None:
    """Note that the server in ``folder`` has ended by itself, with everything on disk."""
    (folder / _MARKER).unlink(missing_ok=True)


def _machine_went_down(marker: Path) -> bool:
    # If only the server was killed, what it wrote is still in the system's cache.
    try:
        return marker.read_text() != _boot_id()
    except FileNotFoundError:
        return False


def _boot_id() -> str:
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else "unknown"


def _remove_indexes(data: Path) -> None:
    for volume in data.glob("*.dat"):
        for suffix in _INDEXES:
            volume.with_suffix(suffix).unlink(missing_ok=True)
