"""What the store asks of the system: bytes on disk before the answer, no calls to strangers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = """
    import os, sys
    from pathlib import Path
    from perda.gateway.storage.secrets import load_or_create
    from perda.gateway.storage.seaweed import EmbeddedStore

    folder = Path(sys.argv[1])
    small, large = folder / "small.bin", folder / "large.bin"
    small.write_bytes(os.urandom(300_000))
    large.write_bytes(os.urandom(20 << 20))
    notes = os.open(folder / "notes", os.O_CREAT | os.O_WRONLY)
    server = EmbeddedStore(folder / "store", load_or_create(folder / "secrets.json"))
    server.start()
    for name in ("warm", "small", "large"):  # the first makes the volumes
        os.write(notes, f"before {name}".encode())
        server.store.put_file(f"{name}.bin", large if name == "large" else small)
        os.write(notes, f"after {name}".encode())
    server.stop()
"""

CALLS = "connect,sendto,sendmsg,?open,openat,write,fsync,fdatasync"


@dataclass(frozen=True)
class Trace:
    lines: list[str]
    folder: Path

    def during(self, name: str) -> list[str]:
        """What happened between asking for a PUT and its answer."""
        begin = self._index(f'"before {name}"')
        return self.lines[begin : self._index(f'"after {name}"')]

    def _index(self, text: str) -> int:
        return next(number for number, line in enumerate(self.lines) if text in line)


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    folder = tmp_path_factory.mktemp("traced")
    out = folder / "trace"
    options = ["-f", "-y", "-s", "80", "-e", f"trace={CALLS}", "-o", str(out)]
    script = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(folder)]
    done = subprocess.run([strace, *options, *script], capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr:
        pytest.skip("this machine does not allow tracing")
    assert done.returncode == 0, done.stderr
    return Trace(out.read_text(errors="replace").splitlines(), folder)


@pytest.mark.parametrize("name", ["small", "large"])
def test_bytes_and_entry_are_on_disk_before_a_put_is_answered(trace, name):
    synced = [
        (number, path)
        for number, line in enumerate(trace.during(name))
        for path in re.findall(r"f(?:data)?sync\(\d+<([^>]*)>", line)
    ]
    bytes_at = [number for number, path in synced if path.endswith(".dat")]
    entry_at = [number for number, path in synced if path.endswith("filer.db")]

    assert bytes_at, "the volume was not synced"
    assert entry_at, "the directory was not synced"
    assert max(bytes_at) < max(entry_at), "the entry points at bytes that may not be there"


def test_every_part_of_a_large_file_is_synced(trace):
    parts = [line for line in trace.during("large") if re.search(r'"POST /[^"]*fsync=true', line)]
    synced = [line for line in trace.during("large") if re.search(r"sync\(\d+<[^>]*\.dat>", line)]

    assert len(parts) >= 5  # 20 MiB in blocks of at most 4 MiB
    assert synced


def test_nobody_outside_this_machine_is_called(trace):
    addresses = {
        address
        for line in trace.lines
        for address in re.findall(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"', line)
    }

    flat = {one or two for one, two in addresses}
    assert flat <= {"127.0.0.1", "::ffff:127.0.0.1", "::1", "0.0.0.0"}, flat
    assert "127.0.0.1" in flat


def test_nothing_is_written_outside_the_stores_folder(trace):
    made = {
        path
        for line in trace.lines
        if "O_CREAT" in line and " = -1" not in line
        for path in re.findall(r'open(?:at\([^,]*, |\()"([^"]+)"', line)
    }
    absolute = {path for path in made if path.startswith("/")}

    outside = {path for path in absolute if not path.startswith((str(trace.folder), "/dev/"))}
    assert outside == set()
    assert any(path.endswith("data/filer.db-journal") for path in made)
