"""Encodings and compressions of the columnar log, on a sample run or a log of yours.

    python benchmarks/bench_columnar_encodings.py [--minutes 30] [--log FILE]

Prints a Markdown table: size, time to write, time to open the file and to read one variable,
time to read everything; the text log and plain Parquet stand for comparison.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from perda.core_data_structures import SingleRunData
from perda.formats import columnar_write, read_log
from perda.formats.columnar_read import ColumnarLog
from perda.sample import write_sample_log

PLAIN = {"column_encoding": None, "compression_level": None}
DELTA = {"timestamp": "DELTA_BINARY_PACKED"}
SPLIT = {"value": "BYTE_STREAM_SPLIT"}
NAMES, NAMES_AND_VALUES = ["name"], ["name", "value"]
CANDIDATES: dict[str, dict[str, Any]] = {
    "plain, no compression": {"use_dictionary": NAMES, "compression": "none"},
    "plain, lz4": {"use_dictionary": NAMES, "compression": "lz4"},
    "plain, zstd 1": {"use_dictionary": NAMES, "compression": "zstd", "compression_level": 1},
    "plain, zstd 3": {"use_dictionary": NAMES, "compression": "zstd", "compression_level": 3},
    "plain, zstd 9": {"use_dictionary": NAMES, "compression": "zstd", "compression_level": 9},
}
for codec, level in (("lz4", None), ("zstd", 1), ("zstd", 3), ("zstd", 9)):
    label = f"{codec} {level}" if level else codec
    packed = {"compression": codec, "compression_level": level}
    CANDIDATES |= {
        f"delta times, {label}": {"use_dictionary": NAMES, "column_encoding": DELTA} | packed,
        f"delta times, split values, {label}": {
            "use_dictionary": NAMES,
            "column_encoding": DELTA | SPLIT,
        }
        | packed,
        f"delta times, dictionary values, {label}": {
            "use_dictionary": NAMES_AND_VALUES,
            "column_encoding": DELTA,
        }
        | packed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--log", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = arguments.log or Path(folder) / "sample.csv"
        if not arguments.log:
            write_sample_log(log, minutes=arguments.minutes)
        run = read_log(log, cache=False)
        megabytes = log.stat().st_size / 1e6
        print(
            f"{megabytes:.1f} MB of text, {run.total_data_points:,} samples, {len(run)} variables"
        )
        print()
        print("| encoding | MB | write, s | footer, kB | open, ms | one variable, ms | all, s |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        chosen = dict(columnar_write.ENCODING)
        for name, encoding in CANDIDATES.items():
            columnar_write.ENCODING = chosen | PLAIN | encoding
            mark = " **(chosen)**" if chosen == columnar_write.ENCODING else ""
            print(
                f"| {name}{mark} | {measure(run, Path(folder) / 'candidate.parquet')} |", flush=True
            )


def measure(run: SingleRunData, path: Path) -> str:
    longest = max(run.id_to_instance, key=lambda i: run.statistics(i).count)
    write = timed(lambda: columnar_write.write_columnar_log(run, path), 1)
    log = ColumnarLog(path)
    figures = [
        f"{path.stat().st_size / 1e6:.1f}",
        f"{write:.2f}",
        f"{pq.ParquetFile(path).metadata.serialized_size / 1e3:.0f}",
        f"{timed(lambda: ColumnarLog(path), 9) * 1e3:.1f}",
        f"{timed(lambda: log.read(longest), 9) * 1e3:.1f}",
        f"{timed(lambda: [log.read(i) for i in run.id_to_instance], 1):.2f}",
    ]
    return " | ".join(figures)


def timed(action: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
