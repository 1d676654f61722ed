"""Columnar copies of text logs in the user's cache directory, so that a log opens at once again.

A copy is used only for the very file it was made from. Each is two files: the columnar log
itself, and a small note (JSON) that says what it was made from and what its footer hashes to.
The note is written last, so a copy without a matching note is none.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import platformdirs

from perda._files import TEMPORARY_SUFFIX, whole_file
from perda.errors import LocalFileError, SettingsError
from perda.formats.columnar_document import VERSION
from perda.formats.columnar_write import SUFFIX
from perda.formats.file_identity import FileIdentity, identify, sha256_of

logger = logging.getLogger(__name__)

DEFAULT_LIMIT = 5 * 10**9
NOTE_SUFFIX = ".json"
LIMIT_FILE = "limit"

_OFF = {"0", "off", "no", "false"}
_DAY_S = 86_400


@dataclass(frozen=True)
class Entry:
    """One copy.

    Attributes
    ----------
    copy, note : Path
        The columnar log, and what is noted about it.
    source : str
        Path of the log it was made from.
    size : int
        Bytes of the copy.
    last_used : float
        Seconds since 1970.
    """

    copy: Path
    note: Path
    source: str
    size: int
    last_used: float


def is_enabled() -> bool:
    """Say whether ``PERDA_CACHE`` leaves the cache on."""
    return os.environ.get("PERDA_CACHE", "1").strip().lower() not in _OFF


def directory() -> Path:
    """Return where copies are kept: below ``PERDA_CACHE_DIR``, or the user's cache directory."""
    base = os.environ.get("PERDA_CACHE_DIR") or platformdirs.user_cache_dir("perda")
    return Path(base).expanduser() / "runs"


def copy_path(path: Path, ts_offset: int) -> Path:
    """Return where the copy of a log is kept, whether there is one or not."""
    name = json.dumps([str(path.resolve()), ts_offset, VERSION])
    return directory() / (hashlib.sha256(name.encode()).hexdigest()[:32] + SUFFIX)


def find(path: Path, ts_offset: int) -> Path | None:
    """Return the copy of a log if there is one and it is provably of this very file."""
    copy = copy_path(path, ts_offset)
    note = _read_note(_note_path(copy))
    if note is None:
        return None
    try:
        current = identify(path)
        if note["source"] != current.as_dict() or note["footer"] != footer_hash(copy):
            return None
        if not note["settled"]:
            if note["sha256"] != sha256_of(path):
                return None
            _write_note(copy, note | {"settled": current.is_settled()})
        _mark_used(copy)
    except (OSError, KeyError, LocalFileError):
        return None
    return copy


def write_note(copy: Path, source: FileIdentity, sha256: str, *, settled: bool) -> None:
    """Make a copy that was just written valid.

    Parameters
    ----------
    copy : Path
        The columnar log.
    source : FileIdentity
        The log it was made from, as it was when it was read.
    sha256 : str
        Of that log.
    settled : bool
        Whether it was old enough when it was read for its times to show any later change.
    """
    note = {
        "source": source.as_dict(),
        "sha256": sha256,
        "settled": settled,
        "footer": footer_hash(copy),
    }
    _write_note(copy, note)


def discard(copy: Path) -> None:
    """Remove a copy; no error if it is not there or cannot be removed."""
    for path in (_note_path(copy), copy):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            logger.debug("Cannot remove %s: %s", path, error)


def entries() -> list[Entry]:
    """Return all copies, the one used last first."""
    found = (_entry(note) for note in _files("*" + NOTE_SUFFIX))
    return sorted((entry for entry in found if entry), key=lambda e: e.last_used, reverse=True)


def total_size() -> int:
    """Return the bytes of everything in the directory, unfinished files included."""
    return sum(_size(path) for path in _files("*"))


def clear() -> int:
    """Remove all copies, and what unfinished writing left; return the bytes that were freed."""
    before = total_size()
    for path in _files("*"):
        if path.name != LIMIT_FILE:
            path.unlink(missing_ok=True)
    return before - total_size()


def limit() -> int:
    """Return how many bytes copies may take: ``PERDA_CACHE_LIMIT``, else what was set, else 5 GB.

    Raises
    ------
    SettingsError
        If the setting is not a whole number of bytes.
    """
    text = os.environ.get("PERDA_CACHE_LIMIT") or _read_text(directory() / LIMIT_FILE)
    if not text:
        return DEFAULT_LIMIT
    if not text.strip().isdecimal():
        raise SettingsError(f"The cache's limit is {text!r}; expected a whole number of bytes.")
    return int(text)


def set_limit(size: int) -> None:
    """Keep a limit for copies, in bytes, and remove what is above it."""
    directory().mkdir(parents=True, exist_ok=True)
    with whole_file(directory() / LIMIT_FILE) as file:
        file.write(str(size).encode())
    evict()


def evict() -> None:
    """Remove the copies used longest ago until the rest is within the limit, and old leftovers."""
    for leftover in _files(".*" + TEMPORARY_SUFFIX):
        if _age(leftover) > _DAY_S:
            leftover.unlink(missing_ok=True)
    kept, allowed = 0, limit()
    for entry in entries():
        kept += entry.size
        if kept > allowed:
            discard(entry.copy)
    noted = {entry.copy for entry in entries()}
    for orphan in _files("*" + SUFFIX):
        if orphan not in noted and _age(orphan) > _DAY_S:
            orphan.unlink(missing_ok=True)


def footer_hash(copy: Path) -> str:
    """Return the SHA-256 of a Parquet file's footer and of its size.

    Pages carry checksums of their own; the footer, which says where they are, has none.
    Source: Apache Parquet format, "File Format": the file ends in the footer, the footer's
    length as a little-endian 32-bit number, and ``PAR1``.
    """
    with copy.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8))
        length = int.from_bytes(file.read(4), "little") + 8
        file.seek(max(0, size - length))
        return _digest(file, size)


def _digest(file: BinaryIO, size: int) -> str:
    return hashlib.sha256(size.to_bytes(8, "little") + file.read()).hexdigest()


def _note_path(copy: Path) -> Path:
    return copy.with_name(copy.name.removesuffix(SUFFIX) + NOTE_SUFFIX)


def _read_note(path: Path) -> dict[str, Any] | None:  # Any: JSON
    text = _read_text(path)
    try:
        note = json.loads(text) if text else None
    except ValueError:
        return None
    return note if isinstance(note, dict) else None


def _write_note(copy: Path, note: dict[str, Any]) -> None:
    with whole_file(_note_path(copy)) as file:
        file.write(json.dumps(note).encode())


def _mark_used(copy: Path) -> None:
    os.utime(_note_path(copy))


def _entry(note_path: Path) -> Entry | None:
    note = _read_note(note_path)
    copy = note_path.with_name(note_path.name.removesuffix(NOTE_SUFFIX) + SUFFIX)
    try:
        source = str(note["source"]["path"]) if note else ""
        size, last_used = copy.stat().st_size, note_path.stat().st_mtime
    except (OSError, KeyError, TypeError):
        return None
    return Entry(copy, note_path, source, size, last_used)


def _files(pattern: str) -> list[Path]:
    try:
        return [path for path in directory().glob(pattern) if path.is_file()]
    except OSError:
        return []


def _read_text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
