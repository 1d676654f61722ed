"""A data server as people run it: `perda serve` in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PERDA = Path(sys.executable).with_name("perda")


@dataclass(frozen=True)
class Served:
    """Where the server is, and how to get in."""

    url: str
    pid: int
    admin: str = "the admin's password"
    viewer: str = "the viewer's password"

    def peak_memory(self) -> int:
        """Return the server process's largest resident size so far, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    environment = {
        **os.environ,
        "PERDA_ADMIN_PASSWORD": Served.admin,
        "PERDA_VIEWER_PASSWORD": Served.viewer,
    }
    command = [PERDA, "serve", "--data-dir", tmp_path_factory.mktemp("served"), "--port", "0"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    with contextlib.closing(process.stdout):
        line = process.stdout.readline()
        assert line.startswith("perda is ready at http://"), line
        yield Served(line.split()[-1], process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
