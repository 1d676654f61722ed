"""The cache: never asked for bytes twice, never a wrong answer, never outside its directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from perda.errors import DownloadError, LocalFileError
from perda.server import ServerClient

KEY = "REV 11/test.csv"
PATH = "/logs/REV%2011/test.csv"


@pytest.fixture
def stored(store, log_bytes):
    store.put(KEY, log_bytes)
    return log_bytes


@pytest.fixture
def cache_dir(tmp_path):
    return tmp_path / "deep" / "cache"


@pytest.fixture
def client(server, password, cache_dir):
    """A logged-in client with a cache."""
    with ServerClient(server.url, cache_dir=cache_dir, progress=False) as one:
        one.login(password)
        yield one


def voltage(run):
    return run.data["ams.pack.voltage"].value_np.tolist()


def log_file(cache_dir):
    (path,) = cache_dir.glob("*.csv")
    return path


def test_the_second_load_looks_but_does_not_fetch(store, client, stored):
    first = voltage(client.load(KEY, verbose=0))
    second = voltage(client.load(KEY, verbose=0))

    assert first == second == [583.25, 583.5]
    assert [one.method for one in store.seen] == ["HEAD", "GET", "HEAD"]


def test_an_entry_is_two_files_named_by_hashes(client, stored, cache_dir):
    client.load(KEY, verbose=0)

    names = sorted(path.name for path in cache_dir.iterdir())
    assert len(names) == 2
    assert names[1] == f"{names[0]}.json"
    assert "test" not in names[0]


def test_a_new_version_is_fetched(store, client, stored):
    client.load(KEY, verbose=0)
    store.put(KEY, stored + b"180,8598,584.0\n")

    assert voltage(client.load(KEY, verbose=0)) == [583.25, 583.5, 584.0]


def test_a_log_that_vanished_is_not_taken_from_the_cache(store, client, stored):
    client.load(KEY, verbose=0)
    store.objects.clear()

    with pytest.raises(ConnectionError, match=r"no 'REV 11/test\.csv'"):
        client.load(KEY, verbose=0)


@pytest.mark.parametrize("damage", ["shorter", "other bytes, same size and time", "gone"])
def test_a_damaged_file_is_noticed_and_fetched_again(store, client, stored, cache_dir, damage):
    client.load(KEY, verbose=0)
    path = log_file(cache_dir)
    before = path.stat()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(stored[:-9] if damage == "shorter" else stored.replace(b"583", b"683"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert voltage(client.load(KEY, verbose=0)) == [583.25, 583.5]
    assert log_file(cache_dir).read_bytes() == stored
    assert len(store.asked("GET")) == 2


@pytest.mark.parametrize("sidecar", [b"", b"{}", b"\xff", None, "another key"])
def test_a_sidecar_that_does_not_fit_counts_as_no_entry(store, client, stored, cache_dir, sidecar):
    client.load(KEY, verbose=0)
    (path,) = cache_dir.glob("*.json")
    if sidecar is None:
        path.unlink()
    elif isinstance(sidecar, str):
        path.write_text(json.dumps(json.loads(path.read_bytes()) | {"key": sidecar}))
    else:
        path.write_bytes(sidecar)

    assert voltage(client.load(KEY, verbose=0)) == [583.25, 583.5]
    assert len(store.asked("GET")) == 2


def test_a_cut_download_leaves_the_cache_empty(store, client, answer, stored, cache_dir):
    cut = answer.cut(stored[:50], len(stored), ETag=store.etag(stored))
    store.answers[PATH] = [answer.usual(store), cut]

    with pytest.raises(DownloadError):
        client.load(KEY, verbose=0)

    assert list(cache_dir.iterdir()) == []


@pytest.mark.parametrize(
    "key", ["a/" * 500 + "a.csv", "..csv", "~/x.csv", "$HOME.csv", "C:x.csv", "con.csv.gz", "-rf"]
)
def test_an_odd_but_valid_key_stays_inside(store, client, log_bytes, cache_dir, tmp_path, key):
    store.put(key, log_bytes)

    client.load(key, verbose=0)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(path.parent == cache_dir for path in files)


def test_logs_under_similar_keys_and_on_other_servers_stay_apart(
    store, client, log_bytes, cache_dir
):
    for key in ("a b.csv", "a/b.csv", "A b.csv"):
        store.put(key, log_bytes)
        client.load(key, verbose=0)

    assert len(list(cache_dir.glob("*.csv"))) == 3


def test_a_cache_directory_that_cannot_be_made_is_one_clear_error(server, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("in the way")

    with pytest.raises(LocalFileError, match=r"cache directory .*cannot be made.*Choose another"):
        ServerClient(server.url, cache_dir=blocker / "cache")


def test_a_cache_directory_that_cannot_be_written_is_one_clear_error(server, tmp_path, monkeypatch):
    monkeypatch.setattr(
        os, "access", lambda *_: False
    )  # as for a user without rights; we may be root

    with pytest.raises(LocalFileError, match=r"cannot be written"):
        ServerClient(server.url, cache_dir=tmp_path)


def test_the_home_directory_is_expanded(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    ServerClient(server.url, cache_dir="~/cache")

    assert (tmp_path / "cache").is_dir()


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_writes_stays(
    client, stored, cache_dir
):
    dead, living = cache_dir / ".dead.part", cache_dir / ".living.part"
    for path in (dead, living):
        path.touch()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(dead, (two_days_ago, two_days_ago))

    client.load(KEY, verbose=0)

    assert (dead.exists(), living.exists()) == (False, True)


_LOADER = """
import sys
from perda.server import ServerClient
client = ServerClient(sys.argv[1], cache_dir=sys.argv[2], progress=False)
client.login(sys.argv[3])
sys.stdin.readline()
for _ in range(5):
    run = client.load(sys.argv[4], verbose=0)
    print(len(run.data["ams.pack.voltage"]))
"""


def test_processes_that_download_the_same_log_at_once_all_get_it(
    server, store, password, cache_dir, log_bytes
):
    content = log_bytes + b"".join(b"%d,8598,1.5\n" % t for t in range(200, 200_000))
    store.put(KEY, content)
    command = [sys.executable, "-c", _LOADER, server.url, str(cache_dir), password, KEY]
    loaders = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    for loader in loaders:
        loader.stdin.write("go\n")
        loader.stdin.flush()
    outputs = [loader.communicate(timeout=60)[0].split() for loader in loaders]

    assert outputs == [["199802"] * 5] * 2
    assert log_file(cache_dir).read_bytes() == content
    assert len(list(cache_dir.iterdir())) == 2
