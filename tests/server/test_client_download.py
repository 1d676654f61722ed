"""Downloads: whole and verified, or nothing left behind."""

from __future__ import annotations

import os
import tempfile
import threading

import pytest

from perda.errors import (
    DownloadError,
    InvalidKeyError,
    LocalFileError,
    LogNotFoundError,
    NotLoggedInError,
    ServerConnectionError,
)
from perda.formats import run_cache
from perda.formats.columnar_write import write_columnar_log
from perda.formats.read_log import read_log
from perda.server import ServerClient

KEY = "REV 11/2026-04-01/#1 a+b 100% ü.csv"
PATH = "/logs/REV%2011/2026-04-01/%231%20a%2Bb%20100%25%20%C3%BC.csv"
ETAG = '"one"'


@pytest.fixture
def stored(store, log_bytes):
    store.put(KEY, log_bytes)
    return log_bytes


def test_a_download_has_the_bytes_of_the_log_and_its_own_name_only(client, stored, tmp_path):
    path = client.download(KEY, tmp_path / "run.csv")

    assert path.read_bytes() == stored
    assert list(tmp_path.iterdir()) == [path]


def test_progress_counts_every_byte_and_is_closed(server, password, stored, tmp_path):
    bars = []

    class Bar:
        def __init__(self, total, unit, description):
            self.total, self.unit, self.description = total, unit, description
            self.counted, self.closed = 0, False
            bars.append(self)

        def update(self, n):
            self.counted += n

        def close(self):
            self.closed = True

    client = ServerClient(server.url, progress=Bar)
    client.login(password)
    client.download(KEY, tmp_path / "run.csv")

    (bar,) = bars
    assert (bar.counted, bar.total, bar.closed) == (len(stored), len(stored), True)
    assert (bar.unit, bar.description) == ("B", "#1 a+b 100% ü.csv")


def test_a_bar_is_shown_unless_a_setting_says_otherwise(
    server, password, stored, tmp_path, capfd, monkeypatch
):
    client = ServerClient(server.url)
    client.login(password)
    client.download(KEY, tmp_path / "shown.csv")
    assert "100%" in capfd.readouterr().err

    monkeypatch.setenv("PERDA_PROGRESS", "0")
    client = ServerClient(server.url)
    client.login(password)
    client.download(KEY, tmp_path / "silent.csv")
    assert capfd.readouterr().err == ""


def test_an_existing_file_stays_unless_overwriting_is_asked_for(client, stored, tmp_path):
    target = tmp_path / "run.csv"
    target.write_text("mine")

    with pytest.raises(LocalFileError, match="exists already"):
        client.download(KEY, target)
    assert target.read_text() == "mine"

    client.download(KEY, target, overwrite=True)
    assert target.read_bytes() == stored


def test_a_target_in_no_directory_is_one_clear_error(client, stored, tmp_path):
    with pytest.raises(LocalFileError, match="Cannot write"):
        client.download(KEY, tmp_path / "nowhere" / "run.csv")


def test_a_missing_log_is_not_found_and_leaves_nothing(client, tmp_path):
    with pytest.raises(LogNotFoundError, match=r"no 'none.csv'") as caught:
        client.download("none.csv", tmp_path / "run.csv")

    assert isinstance(caught.value, KeyError)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "key", ["../../x", "/etc/passwd", "a/../../x", "a//b", "a\\..\\b", "a\x00b", "", "folder/"]
)
def test_a_key_that_no_bucket_holds_is_not_sent(server, store, client, tmp_path, key):
    asked = len(server.seen)

    for act in (
        lambda: client.load(key),
        lambda: client.download(key, tmp_path / "run.csv"),
        lambda: client.upload(__file__, key),
        lambda: client.get_metadata(key),
        lambda: client.set_metadata(key, title="x"),
    ):
        with pytest.raises(InvalidKeyError):
            act()

    assert (len(server.seen), store.seen) == (asked, [])


def test_a_cut_connection_leaves_nothing(store, client, answer, stored, tmp_path):
    store.answers[PATH] = [
        answer.usual(store),
        answer.cut(stored[:50], len(stored), ETag=store.etag(stored)),
    ]

    with pytest.raises(DownloadError, match="nothing kept") as caught:
        client.download(KEY, tmp_path / "run.csv")

    assert isinstance(caught.value, ConnectionError)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_falls_silent_times_out(server, store, answer, stored, password, tmp_path):
    store.answers[PATH] = [answer.usual(store), answer.stall(store, stored)]
    client = ServerClient(server.url, progress=False, timeout_s=0.3)
    client.login(password)

    with pytest.raises(DownloadError, match="broke off: nothing came for a while; nothing kept"):
        client.download(KEY, tmp_path / "run.csv")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("knows_if_match", [True, False])
def test_a_log_replaced_after_the_look_is_looked_at_again(
    store, client, stored, tmp_path, knows_if_match
):
    store.knows_if_match = knows_if_match
    newer = stored + b"180,8598,584.0\n"
    store.after_head = lambda: store.put(KEY, newer)

    path = client.download(KEY, tmp_path / "run.csv")

    assert path.read_bytes() == newer


def test_a_log_that_keeps_being_replaced_is_given_up_on(store, client, answer, stored, tmp_path):
    replaced = answer.of(412, b"<Error><Code>PreconditionFailed</Code></Error>")
    store.answers[PATH] = [answer.usual(store), replaced, answer.usual(store), replaced]

    with pytest.raises(DownloadError, match="replaced"):
        client.download(KEY, tmp_path / "run.csv")

    assert list(tmp_path.iterdir()) == []


def test_keys_that_ended_are_fetched_again(server, store, client, answer, stored, tmp_path):
    store.answers[PATH] = [answer.of(403, b""), answer.usual(store)]

    path = client.download(KEY, tmp_path / "run.csv")

    assert path.read_bytes() == stored
    assert len(server.asked("POST", "credentials")) == 2


def test_keys_are_fetched_once_for_many_downloads(server, client, stored, tmp_path):
    client.download(KEY, tmp_path / "one.csv")
    client.download(KEY, tmp_path / "two.csv")

    assert len(server.asked("POST", "credentials")) == 1


def test_keys_that_are_refused_twice_are_one_clear_error(store, client, answer, stored, tmp_path):
    store.answers[PATH] = [answer.of(403, b"")]

    with pytest.raises(ServerConnectionError, match="refused the keys"):
        client.download(KEY, tmp_path / "run.csv")


def test_a_wrong_clock_is_named(store, client, answer, stored, tmp_path):
    store.date = "Thu, 01 Jan 2015 00:00:00 GMT"
    store.answers[PATH] = [answer.of(403, b"")]

    with pytest.raises(ServerConnectionError, match="Set the clock"):
        client.download(KEY, tmp_path / "run.csv")


def test_a_session_that_ended_before_the_keys_says_to_log_in(server, client, stored, tmp_path):
    server.session_ended = True

    with pytest.raises(NotLoggedInError):
        client.download(KEY, tmp_path / "run.csv")


def test_a_store_that_moved_is_found_again(server, store, client, stored, tmp_path):
    server.endpoint = "http://127.0.0.1:9"  # nobody listens there
    with pytest.raises(ServerConnectionError, match="perda doctor"):
        client.download(KEY, tmp_path / "run.csv")

    server.endpoint = store.url

    assert client.download(KEY, tmp_path / "run.csv").read_bytes() == stored


def test_load_without_a_cache_opens_the_log_and_leaves_no_file(
    client, stored, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    run = client.load(KEY, verbose=0)

    assert run.data["ams.pack.voltage"].value_np.tolist() == [583.25, 583.5]
    assert list(tmp_path.iterdir()) == []


def test_load_without_a_cache_makes_no_columnar_copy_either(client, store, log_bytes):
    store.put(KEY, log_bytes + b"".join(b"%d,8598,1.5\n" % t for t in range(200, 60_000)))

    client.load(KEY, verbose=0)
    for thread in threading.enumerate():
        if thread.name.startswith("perda"):  # copies are written in the background
            thread.join()

    assert not run_cache.directory().exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no open file")
def test_a_columnar_log_is_read_on_after_its_temporary_file_is_gone(
    client, store, make_log, tmp_path, monkeypatch
):
    columnar = tmp_path / "run.perda.parquet"
    write_columnar_log(read_log(make_log()), columnar)
    store.put("run.perda.parquet", columnar.read_bytes())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()

    run = client.load("run.perda.parquet", verbose=0)

    assert list((tmp_path / "temporary").iterdir()) == []
    assert run.data["ams.pack.voltage"].value_np.tolist() == [400.5, 399.5]


def test_the_machines_aws_settings_do_not_matter(client, stored, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "someone else's")

    assert client.download(KEY, tmp_path / "run.csv").read_bytes() == stored


def test_load_of_what_is_no_log_leaves_no_file(client, store, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    store.put("empty.csv", b"")

    with pytest.raises(ValueError, match="empty"):
        client.load("empty.csv", verbose=0)

    assert list(tmp_path.iterdir()) == []


def test_load_asks_a_contract_only_server_for_nothing_but_keys(server, client, stored):
    asked = len(server.seen)

    client.load(KEY, ts_offset=5, verbose=0)

    assert [one.path for one in server.seen[asked:]] == ["/api/v1/s3/credentials"]
