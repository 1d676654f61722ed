"""The first lines of a text log: its header and the declarations of its variables.

::

    PER Log: Thu Jun 11 17:06:37 2026 v2.0          header
    Value Pack voltage [V] (ams.pack.voltage): 8598 declaration: description (name): id
    Value ams.pack.current: 8599                    declaration without a description
    72,8598,583.25                                  the first sample ends the block
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from perda.core_data_structures.parse_report import Finding, ParseReport
from perda.formats.text_lines import BYTE_ORDER_MARK, MAX_ID, SAMPLE
from perda.units import Timescale

DECLARATION_START = b"Value "

_CTIME = re.compile(
    r"PER Log:\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2})"
    r" (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) (?P<year>\d{4})(?:\s+v\d+\.\d+)?\s*",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DECLARATION = re.compile(r"Value (?P<text>.*): (?P<id>[+-]?[0-9]+)", re.DOTALL)


@dataclass
class Preamble:
    """What stands before the samples.

    Attributes
    ----------
    header : str or None
        First line without its line end; None if the log has no header.
    unit : Timescale
        Unit of the timestamps.
    creation_time : datetime or None
        Local time of recording.
    names : dict of int to str
        Dotted name by id.
    descriptions : dict of int to str
        Description by id, empty where there is none.
    """

    header: str | None = None
    unit: Timescale = Timescale.MS
    creation_time: datetime | None = None
    names: dict[int, str] = field(default_factory=dict)
    descriptions: dict[int, str] = field(default_factory=dict)


def read_preamble(readline: Callable[[], bytes], report: ParseReport) -> tuple[Preamble, bytes]:
    """Read the header and the declarations.

    Parameters
    ----------
    readline : callable
        Returns the next line with its line end, empty at the end of the file.
    report : ParseReport
        Is told what was found.

    Returns
    -------
    tuple of Preamble and bytes
        The preamble, and the first line after it, which is the caller's to read.
    """
    preamble = Preamble()
    line = readline().removeprefix(BYTE_ORDER_MARK)
    if _is_header(line):
        _take_header(line, preamble, report)
        line = readline()
    elif line.endswith(b"\n"):
        report.add(Finding.MISSING_HEADER, 1, line)
        if not line.strip():
            report.lines = report.blank = 1
            line = readline()
    while line.startswith(DECLARATION_START) and line.endswith(b"\n"):
        report.lines += 1
        _take_declaration(line, preamble, report)
        line = readline()
    return preamble, line


def parse_header_creation_time(header_line: str) -> datetime | None:
    """Return when a log was recorded, as its header says.

    Parameters
    ----------
    header_line : str
        First line of the log: ``PER Log: Thu Jun 11 17:06:37 2026 v2.0``.

    Returns
    -------
    datetime or None
        Local time without a zone; None if the header has another form.
    """
    found = _CTIME.fullmatch(header_line)
    if not found or found["month"] not in _MONTHS:
        return None
    try:
        return datetime(  # the car writes local time and no zone
            int(found["year"]),
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"]),
        )
    except ValueError:
        return None


def header_time_unit(header_line: str) -> Timescale:
    """Return the unit of a log's timestamps: microseconds from version 2.0 on."""
    return Timescale.US if header_line.rstrip().endswith("v2.0") else Timescale.MS


def _is_header(line: bytes) -> bool:
    if not line.endswith(b"\n") or not line.strip():
        return False
    return not line.startswith(DECLARATION_START) and not SAMPLE.fullmatch(line.strip())


def _take_header(line: bytes, preamble: Preamble, report: ParseReport) -> None:
    header = _decoded(line, 1, report)
    preamble.header = header
    preamble.unit = header_time_unit(header)
    preamble.creation_time = parse_header_creation_time(header)
    report.lines = report.header = 1


def _take_declaration(line: bytes, preamble: Preamble, report: ParseReport) -> None:
    number = report.lines
    if b"\x00" in line:
        report.add(Finding.NUL_BYTES, number, line)
        return
    parsed = _parse_declaration(line.decode(errors="replace").rstrip())
    if parsed is None:
        report.add(Finding.BAD_DECLARATION, number, line)
        return
    _decoded(line, number, report)
    report.declarations += 1
    var_id, name, description = parsed
    if var_id in preamble.names:
        report.add(Finding.DUPLICATE_ID, number, line)
    preamble.names.pop(var_id, None)  # so that names stand in the order of their last declaration
    preamble.names[var_id] = name
    preamble.descriptions[var_id] = description


def _parse_declaration(text: str) -> tuple[int, str, str] | None:
    found = _DECLARATION.fullmatch(text)
    if not found or not 0 <= int(found["id"][:12]) <= MAX_ID or len(found["id"]) > 11:
        return None
    whole = found["text"].strip()
    opening = whole.rfind("(")
    closing = whole.find(")", opening) if opening >= 0 else -1
    name, description = whole, ""
    if closing >= 0:
        name, description = whole[opening + 1 : closing].strip(), whole[:opening].strip()
    return (int(found["id"]), name, description) if name else None


def _decoded(line: bytes, number: int, report: ParseReport) -> str:
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        report.add(Finding.NOT_UTF8, number, line)
        return line.decode(errors="replace").rstrip("\r\n")
