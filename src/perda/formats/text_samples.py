"""The samples of a text log, by the block: fast, and only for what is plainly well-formed.

polars parses a whole block at once. Where it sees anything but three plain fields a line,
the block is cut into small pieces, and only a piece that still fails is read line by line.
One bad line so costs a few thousand careful ones, and never a good sample.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from perda.core_data_structures.parse_report import ParseReport
from perda.formats.partition import Group, group
from perda.formats.text_lines import MAX_TIME, Samples, parse_lines

PIECE_SIZE = 1 << 17

_COLUMNS = ("time", "id", "value")
_NEWLINE = ord("\n")
# polars skips a byte order mark, and unpacks what begins like a gzip, zlib or zstd file.
_FIRST_BYTES = frozenset(b"+-0123456789")


def parse_well_formed(block: bytes, ts_offset: int) -> Group | None:
    """Parse lines that are samples beyond doubt.

    Parameters
    ----------
    block : bytes
        Lines, each with its line end.
    ts_offset : int
        Added to every timestamp.

    Returns
    -------
    Group or None
        One sample for each line; None if any line needs a closer look. Safe to call in
        several threads, which it leaves room for: it holds Python's lock only briefly.
    """
    samples = _parse_plain(block, ts_offset)
    return None if samples is None else group(samples)


def parse_doubtful(block: bytes, ts_offset: int, report: ParseReport) -> Iterator[Group]:
    """Parse lines of which at least one is no plain sample, and account for each of them.

    Parameters
    ----------
    block : bytes
        Lines, each with its line end.
    ts_offset : int
        Added to every timestamp.
    report : ParseReport
        Its line count says how many lines came before; is told what was found.

    Yields
    ------
    Group
        In file order.
    """
    for piece in _pieces(block):
        samples = _parse_plain(piece, ts_offset)
        if samples is None:
            samples = parse_lines(piece, ts_offset, report)
        else:
            report.add_samples(len(samples))
        yield group(samples)


def _parse_plain(block: bytes, ts_offset: int) -> Samples | None:
    import polars as pl  # takes 0.2 s, which opening a columnar log need not wait for

    if block[0] not in _FIRST_BYTES or _has_stray_blanks(block):
        return None
    schema = dict(zip(_COLUMNS, (pl.Int64, pl.Int32, pl.Float64), strict=True))
    try:
        frame = pl.read_csv(block, has_header=False, schema=schema, quote_char=None)
    except pl.exceptions.PolarsError:
        return None
    lines = np.count_nonzero(np.frombuffer(block, np.uint8) == _NEWLINE)
    if len(frame) != lines or any(frame.null_count().row(0)):
        return None
    times, ids, values = (frame[name].to_numpy() for name in _COLUMNS)
    lowest, highest = int(times.min()) + ts_offset, int(times.max()) + ts_offset
    if ids.min() < 0 or lowest < 0 or highest > MAX_TIME:
        return None
    if not _infinities_are_written(values, block):
        return None
    return Samples(times + ts_offset if ts_offset else times, ids, values)


def _has_stray_blanks(block: bytes) -> bool:
    """Say whether there are blanks that polars would skip, and the format does not allow."""
    if b" " in block or b"\t" in block:
        return True
    return b"\r" in block and block.count(b"\r") != block.count(b"\r\n")


def _infinities_are_written(values: np.ndarray, block: bytes) -> bool:
    """Say whether every infinite value stands there as ``inf``; others overflowed (``1e400``)."""
    infinite = int(np.count_nonzero(np.isinf(values)))
    return infinite == 0 or infinite == block.lower().count(b"inf")


def _pieces(block: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(block):
        end = block.find(b"\n", start + PIECE_SIZE) + 1 or len(block)
        yield block[start:end]
        start = end
