"""How fast a log opens: the first time, again, and in memory, against polars' own read_csv.

    python benchmarks/bench_open.py [--minutes 30] [--repeats 5] [--log FILE]
    python benchmarks/bench_open.py --growth        one 10-million-sample variable; 5,000 variables

Every figure is the median of several runs; the two sides take turns, so that what else the
machine is doing hits both. "First open" means a cold cache of perda's, not of the system's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from perda.formats import cached_log, read_log, run_cache
from perda.sample import write_sample_log

SCHEMA = {"timestamp": pl.Int64, "id": pl.Int32, "value": pl.Float64}
BYTES_PER_SAMPLE = 20  # int64 time, int32 id, float64 value
VARIABLE = "ams.pack.voltage"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--growth", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PERDA_CACHE_DIR"] = str(Path(folder) / "cache")
        if arguments.growth:
            for name, log, variable in growth_logs(Path(folder)):
                print(f"\n### {name}")
                measure(log, variable, arguments.repeats)
            return
        log = arguments.log or Path(folder) / "sample.csv"
        if not arguments.log:
            write_sample_log(log, minutes=arguments.minutes)
            time.sleep(3)  # older than the file system's clock step, as logs are
        measure(log, VARIABLE, arguments.repeats)
        measure_imports(arguments.repeats)


def measure(log: Path, variable: str, repeats: int) -> None:
    samples = read_log(log, cache=False).total_data_points
    print(f"{log.stat().st_size / 1e6:.0f} MB, {samples:,} samples, {os.cpu_count()} cores")
    lines = preamble_lines(log)
    rows: dict[str, list[float]] = {}
    for _ in range(repeats):
        for name, action in {
            "polars read_csv of the three columns": lambda: polars_read(log, lines),
            "first open": lambda: first_open(log),
            "first open, every variable touched": lambda: first_open_all(log),
            "first open, copy waited for": lambda: first_open_and_wait(log),
            "open again, one variable touched": lambda: open_and_touch(log, variable),
        }.items():
            rows.setdefault(name, []).append(timed(action))
    cached_log.wait_for_copies()
    rows["fresh process: import, open again, touch"] = [
        timed(lambda: in_fresh_process(log, variable)) for _ in range(repeats)
    ]
    baseline = statistics.median(rows["polars read_csv of the three columns"])
    for name, times in rows.items():
        median = statistics.median(times)
        print(f"{name:45} {median * 1000:9.1f} ms {median / baseline:7.3f} x polars")
    arrays = samples * BYTES_PER_SAMPLE
    names = ("peak anonymous memory of the first open", "  with every variable touched")
    for name, size in zip(names, anonymous_memory(log), strict=True):
        print(f"{name:45} {size / 1e6:9.0f} MB {size / arrays:7.2f} x the sample arrays")


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    kept = action()
    elapsed = time.perf_counter() - start
    cached_log.wait_for_copies()
    del kept
    return elapsed


def polars_read(log: Path, lines: int) -> object:
    return pl.read_csv(log, has_header=False, skip_lines=lines, schema=SCHEMA, quote_char=None)


def first_open(log: Path) -> object:
    run_cache.clear()
    return read_log(log, cache=True)


def first_open_all(log: Path) -> object:
    run = first_open(log)
    for name in run:
        run[name]
    return run


def first_open_and_wait(log: Path) -> object:
    run = first_open(log)
    cached_log.wait_for_copies()
    return run


def open_and_touch(log: Path, variable: str) -> object:
    return read_log(log, cache=True)[variable]


def in_fresh_process(log: Path, variable: str) -> None:
    code = (
        f"from perda.analyzer import Analyzer; Analyzer({str(log)!r}, verbose=0).data[{variable!r}]"
    )
    python("-c", code)


MEMORY = """
import sys, threading, time
from perda.formats import read_log
import numpy, polars, pyarrow.parquet, pydantic
def anonymous():
    for line in open("/proc/self/status"):
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
base, peak, done = anonymous(), 0, False
def watch():
    global peak
    while not done:
        peak = max(peak, anonymous())
        time.sleep(0.005)
watcher = threading.Thread(target=watch); watcher.start()
run = read_log(sys.argv[1], cache=False)
first = peak
[run[name] for name in run]
done = True; watcher.join()
print(first - base, peak - base)
"""


def anonymous_memory(log: Path) -> tuple[int, int]:
    """Return the peak after opening, and after touching every variable, above what imports take."""
    first, peak = python("-c", MEMORY, str(log)).split()
    return int(first), int(peak)


def measure_imports(repeats: int) -> None:
    for code in ("pass", "import perda", "from perda.analyzer import Analyzer"):
        times = [timed(lambda code=code: python("-c", code)) for _ in range(repeats)]
        print(f"python -c {code!r:45} {statistics.median(times) * 1000:9.1f} ms")


def python(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def preamble_lines(log: Path) -> int:
    with log.open("rb") as file:
        count = 1
        file.readline()
        while file.readline().startswith(b"Value "):
            count += 1
    return count


def growth_logs(folder: Path) -> list[tuple[str, Path, str]]:
    one = folder / "one.csv"
    with one.open("wb") as file:
        file.write(b"PER Log: Thu Jun 11 17:06:37 2026 v2.0\nValue a: 1\n")
        count = 10_000_000
        values = np.random.default_rng(1).normal(0, 100, count).round(3)
        frame = {"t": np.arange(count) * 100, "i": np.ones(count, np.int32), "v": values}
        pl.DataFrame(frame).write_csv(file, include_header=False)
    many = folder / "many.csv"
    write_sample_log(many, minutes=5, variables=5000)
    time.sleep(3)
    return [
        ("one variable of 10,000,000 samples", one, "a"),
        ("5,000 variables, 5 minutes", many, VARIABLE),
    ]


if __name__ == "__main__":
    main()
