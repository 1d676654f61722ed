"""The car's text log, from file to run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.parse_report import LEFT_OUT, Finding, ParseReport
from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import LogFormatError
from perda.formats.partition import Partition, Series
from perda.formats.progress import Progress
from perda.formats.text_preamble import Preamble, read_preamble, unit_of
from perda.formats.text_samples import parse_block

BLOCK_SIZE = 1 << 25


def read_text_log(
    path: Path, *, ts_offset: int = 0, progress: Progress | None = None
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

    Returns
    -------
    SingleRunData

    Raises
    ------
    OSError
        If the file cannot be read.
    LogFormatError
        If it is empty or has no sample that parses.
    """
    report = ParseReport()
    partition = Partition()
    with path.open("rb") as file:
        preamble, first = read_preamble(file.readline, report)
        if progress is not None:
            progress.update(file.tell())
        for block in _blocks(file, first, progress):
            if block.endswith(b"\n"):
                for samples in parse_block(block, ts_offset, report):
                    partition.add(samples)
            else:
                report.lines += 1
                report.add(Finding.TRUNCATED, report.lines, block)
    if report.samples == 0:
        raise LogFormatError(_why_no_log(path, report))
    return _build_run(preamble, partition.series(), report)


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
    for finding in LEFT_OUT & set(report.findings):
        example = report.findings[finding].examples[0]
        return f"{text} Line {example.line} reads {example.text!r} ({finding})."
    return text


def _build_run(preamble: Preamble, series: dict[int, Series], report: ParseReport) -> SingleRunData:
    for var_id in series.keys() - preamble.names.keys():
        name = f"undeclared.{var_id}"
        preamble.names[var_id], preamble.descriptions[var_id] = name, ""
        count = len(series[var_id][0])
        report.add(Finding.UNDECLARED_ID, 0, f"{count:,} samples of {name}", count)
    return SingleRunData(
        id_to_instance={i: _instance(i, preamble, series.get(i)) for i in preamble.names},
        cpp_name_to_id=_ids_by_name(preamble, report),
        id_to_cpp_name=preamble.names,
        id_to_descript=preamble.descriptions,
        creation_time=preamble.creation_time,
        total_data_points=report.samples,
        data_start_time=min(int(times[0]) for times, _ in series.values()),
        data_end_time=max(int(times[-1]) for times, _ in series.values()),
        timestamp_unit=preamble.unit,
        header=preamble.header,
        report=report,
    )


def _ids_by_name(preamble: Preamble, report: ParseReport) -> dict[str, int]:
    ids: dict[str, int] = {}
    for var_id, name in preamble.names.items():
        if name in ids:
            report.add(Finding.DUPLICATE_NAME, 0, f"{name}: {ids[name]} and {var_id}")
        ids[name] = var_id
    return ids


def _instance(var_id: int, preamble: Preamble, series: Series | None) -> DataInstance:
    times, values = series or (np.empty(0, np.int64), np.empty(0, np.float64))
    description, name = preamble.descriptions[var_id], preamble.names[var_id]
    # The arrays were made right a moment ago; checking them again would cost as much as reading.
    return DataInstance.model_construct(
        timestamp_np=times,
        value_np=values,
        label=description or name,
        var_id=var_id,
        cpp_name=name,
        unit=unit_of(description),
    )
