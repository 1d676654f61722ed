"""`make demo`, with simulated runs and with real recordings."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


def run_demo(*arguments: object) -> str:
    command = [sys.executable, str(DEMO), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def processes_in(folder: Path) -> list[str]:
    return [
        " ".join(process.info["cmdline"])
        for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in part for part in process.info["cmdline"] or [])
    ]


@pytest.mark.slow
def test_the_demo_shows_the_whole_job_and_leaves_nothing_running(tmp_path):
    home = tmp_path / "demo"

    printed = run_demo("--dir", home)

    assert "perda is ready at http://127.0.0.1:" in printed
    assert 'title: "Endurance, first stint"' in printed
    assert "0 folders, 2 files" in printed
    assert "Total Variable: 832" in printed
    assert (home / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert "Pack voltage [V]" in (home / "figure.html").read_text()
    assert processes_in(home) == []


@pytest.mark.slow
def test_the_demo_takes_a_real_recording(tmp_path, recording):
    printed = run_demo("--dir", tmp_path / "demo", "--log", recording.path)

    assert f"Total Data Points: {recording.truth['rows']}" in printed
    assert (tmp_path / "demo" / "figure.png").stat().st_size > 20_000


def test_the_demo_empties_no_directory_that_is_not_its_own(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    command = [sys.executable, str(DEMO), "--dir", str(tmp_path)]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 1
    assert "was not made by the demo" in done.stderr
    assert (tmp_path / "thesis.txt").exists()


def test_a_demo_that_is_told_to_end_takes_its_server_with_it(tmp_path):
    home = tmp_path / "demo"
    command = [sys.executable, "-u", str(DEMO), "--dir", str(home), "--serve"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        shown = next(line for line in demo.stdout if "perda is ready at" in line)

        demo.send_signal(signal.SIGTERM)

        rest = demo.stdout.read()
        assert demo.wait(15) == 0, shown + rest
    assert "Stopped; nothing is left running." in rest
    assert "Traceback" not in rest
    assert processes_in(home) == []


def test_the_demo_leaves_the_directory_of_a_running_server_alone(tmp_path):
    (tmp_path / "made-by-make-demo").touch()
    (tmp_path / "server").mkdir()
    with (tmp_path / "server" / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, str(DEMO), "--dir", str(tmp_path)]

        done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 1
    assert "A data server is running" in done.stderr
    assert (tmp_path / "server" / "lock").exists()


def test_the_demo_refuses_a_file_that_is_no_log_before_it_starts_anything(tmp_path):
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    command = [sys.executable, str(DEMO), "--dir", str(tmp_path / "demo"), "--log", str(picture)]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 1
    assert f"{picture} is not a log" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "demo").exists()
