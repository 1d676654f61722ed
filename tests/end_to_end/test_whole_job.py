"""A log's way from the car to a figure: command line, server, store and client, all real."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from perda.server import ServerClient

MEGABYTE = 2**20
PERDA = Path(sys.executable).with_name("perda")


def perda(*arguments: object, text: str | None = None, **environment: str) -> str:
    done = subprocess.run(
        [str(PERDA), *map(str, arguments)],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_log_goes_up_by_command_and_comes_back_in_a_notebook(served, make_log, tmp_path, capsys):
    key = "REV 11/2026-04-01 #1 +50%/größe.csv"
    log = make_log([(1_000_000 * i, 1, 400.0 - i) for i in range(5)])

    perda("login", served.url, "--password-stdin", text=served.admin)
    perda("push", log, key, "--title", "Shakedown", "--tag", "dry", "--meta", "laps=12")
    listing = perda("ls", key.rpartition("/")[0])
    client = ServerClient(served.url, cache_dir=tmp_path / "cache")
    client.login(served.viewer)
    run = client.load(key)
    figure = run.plot("ams.pack.voltage")

    assert '[FILE] größe.csv\n  title: "Shakedown"\n  tags: [dry]' in listing
    assert "laps: 12" in listing
    assert list(figure.data[0].x) == [0, 1, 2, 3, 4]
    assert list(figure.data[0].y) == [400, 399, 398, 397, 396]
    assert "größe.csv: 100%" in capsys.readouterr().err


def test_commands_take_a_key_like_a_file(served, make_log, tmp_path):
    perda("login", served.url, "--password-stdin", text=served.admin)
    perda("push", make_log(), "by key/")

    told = perda("info", "by key/run.csv")
    perda("plot", "by key/run.csv", "ams.pack.voltage", "-o", tmp_path / "pack.html")
    perda("pull", "by key/run.csv", "-o", tmp_path / "back.csv")

    assert "Recorded:   2026-06-11 17:06:37" in told
    assert "ams.pack.voltage" in told
    assert "Pack voltage [V]" in (tmp_path / "pack.html").read_text()
    assert (tmp_path / "back.csv").read_bytes() == (tmp_path / "run.csv").read_bytes()


@pytest.mark.slow
def test_a_300_mb_log_goes_up_and_down_in_bounded_memory(served, tmp_path):
    size = 300 * MEGABYTE
    log, back = tmp_path / "large.csv", tmp_path / "back.csv"
    with log.open("wb") as file:
        for _ in range(300):
            file.write(os.urandom(MEGABYTE // 2).hex().encode())
    before = served.peak_memory()

    perda("login", served.url, "--password-stdin", text=served.admin)
    peaks = [
        peak_memory_of("push", log, "large/large.csv"),
        peak_memory_of("pull", "large/large.csv", "-o", back),
    ]

    assert back.stat().st_size == size
    assert digest(back) == digest(log)
    assert served.peak_memory() - before < 100 * MEGABYTE
    assert max(peaks) < 300 * MEGABYTE


# A small process in between: what a child uses includes what its parent did when it forked.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_memory_of(*arguments: object) -> int:
    """Run a perda command and return its largest resident size in bytes."""
    command = [sys.executable, "-c", MEASURE, str(PERDA), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout) * 1024


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
