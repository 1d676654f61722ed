"""The server as a process: started, stopped, killed and misused as people do."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import boto3
import httpx
import psutil
import pytest
from botocore.exceptions import ClientError

COMMAND = [sys.executable, "-c", "from perda.cli import main; main()"]
PASSWORDS = {"PERDA_ADMIN_PASSWORD": "admin password", "PERDA_VIEWER_PASSWORD": "viewer password"}
LOG = b"PER CSV v2.0\n0,1,2.5\n"


class Process:
    """A ``perda serve`` that has said it is ready."""

    def __init__(self, data_dir: Path, *options: str, **environ: str) -> None:
        self.data_dir = data_dir
        self.started = time.monotonic()
        self.popen = subprocess.Popen(
            [*COMMAND, "serve", "--data-dir", str(data_dir), "--port", "0", *options],
            env=clean_environ(**environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self.url = self._wait_until_ready()
        self.start_s = time.monotonic() - self.started
        self.children = psutil.Process(self.popen.pid).children(recursive=True)

    def _wait_until_ready(self) -> str:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            self.lines.append(line.rstrip("\n"))
            ready = re.fullmatch(r"perda is ready at (http://\S+:\d+)", self.lines[-1])
            if ready:
                return ready[1]
        self.popen.wait()
        assert self.popen.stderr is not None
        raise AssertionError(f"not ready: {self.lines} {self.popen.stderr.read()}")

    def stop(self, number: int = signal.SIGTERM) -> float:
        started = time.monotonic()
        self.popen.send_signal(number)
        self.popen.wait(20)
        return time.monotonic() - started

    def close(self) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.communicate()
        psutil.wait_procs(self.children, timeout=10)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    processes: list[Process] = []

    def start(*options: str, data_dir: Path = tmp_path / "data", **environ: str) -> Process:
        processes.append(Process(data_dir, *options, **(PASSWORDS | environ)))
        return processes[-1]

    yield start
    for process in processes:
        process.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One server for the tests that do not stop it."""
    process = Process(tmp_path_factory.mktemp("shared") / "data", **PASSWORDS)
    yield process
    process.stop()
    process.close()


def clean_environ(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PERDA_")}
    return kept | more


def perda(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=clean_environ(**environ),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def logged_in(url: str, password: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        client.post("/api/v1/auth/login", json={"password": password}).raise_for_status()
        yield client


def all_gone(children: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(children, timeout=10)[1]


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 2, result
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("perda: ")
    return lines[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_within_10_s(start: Callable[..., Process], number: int) -> None:
    process = start()
    assert process.children, "the store is a child process"
    assert process.stop(number) < 10
    assert process.popen.returncode == 0
    assert all_gone(process.children)
    with pytest.raises(httpx.ConnectError):
        httpx.get(process.url, trust_env=False)


def test_a_restart_keeps_everything_and_issued_keys_go_on_working(
    start: Callable[..., Process],
) -> None:
    process = start()
    with logged_in(process.url, "admin password") as client:
        client.put("/api/v1/logs/REV%2011/a.csv", content=LOG).raise_for_status()
        client.put("/api/v1/metadata/REV%2011/a.csv", json={"title": "kept"}).raise_for_status()
        issued = client.post("/api/v1/s3/credentials", json={}).json()
        process.stop()

        again = start(PERDA_ADMIN_PASSWORD="not the admin password")
        assert any("PERDA_ADMIN_PASSWORD is not" in line for line in again.lines)
        client.base_url = httpx.URL(again.url)  # the session lives on
        listed = client.post("/api/v1/s3/list", json={"prefix": "REV 11"}).json()
        assert [entry["key"] for entry in listed] == ["REV 11/a.csv"]
        assert client.get("/api/v1/metadata/REV%2011/a.csv").json()["title"] == "kept"
        assert fetch(issued, "REV 11/a.csv") == LOG
        renewed = client.post("/api/v1/s3/credentials", json={}).json()
        assert renewed == issued | {"expires_at": renewed["expires_at"]}


def fetch(issued: dict[str, str], key: str) -> bytes:
    s3 = boto3.client(
        "s3",
        endpoint_url=issued["endpoint"],
        aws_access_key_id=issued["access_key"],
        aws_secret_access_key=issued["secret_key"],
    )
    with closing(s3):
        body: bytes = s3.get_object(Bucket=issued["bucket_name"], Key=key)["Body"].read()
    return body


def test_after_kill_9_nothing_is_left_and_the_next_start_works(
    start: Callable[..., Process], tmp_path: Path
) -> None:
    process = start()
    with logged_in(process.url, "admin password") as client:
        client.put("/api/v1/logs/a.csv", content=LOG).raise_for_status()
    process.stop(signal.SIGKILL)
    assert all_gone(process.children)
    (tmp_path / "data" / "staging" / "half").write_bytes(b"half an upload")

    again = start()
    with logged_in(again.url, "viewer password") as client:
        listed = client.post("/api/v1/s3/list", json={}).json()
    assert [entry["key"] for entry in listed] == ["a.csv"]
    assert list((tmp_path / "data" / "staging").iterdir()) == []


def test_passwords_are_made_and_shown_on_the_first_start_only(tmp_path: Path) -> None:
    first = Process(tmp_path / "data")
    try:
        shown = dict(
            re.findall(r"(\w+) password \(shown only now\): (\S+)", "\n".join(first.lines))
        )
        assert set(shown) == {"admin", "viewer"}
        with logged_in(first.url, shown["admin"]):
            pass
    finally:
        first.stop()
        first.close()
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or shown["admin"].encode() not in path.read_bytes()
    second = Process(tmp_path / "data")
    try:
        assert not any("password" in line for line in second.lines)
        with logged_in(second.url, shown["viewer"]):
            pass
    finally:
        second.stop()
        second.close()


def test_private_files_are_private(shared: Process) -> None:
    assert shared.data_dir.stat().st_mode & 0o077 == 0
    for name in ("perda.db", "store-secrets.json"):
        assert (shared.data_dir / name).stat().st_mode & 0o777 == 0o600


def test_a_password_changed_while_the_server_runs_ends_that_roles_sessions(
    shared: Process,
) -> None:
    with (
        logged_in(shared.url, "viewer password") as viewer,
        logged_in(shared.url, "admin password") as admin,
    ):
        issued = viewer.post("/api/v1/s3/credentials", json={}).json()
        result = set_password(shared, "another password\n")
        assert result.returncode == 0, result.stderr
        assert viewer.get("/api/v1/version").status_code == 401
        assert admin.get("/api/v1/version").status_code == 200
        refused = viewer.post("/api/v1/auth/login", json={"password": "viewer password"})
        assert refused.status_code == 401
    wait_until_refused(issued)
    with logged_in(shared.url, "another password"):
        pass


def set_password(process: Process, stdin: str) -> subprocess.CompletedProcess[str]:
    where = ("--data-dir", str(process.data_dir))
    return perda("admin", "set-password", "viewer", *where, "--password-stdin", stdin=stdin)


def wait_until_refused(issued: dict[str, str]) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            fetch(issued, "no-such-key")
        except ClientError as error:
            if error.response["Error"]["Code"] in {"InvalidAccessKeyId", "AccessDenied"}:
                return
        time.sleep(0.2)
    raise AssertionError("the key is still accepted")


def test_a_bad_new_password_is_refused_in_one_line(shared: Process) -> None:
    assert "3 characters" in one_line(set_password(shared, "abc\n"))
    assert "same as the admin password" in one_line(set_password(shared, "admin password\n"))
    unasked = perda("admin", "set-password", "viewer", "--data-dir", str(shared.data_dir))
    assert "--password-stdin" in one_line(unasked)


def test_the_stores_admin_key_changes_only_while_the_server_is_stopped(
    start: Callable[..., Process], tmp_path: Path
) -> None:
    process = start()
    data_dir = str(tmp_path / "data")
    secrets_file = tmp_path / "data" / "store-secrets.json"
    before = secrets_file.read_text()
    refused = perda("admin", "rotate-store-key", "--data-dir", data_dir)
    assert "is running" in one_line(refused)
    process.stop()
    assert perda("admin", "rotate-store-key", "--data-dir", data_dir).returncode == 0
    assert secrets_file.read_text() != before
    again = start()
    with logged_in(again.url, "admin password") as client:
        client.put("/api/v1/logs/a.csv", content=LOG).raise_for_status()


def test_admin_on_a_directory_without_a_server_says_so(tmp_path: Path) -> None:
    result = perda("admin", "rotate-store-key", "--data-dir", str(tmp_path))
    assert "holds no data server" in one_line(result)


def test_two_servers_cannot_share_a_data_directory(shared: Process) -> None:
    result = perda("serve", "--data-dir", str(shared.data_dir), "--port", "0")
    assert "is running on" in one_line(result)


def test_two_servers_can_share_a_machine(shared: Process, start: Callable[..., Process]) -> None:
    for process in (shared, start()):
        health = httpx.get(f"{process.url}/api/v1/health", trust_env=False)
        assert health.json()["status"] == "ok"


def test_a_port_in_use_is_one_line_and_exit_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = perda("serve", "--data-dir", str(tmp_path / "data"), "--port", str(port))
    assert f"127.0.0.1:{port}" in one_line(result)


def test_an_unusable_data_directory_is_one_line_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    for path in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/perda")):
        result = perda("serve", "--data-dir", str(path), "--port", "0")
        assert str(path) in one_line(result)


def test_a_wrong_setting_is_one_line_and_exit_2(tmp_path: Path) -> None:
    data_dir = ("--data-dir", str(tmp_path))
    assert "--port is '99999'" in one_line(perda("serve", *data_dir, "--port", "99999"))
    assert "PERDA_KEY_DAYS is '1'" in one_line(perda("serve", *data_dir, PERDA_KEY_DAYS="1"))
    assert "--data-dir" in one_line(perda("serve"))


def test_a_failed_start_leaves_no_process(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "perda.db").write_bytes(b"not a database" * 100)
    assert "perda.db" in one_line(perda("serve", "--data-dir", str(data), "--port", "0"))
    assert [p for p in psutil.process_iter(["cmdline"]) if str(data) in str(p.info)] == []


def test_ctrl_c_while_starting_stops_what_has_started(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--data-dir", str(tmp_path / "data"), "--port", "0"],
        env=clean_environ(**PASSWORDS),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    store = wait_for_child(process.pid)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert all_gone([store])


def wait_for_child(pid: int) -> psutil.Process:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        children = psutil.Process(pid).children()
        if children:
            return children[0]
        time.sleep(0.01)
    raise AssertionError("no child process appeared")


def test_a_stop_in_the_middle_of_uploads_is_quick_too(start: Callable[..., Process]) -> None:
    process = start()
    host, _, port = process.url.removeprefix("http://").rpartition(":")
    with logged_in(process.url, "admin password") as client:
        token = client.cookies["perda_session"]
    head = (
        "PUT /api/v1/logs/half.csv HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: 1000000\r\n\r\nhalf"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode())
        time.sleep(0.3)
        assert process.stop() < 10
    assert all_gone(process.children)


def test_check_fetches_an_object_and_stops(tmp_path: Path) -> None:
    result = perda(
        "serve", "--data-dir", str(tmp_path / "data"), "--port", "0", "--check", **PASSWORDS
    )
    assert result.returncode == 0, result.stderr
    assert "OK: an object came back through http://127.0.0.1:" in result.stdout


def test_check_names_an_address_that_leads_nowhere(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, so that nobody else answers there
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        result = perda(
            "serve", "--data-dir", str(tmp_path / "data"), "--port", "0", "--check",
            PERDA_S3_PUBLIC_URL=url, **PASSWORDS,
        )  # fmt: skip
    assert url in one_line(result)


def test_another_address_than_127_0_0_1_reaches_server_and_store(
    start: Callable[..., Process],
) -> None:
    process = start("--host", "0.0.0.0")
    assert any(line.startswith("WARNING: plain http") for line in process.lines)
    port = process.url.rpartition(":")[2]
    with logged_in(f"http://127.0.0.2:{port}", "admin password") as client:
        client.put("/api/v1/logs/a.csv", content=LOG).raise_for_status()
        issued = client.post("/api/v1/s3/credentials", json={}).json()
    assert issued["endpoint"].startswith("http://127.0.0.2:")
    assert fetch(issued, "a.csv") == LOG


def test_help_shows_an_example() -> None:
    for arguments in (["serve"], ["admin"], ["admin", "set-password"]):
        result = perda(*arguments, "--help")
        assert result.returncode == 0
        assert "Example" in result.stdout
