"""Damage logs at random for a while, and compare the reader with the plain one on each.

    python tests/formats/fuzz_reader.py [--seconds 300] [--seed N] [LOG ...]

Begins from the given logs, the recordings beside the project if they are there, and a sample
log. A log on which the readers disagree is kept in fuzz-failures/ and named; the exit code is 1.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from test_against_reference import check_against_reference

from perda.formats import text_log, text_samples
from perda.sample import write_sample_log

ROOT = Path(__file__).parents[2]
FAILURES = ROOT / "fuzz-failures"
SLICE = 20_000
NASTY = [
    *(bytes([byte]) for byte in b'\x00\n\r," \t+-.e()_\xff\x0c'),
    *(b"nan", b"inf", b"1e400", b"9" * 25, b"9223372036854775807", b"2147483648", b"0x"),
    *(b"\xef\xbb\xbf", b"\xd9\xa3", b"\x1f\x8b\x08", b"Value ", b": ", b"[V]", b"\n\n", b"\r\n"),
    *(b"1,2,3\n", b"-1,2,3\n"),
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    parser.add_argument("logs", nargs="*", type=Path)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    print(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory() as folder:
        seeds = [path.read_bytes() for path in arguments.logs] + seed_logs(Path(folder))
        tried, deadline = 0, time.monotonic() + arguments.seconds
        while time.monotonic() < deadline:
            content = damaged(cut_out(chance.choice(seeds), chance), chance)
            compare(content, Path(folder) / "log.csv", chance)
            tried += 1
    print(f"{tried} damaged logs, no difference")


def seed_logs(folder: Path) -> list[bytes]:
    sample = folder / "sample.csv"
    write_sample_log(sample, minutes=0.05, variables=40)
    packed = sorted((ROOT.parent / "shared" / "data").glob("*.csv.gz"))
    return [sample.read_bytes(), *(gzip.decompress(path.read_bytes()) for path in packed)]


def cut_out(log: bytes, chance: random.Random) -> bytes:
    """Return the head of a log and some of its samples."""
    start = chance.randrange(max(1, len(log) - SLICE))
    return log[: chance.randrange(1, SLICE)] + log[start : start + chance.randrange(SLICE)]


def damaged(log: bytes, chance: random.Random) -> bytes:
    changes: list[Callable[[bytearray, int], None]] = [
        lambda data, at: data.__setitem__(slice(at, at + 1), bytes([chance.randrange(256)])),
        lambda data, at: data.__setitem__(slice(at, at), chance.choice(NASTY)),
        lambda data, at: data.__delitem__(slice(at, at + chance.randrange(1, 40))),
        lambda data, at: data.__setitem__(slice(at, at), data[at : at + chance.randrange(1, 200)]),
        lambda data, at: data.__delitem__(slice(at, None)),
        lambda data, at: data.__setitem__(slice(at, at), b"\x00" * chance.randrange(1, 5000)),
    ]
    weights = [6, 6, 4, 4, 0.3, 0.5]
    data = bytearray(log)
    for _ in range(chance.randrange(0, 12)):
        chance.choices(changes, weights)[0](data, chance.randrange(len(data) + 1))
    return bytes(data)


def compare(content: bytes, path: Path, chance: random.Random) -> None:
    text_log.BLOCK_SIZE = chance.choice([64, 1000, 4096, 1 << 23])
    text_samples.PIECE_SIZE = chance.choice([16, 300, 1 << 17])
    offset = chance.choice([0, 0, 0, -1_000_000, 2**62])
    try:
        check_against_reference(content, path, offset)
    except BaseException:
        FAILURES.mkdir(exist_ok=True)
        kept = FAILURES / f"{abs(hash(content)):x}.csv"
        kept.write_bytes(content)
        print(f"The readers differ on {kept} (ts_offset {offset})", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
