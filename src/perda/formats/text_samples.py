"""The samples of a text log, by the block: fast, and only for what is plainly well-formed.

polars parses a whole block at once. Where it sees anything but three plain fields a line,
the block is cut into small pieces, and only a piece that still fails is read line by line.
One bad line so costs a few thousand careful ones, and never a good sample.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from perda.core_data_structures.parse_report import ParseReport
from perda.formats.text_lines import MAX_TIME, Samples, parse_lines
from perda.formats.text_preamble import BYTE_ORDER_MARK

PIECE_SIZE = 1 << 17

_SCHEMA = {"time": pl.Int64, "id": pl.Int32, "value": pl.Float64}


def parse_block(block: bytes, ts_offset: int, report: ParseReport) -> Iterator[Samples]:
    """Parse whole lines and account for each of them.

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
    Samples
        In file order.
    """
    samples = _parse_well_formed(block, ts_offset)
    if samples is not None:
        yield _accounted(samples, report)
        return
    for piece in _pieces(block):
        samples = _parse_well_formed(piece, ts_offset)
        if samples is not None:
            yield _accounted(samples, report)
        else:
            yield parse_lines(piece, ts_offset, report)


def _accounted(samples: Samples, report: ParseReport) -> Samples:
    report.lines += len(samples)
    report.samples += len(samples)
    return samples


def _parse_well_formed(block: bytes, ts_offset: int) -> Samples | None:
    """Return the samples if every line is one beyond doubt, else None."""
    # polars skips a byte order mark, and blanks before a field, which the format does not allow.
    if block.startswith(BYTE_ORDER_MARK) or b" " in block or b"\t" in block:
        return None
    try:
        frame = pl.read_csv(block, has_header=False, schema=_SCHEMA, quote_char=None)
    except pl.exceptions.PolarsError:
        return None
    if len(frame) != block.count(b"\n") or any(frame.null_count().row(0)):
        return None
    frame = frame.rechunk()
    times, ids, values = (frame[name].to_numpy() for name in _SCHEMA)
    if ids.min() < 0 or int(times.min()) + ts_offset < 0 or int(times.max()) + ts_offset > MAX_TIME:
        return None
    if not _infinities_are_written(values, block):
        return None
    return Samples(times + ts_offset if ts_offset else times, ids, values)


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
