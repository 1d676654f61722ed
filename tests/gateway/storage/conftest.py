"""One embedded store for all tests here, and helpers to put and look."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from perda.gateway.storage.base import KeyPair, ObjectStore
from perda.gateway.storage.s3 import S3Store
from perda.gateway.storage.seaweed import EmbeddedStore
from perda.gateway.storage.secrets import StoreSecrets, load_or_create

_numbers = itertools.count()


@pytest.fixture(scope="session")
def store_secrets() -> StoreSecrets:
    return StoreSecrets()


@pytest.fixture(scope="session")
def embedded(
    tmp_path_factory: pytest.TempPathFactory, store_secrets: StoreSecrets
) -> Iterator[EmbeddedStore]:
    """The server that all tests share; a test that hurts it starts one of its own."""
    server = EmbeddedStore(tmp_path_factory.mktemp("store"), store_secrets)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Callable[..., EmbeddedStore]]:
    """Start servers in this test's folder; they are stopped after it."""
    started: list[EmbeddedStore] = []

    def start(folder: str = "own", **settings) -> EmbeddedStore:
        secrets = load_or_create(tmp_path / "secrets.json")
        server = EmbeddedStore(tmp_path / folder, secrets, **settings)
        started.append(server)
        server.start()
        return server

    try:
        yield start
    finally:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(EmbeddedStore.stop, started))


@pytest.fixture(params=["seaweedfs"])
def connect(request: pytest.FixtureRequest) -> Callable[[str], S3Store]:
    """How to reach a bucket of each server that the shared tests run against."""
    if request.param == "seaweedfs":
        server: EmbeddedStore = request.getfixturevalue("embedded")
        keys: KeyPair = request.getfixturevalue("store_secrets").admin
        return lambda bucket: S3Store(server.loopback_endpoint, keys, bucket)
    raise AssertionError(request.param)


@pytest.fixture
def store(connect: Callable[[str], S3Store]) -> Iterator[S3Store]:
    made = connect("perda-logs")
    made.create_bucket()
    yield made
    made.close()


@pytest.fixture
def folder() -> str:
    """A prefix that no other test uses."""
    return f"folder {next(_numbers)}/"


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., None]:
    """Store some bytes under a key."""

    def put_bytes(store: ObjectStore, key: str, content: bytes = b"x", **options) -> None:
        path = tmp_path / f"put-{next(_numbers)}"
        path.write_bytes(content)
        store.put_file(key, path, **options)
        path.unlink()

    return put_bytes


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so."""

    def wait(so: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    return wait


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
