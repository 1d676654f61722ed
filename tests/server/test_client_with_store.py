"""The client against the real object store, with the keys that clients get."""

from __future__ import annotations

import sys

import pytest

from perda.errors import LogNotFoundError, ServerConnectionError
from perda.server import ServerClient

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the embedded store is for Linux")

KEYS = ["REV 11/2026-04-01/test.csv", "#1 a+b 100% ü/日本 & ~=?.csv", "plain.csv"]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    """An embedded store with a reader's keys."""
    from perda.gateway.storage.seaweed import EmbeddedStore
    from perda.gateway.storage.secrets import load_or_create, new_key_pair

    directory = tmp_path_factory.mktemp("store")
    one = EmbeddedStore(directory / "data", load_or_create(directory / "secrets.json"))
    one.start()
    try:
        one.reader = new_key_pair()
        one.set_readers([one.reader])
        yield one
    finally:
        one.stop()


@pytest.fixture
def server(server, embedded, answer):
    """The contract-only server, handing out the embedded store's keys."""

    def credentials(handler):
        body = (
            f'{{"access_key": "{embedded.reader.access_key}", '
            f'"secret_key": "{embedded.reader.secret_key}", '
            f'"bucket_name": "perda-logs", "endpoint": "{embedded.loopback_endpoint}"}}'
        )
        answer.of(200, body.encode())(handler)

    server.answers["/api/v1/s3/credentials"] = [credentials]
    return server


@pytest.fixture
def put(embedded, tmp_path):
    """Store bytes under a key, over what is there."""

    def put(key, content):
        path = tmp_path / "to put"
        path.write_bytes(content)
        embedded.store.put_file(key, path, overwrite=True)

    return put


@pytest.mark.parametrize("key", KEYS)
def test_logs_come_whole_under_every_key(client, put, log_bytes, tmp_path, key):
    put(key, log_bytes)

    path = client.download(key, tmp_path / "run.csv")

    assert path.read_bytes() == log_bytes


def test_an_empty_log_comes_too(client, put, tmp_path):
    put("empty.csv", b"")

    assert client.download("empty.csv", tmp_path / "run.csv").read_bytes() == b""


def test_a_log_that_is_replaced_is_noticed_by_the_cache(server, password, put, log_bytes, tmp_path):
    client = ServerClient(server.url, cache_dir=tmp_path / "cache", progress=False)
    client.login(password)
    put(KEYS[0], log_bytes)
    before = len(client.load(KEYS[0], verbose=0).data["ams.pack.voltage"])

    put(KEYS[0], log_bytes + b"180,8598,584.0\n")
    after = len(client.load(KEYS[0], verbose=0).data["ams.pack.voltage"])

    assert (before, after) == (2, 3)


def test_a_missing_log_is_not_found(client, tmp_path):
    with pytest.raises(LogNotFoundError, match=r"none\.csv"):
        client.download("none.csv", tmp_path / "run.csv")


def test_the_store_can_be_checked(client, embedded, put, log_bytes):
    put(KEYS[2], log_bytes)

    assert client.check_store() == embedded.loopback_endpoint


def test_keys_that_the_store_does_not_know_are_one_clear_error(
    server, client, put, answer, embedded, log_bytes, tmp_path
):
    put(KEYS[2], log_bytes)
    body = (
        '{"access_key": "nobody", "secret_key": "nothing", "bucket_name": "perda-logs", '
        f'"endpoint": "{embedded.loopback_endpoint}"}}'
    )
    server.answers["/api/v1/s3/credentials"] = [answer.of(200, body.encode())]

    with pytest.raises(ServerConnectionError, match="refused the keys"):
        client.download(KEYS[2], tmp_path / "run.csv")
