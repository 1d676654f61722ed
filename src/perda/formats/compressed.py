"""Logs packed by gzip (RFC 1952) or Zstandard (RFC 8878), unpacked while they are read.

Nothing is unpacked by surprise: the first bytes must say that a file is packed, and its name
or the caller must ask for it. What comes out is limited, as a few kilobytes can unpack to
terabytes.
"""

from __future__ import annotations

import io
import logging
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from perda.errors import LogFormatError, SettingsError

LIMIT_VARIABLE = "PERDA_MAX_DECOMPRESSED_BYTES"
DEFAULT_LIMIT = 8 * 1024**3
LONGEST_LINE = 1 << 26
"""Bytes without a line end after which an unpacked file is taken for no log."""

_PACKED_NAMES = {".gz", ".zst"}
_READ_SIZE = 1 << 16
_PIECE_SIZE = 1 << 20

logger = logging.getLogger(__name__)


class _CutError(Exception):
    """The packed data end before their end."""


def open_source(path: Path, compressed: bool | None = None) -> BinaryIO:
    """Open a log for reading, unpacking it if it is packed and that is asked for.

    Parameters
    ----------
    path : Path
        File.
    compressed : bool, optional
        Whether to unpack a packed file; None: if its name ends in ``.gz`` or ``.zst``. A file
        that is not packed is read as it is in any case.

    Returns
    -------
    binary file
        With ``read``, ``readline``, ``tell`` (all in unpacked bytes) and ``close``. Where the
        packed data are cut off it ends after what could be unpacked (see :func:`is_cut`).

    Raises
    ------
    OSError
        If the file cannot be opened.
    LogFormatError
        If it is packed under a name that does not say so. While reading: if it is damaged,
        unpacks to more than ``PERDA_MAX_DECOMPRESSED_BYTES`` bytes (8 GiB by default), or to
        more than 64 MiB without a line end.
    SettingsError
        If that variable is set to something else than a whole number above 0.
    """
    file = path.open("rb")
    try:
        magic = file.read(4)
        file.seek(0)
        unpack = _unpacker(magic)
        if unpack is None or compressed is False:
            return file
        if compressed is None and path.suffix.lower() not in _PACKED_NAMES:
            raise LogFormatError(_hidden(path, magic))
        return io.BufferedReader(_Unpacked(path, file, unpack(path, file)), _PIECE_SIZE)
    except BaseException:
        file.close()
        raise


def is_cut(source: BinaryIO) -> bool:
    """Say whether an opened log turned out to end within its packed data; True only at its end."""
    raw = getattr(source, "raw", None)
    return isinstance(raw, _Unpacked) and raw.cut


def max_decompressed_bytes() -> int:
    """Return how many bytes a log may unpack to.

    Raises
    ------
    SettingsError
        If ``PERDA_MAX_DECOMPRESSED_BYTES`` is not a whole number above 0.
    """
    text = os.environ.get(LIMIT_VARIABLE, "")
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingsError(
            f"{LIMIT_VARIABLE} is {text!r}; expected a number of bytes above 0, "
            f"such as {DEFAULT_LIMIT} (8 GiB, the default)."
        )
    return int(text)


class _Unpacked(io.RawIOBase):
    """What a packed file holds, within the limits."""

    def __init__(self, path: Path, file: BinaryIO, pieces: Iterator[bytes]) -> None:
        self.cut = False
        self._path = path
        self._file = file
        self._pieces = pieces
        self._limit = max_decompressed_bytes()
        self._rest = memoryview(b"")
        self._produced = 0
        self._since_line_end = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._produced - len(self._rest)

    # typeshed's buffer protocol type has no len(); a memoryview of it has.
    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        if not self._rest:
            self._rest = memoryview(self._next_piece())
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def _next_piece(self) -> bytes:
        try:
            piece = next(self._pieces, b"")
        except _CutError:
            self.cut = True
            logger.warning("%s is cut off; what comes before the cut is read.", self._path)
            return b""
        self._produced += len(piece)
        self._check_limits(piece)
        return piece

    def _check_limits(self, piece: bytes) -> None:
        if self._produced > self._limit:
            raise LogFormatError(
                f"{self._path} unpacks to more than {self._limit:,} bytes. If it is meant to be "
                f"that large, set {LIMIT_VARIABLE} to a higher number."
            )
        last_line_end = piece.rfind(b"\n")
        if last_line_end >= 0:
            self._since_line_end = len(piece) - last_line_end - 1
        else:
            self._since_line_end += len(piece)
        if self._since_line_end > LONGEST_LINE:
            raise LogFormatError(
                f"{self._path} is not a log: it unpacks to more than {LONGEST_LINE:,} bytes "
                "without a line end."
            )


def _unpacker(magic: bytes) -> Callable[[Path, BinaryIO], Iterator[bytes]] | None:
    if magic.startswith(b"\x1f\x8b"):
        return _gunzip
    is_skippable = magic[1:] == b"\x2a\x4d\x18" and 0x50 <= magic[0] <= 0x5F
    return _unzstd if is_skippable or magic == b"\x28\xb5\x2f\xfd" else None


def _hidden(path: Path, magic: bytes) -> str:
    program, ending = ("gzip", ".gz") if _unpacker(magic) is _gunzip else ("zstd", ".zst")
    return (
        f"{path} is packed by {program}, which its name does not say. Rename it to "
        f"{path.name + ending!r}, or unpack it first ('{program} -dc FILE > run.csv')."
    )


def _gunzip(path: Path, file: BinaryIO) -> Iterator[bytes]:
    data = b""
    while True:  # a file is one member or several; zeros may follow, as on a tape
        engine = zlib.decompressobj(wbits=31)
        while not engine.eof:
            data = data or file.read(_READ_SIZE)
            start = file.tell() - len(data)
            try:
                piece = engine.decompress(data, _PIECE_SIZE)
            except zlib.error as error:
                raise LogFormatError(_damaged(path, start, file.tell(), error)) from error
            if not data and not piece and not engine.eof:
                raise _CutError
            data = engine.unused_data if engine.eof else engine.unconsumed_tail
            if piece:
                yield piece
        while not (data := data.lstrip(b"\0")):
            if not (data := file.read(_READ_SIZE)):
                return


def _unzstd(path: Path, file: BinaryIO) -> Iterator[bytes]:
    given = 0
    try:
        for piece in _zstd_pieces(path, file, _READ_SIZE):
            given += len(piece)
            yield piece
    except _CutError:
        # pyarrow drops what it has unpacked in the call that meets the cut: do it again, and
        # call for single bytes from there on.
        file.seek(0)
        yield from _zstd_pieces(path, file, 1, given)
        raise


def _zstd_pieces(path: Path, file: BinaryIO, size: int, skip: int = 0) -> Iterator[bytes]:
    import pyarrow as pa

    stream = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
    try:
        while skip and (passed := stream.read(min(skip, _READ_SIZE))):
            skip -= len(passed)
        while piece := stream.read(size):
            yield piece
    except OSError as error:
        if error.errno is not None:  # the file's own error, not the unpacking's
            raise
        if "Truncated" in str(error):
            raise _CutError from error
        start = max(file.tell() - _READ_SIZE, 0)
        raise LogFormatError(_damaged(path, start, file.tell(), error)) from error


def _damaged(path: Path, start: int, end: int, reason: Exception) -> str:
    return (
        f"{path} is damaged between its bytes {start:,} and {end:,}: {reason}. "
        "Copy it again from where it came."
    )
