"""A real data server for all route tests, and clients that are logged in to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest

from perda.gateway.app import create_app
from perda.gateway.db import Database
from perda.gateway.services import Services, build_services
from perda.gateway.settings import Settings
from perda.gateway.staging import sweep_staging
from perda.gateway.storage.base import KeyPair

if TYPE_CHECKING:
    from perda.gateway.launch import RunningServer

ADMIN = "the admin's password"
VIEWER = "the viewer's password"


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 4, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


class Recorder:
    """Takes the place of the store's reader list, for tests of when it changes."""

    def __init__(self) -> None:
        self.readers: list[KeyPair] = []
        self.calls = 0

    def __call__(self, readers: object) -> None:
        self.readers = list(readers)  # type: ignore[call-overload]
        self.calls += 1


@pytest.fixture(scope="session")
def passwords() -> dict[str, str]:
    return {"admin": ADMIN, "viewer": VIEWER}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server with its embedded store; each test works in a folder of its own."""
    from perda.gateway.launch import running_server

    settings = Settings(
        data_dir=tmp_path_factory.mktemp("perda"),
        port=0,
        admin_password=ADMIN,
        viewer_password=VIEWER,
        max_upload_bytes=400 * 2**20,
    )
    with running_server(settings, lambda _: None) as running:
        yield running


@pytest.fixture
def anonymous(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def log_in(server: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """Open a session of the test's own, for tests that end it."""
    with ExitStack() as clients:
        yield lambda password: clients.enter_context(_logged_in(server, password))


@pytest.fixture(scope="session")
def admin(server: RunningServer) -> Iterator[httpx.Client]:
    with _logged_in(server, ADMIN) as client:
        yield client


@pytest.fixture(scope="session")
def viewer(server: RunningServer) -> Iterator[httpx.Client]:
    with _logged_in(server, VIEWER) as client:
        yield client


@contextmanager
def _logged_in(server: RunningServer, password: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        client.post("/api/v1/auth/login", json={"password": password}).raise_for_status()
        yield client


@pytest.fixture
def folder() -> str:
    """A prefix nobody else uses, so that tests can share one bucket."""
    return f"test {secrets.token_hex(6)}/"


@pytest.fixture
def path_of() -> Callable[[str, str], str]:
    """Return the path of a call about a key, every unsafe character percent-encoded."""
    return lambda noun, key: f"/api/v1/{noun}/{quote(key, safe='/')}"


@pytest.fixture
def store_files(server: RunningServer, tmp_path: Path) -> Callable[..., None]:
    """Put small objects into the bucket directly, as another program would."""

    def store_files(*keys: str, content: bytes = b"content") -> None:
        path = tmp_path / "object"
        path.write_bytes(content)
        for key in keys:
            server.services.store.put_file(key, path)

    return store_files


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def published() -> Recorder:
    return Recorder()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "perda.db")
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def services(
    tmp_path: Path,
    database: Database,
    clock: FakeClock,
    published: Recorder,
    server: RunningServer,
) -> Services:
    """Services over a database and a clock of the test's own (the store is the shared one)."""
    settings = Settings(data_dir=tmp_path)
    sweep_staging(tmp_path / "staging")
    store = server.services.store
    return build_services(settings, database, store, published, lambda: 8333, clock)


@pytest.fixture
def in_process(services: Services) -> Callable[[], httpx.AsyncClient]:
    """Return clients of an application over ``services``, without a socket between."""
    app = create_app(services)

    def connect() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://perda.test")

    return connect
