"""The car's text log, from file to run."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from perda.core_data_structures.instance_map import InstanceMap
from perda.core_data_structures.parse_report import LEFT_OUT, Finding, ParseReport
from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import LogFormatError
from perda.formats.compressed import is_cut, open_source
from perda.formats.partition import Group, Partition
from perda.formats.progress import Progress
from perda.formats.text_preamble import Preamble, read_preamble
from perda.formats.text_samples import parse_doubtful, parse_well_formed

BLOCK_SIZE = 1 << 23

_SHOWN = 60


def read_text_log(
    path: Path,
    *,
    ts_offset: int = 0,
    progress: Progress | None = None,
    compressed: bool | None = None,
) -> SingleRunData:
    """Read a text log; every line is a sample, a declaration, the header, blank, or reported.

    Parameters
    ----------
    path : Path
        File.
    ts_offset : int
        Added to every timestamp, in the log's unit.
    progress : object with ``update(n)`` and ``close()``, optional
        Told the number of bytes read.
    compressed : bool or None
        Whether a ``.gz`` or ``.zst`` file is unpacked; None: if its name ends so.

    Returns
    -------
    SingleRunData
        A variable's samples are put together when it is first touched.

    Raises
    ------
    OSError
        If the file cannot be read.
    LogFormatError
        If it is empty or has no sample that parses.
    """
    report, partition = ParseReport(), Partition()
    with open_source(path, compressed) as file:
        preamble, first = read_preamble(file.readline, report)
        if progress is not None:
            progress.update(file.tell())
        for part in _parse_all(_blocks(file, first, progress), ts_offset, report):
            partition.add(part)
        if is_cut(file):
            report.add(Finding.CUT_OFF, 0, f"what was packed into {path.name} after this is lost")
    if report.samples == 0:
        raise LogFormatError(_why_no_log(path, report))
    return _build_run(preamble, partition, report)


def _parse_all(blocks: Iterator[bytes], ts_offset: int, report: ParseReport) -> Iterator[Group]:
    """Parse blocks in several threads, and account for them in the order of the file."""
    for block, future in _ahead(blocks, ts_offset):
        parsed = future.result()
        if parsed is not None:
            report.add_samples(len(parsed))
            yield parsed
        elif block.endswith(b"\n"):
            yield from parse_doubtful(block, ts_offset, report)
        else:
            report.lines += 1
            report.add(Finding.TRUNCATED, report.lines, block)


def _ahead(blocks: Iterator[bytes], ts_offset: int) -> Iterator[tuple[bytes, Future[Group | None]]]:
    """Keep a few blocks in the hands of a thread pool; few, since each is held in memory."""
    workers = min(4, os.cpu_count() or 1)
    waiting: deque[tuple[bytes, Future[Group | None]]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="perda-parse") as pool:
        for block in blocks:
            waiting.append((block, pool.submit(_parse_block, block, ts_offset)))
            if len(waiting) > workers:
                yield waiting.popleft()
        yield from waiting


def _parse_block(block: bytes, ts_offset: int) -> Group | None:
    return parse_well_formed(block, ts_offset) if block.endswith(b"\n") else None


def _blocks(file: BinaryIO, first: bytes, progress: Progress | None) -> Iterator[bytes]:
    """Yield the rest of the file in blocks of whole lines, an unfinished last line by itself."""
    pending = [first]
    while data := file.read(BLOCK_SIZE):
        if progress is not None:
            progress.update(len(data))
        cut = data.rfind(b"\n") + 1
        if cut:
            yield b"".join([*pending, data[:cut]])
            pending = []
        pending.append(data[cut:])
    rest = b"".join(pending)
    cut = rest.rfind(b"\n") + 1
    yield from (part for part in (rest[:cut], rest[cut:]) if part)


def _why_no_log(path: Path, report: ParseReport) -> str:
    if report.lines == 0:
        return f"{path} is empty: a log begins with a header line, 'PER Log: …'."
    header = "" if report.header else " and no header (line 1 should read 'PER Log: …')"
    text = f"{path} is not a log: none of its {report.lines:,} lines is a sample{header}."
    left_out = [(kind, found) for kind, found in report.findings.items() if kind in LEFT_OUT]
    if not left_out:
        return text
    kind, found = left_out[0]
    shown = found.examples[0].text[:_SHOWN]
    return f"{text} Line {found.examples[0].line} reads {shown!r} ({kind})."


def _build_run(preamble: Preamble, partition: Partition, report: ParseReport) -> SingleRunData:
    _name_undeclared(preamble, partition, report)
    start, end = partition.bounds()
    return SingleRunData(
        id_to_instance=InstanceMap(partition, preamble.names, preamble.descriptions),
        cpp_name_to_id=_ids_by_name(preamble, report),
        id_to_cpp_name=preamble.names,
        id_to_descript=preamble.descriptions,
        creation_time=preamble.creation_time,
        total_data_points=report.samples,
        data_start_time=start,
        data_end_time=end,
        timestamp_unit=preamble.unit,
        header=preamble.header,
        report=report,
    )


def _name_undeclared(preamble: Preamble, partition: Partition, report: ParseReport) -> None:
    for var_id, count in partition.counts().items():
        if var_id not in preamble.names:
            name = f"undeclared.{var_id}"
            preamble.names[var_id], preamble.descriptions[var_id] = name, ""
            report.add(Finding.UNDECLARED_ID, 0, f"{count:,} samples of {name}", count)


def _ids_by_name(preamble: Preamble, report: ParseReport) -> dict[str, int]:
    ids: dict[str, int] = {}
    for var_id, name in preamble.names.items():
        if name in ids:
            report.add(Finding.DUPLICATE_NAME, 0, f"{name}: {ids[name]} and {var_id}")
        ids[name] = var_id
    return ids
