"""The samples of a text log, one line after the other: slow, and exact about every line.

Only pieces of a log that are not plainly well-formed come here (see ``text_samples``).

::

    72,8598,583.25      timestamp,id,value
    114,8599,-3.5
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from perda.core_data_structures.parse_report import Finding, ParseReport
from perda.core_data_structures.resampling import Times, Values

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_ID = 2**31 - 1
MAX_TIME = 2**63 - 1

SAMPLE = re.compile(
    rb"([+-]?[0-9]+),([+-]?[0-9]+),"
    rb"([+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|"
    rb"(?:[nN][aA][nN]|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)))"
)
_MAX_DIGITS = 40  # of a whole number: more cannot be in range, and Python refuses some thousands


@dataclass
class Samples:
    """Samples in file order.

    Attributes
    ----------
    times : numpy.ndarray of int64, shape (n,)
    ids : numpy.ndarray of int32, shape (n,)
    values : numpy.ndarray of float64, shape (n,)
    """

    times: Times
    ids: np.ndarray[tuple[int], np.dtype[np.int32]]
    values: Values

    def __len__(self) -> int:
        return len(self.times)


def parse_lines(piece: bytes, ts_offset: int, report: ParseReport) -> Samples:
    """Parse whole lines and account for each of them.

    Parameters
    ----------
    piece : bytes
        Lines, each with its line end.
    ts_offset : int
        Added to every timestamp.
    report : ParseReport
        Its line count says how many lines came before; is told what was found.

    Returns
    -------
    Samples
    """
    rows: list[tuple[int, int, float]] = []
    for line in piece.split(b"\n")[:-1]:
        report.lines += 1
        text = line.strip()
        if not text:
            report.blank += 1
            continue
        row = _parse_sample(text, ts_offset)
        if isinstance(row, Finding):
            report.add(row, report.lines, line)
        else:
            rows.append(row)
    report.samples += len(rows)
    return Samples(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int32),
        np.array([row[2] for row in rows], dtype=np.float64),
    )


def _parse_sample(text: bytes, ts_offset: int) -> tuple[int, int, float] | Finding:
    found = SAMPLE.fullmatch(text)
    if not found:
        return Finding.NUL_BYTES if b"\x00" in text else Finding.MALFORMED
    time_text, id_text, value_text = found.groups()
    time, var_id = _whole_number(time_text), _whole_number(id_text)
    value = float(value_text)
    overflowed = np.isinf(value) and b"n" not in value_text.lower()
    if time is None or var_id is None or not 0 <= var_id <= MAX_ID or overflowed:
        return Finding.MALFORMED
    if not -MAX_TIME - 1 <= time <= MAX_TIME or time + ts_offset > MAX_TIME:
        return Finding.MALFORMED
    return Finding.NEGATIVE_TIME if time + ts_offset < 0 else (time + ts_offset, var_id, value)


def _whole_number(text: bytes) -> int | None:
    digits = text.lstrip(b"+-").lstrip(b"0") or b"0"
    if len(digits) > _MAX_DIGITS:
        return None
    return -int(digits) if text.startswith(b"-") else int(digits)
