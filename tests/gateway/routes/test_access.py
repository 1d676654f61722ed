"""Who may call what, and what a refusal looks like."""

from __future__ import annotations

import dataclasses
import json
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from perda.gateway.app import create_app
from perda.gateway.launch import RunningServer
from perda.gateway.models import Role
from perda.gateway.storage.s3 import S3Store
from perda.gateway.storage.secrets import new_key_pair

CALLS = [
    ("POST", "/api/v1/s3/list"),
    ("POST", "/api/v1/s3/credentials"),
    ("POST", "/api/v1/metadata/page"),
    ("GET", "/api/v1/metadata/a.csv"),
    ("PUT", "/api/v1/metadata/a.csv"),
    ("PUT", "/api/v1/logs/a.csv"),
    ("POST", "/api/v1/auth/logout"),
    ("GET", "/api/v1/version"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/no/such/call"),
    ("DELETE", "/api/v1/s3/list"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer made-up"}, {"Cookie": "perda_session=made-up"}]
)
def test_every_call_without_a_session_is_401(
    anonymous: httpx.Client, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = anonymous.request(method, path, json={"not": "valid"}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"type", "title", "status", "detail"}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_the_401_does_not_wait_for_the_body(server: RunningServer, method: str, path: str) -> None:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 100000000000\r\n\r\n"
    )
    started = time.monotonic()
    with connect(server) as connection:
        connection.sendall(head.encode())  # and nothing more
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert time.monotonic() - started < 2


def test_the_401_reaches_a_client_that_keeps_sending(anonymous: httpx.Client) -> None:
    answer = anonymous.put("/api/v1/logs/a.csv", content=bytes(20 << 20))
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/logs/a.csv", "/api/v1/metadata/a.csv"])
def test_a_viewer_may_not_write(viewer: httpx.Client, path: str) -> None:
    answer = viewer.put(path, json={})
    assert answer.status_code == 403
    assert "admin" in answer.json()["detail"]


def test_what_does_not_exist_is_404_and_a_wrong_method_405(viewer: httpx.Client) -> None:
    unknown = viewer.get("/api/v1/no/such/call")
    assert (unknown.status_code, unknown.json()["status"]) == (404, 404)
    assert "/api/v1/no/such/call" in unknown.json()["detail"]
    wrong = viewer.get("/api/v1/s3/list")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert wrong.headers["content-type"] == "application/problem+json"


def test_health_needs_no_session(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/api/v1/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "store": "ok"}


def test_version_names_capabilities(viewer: httpx.Client) -> None:
    answer = viewer.get("/api/v1/version").json()
    assert {"upload", "metadata-write"} <= set(answer["capabilities"])
    assert answer["version"]


def test_the_openapi_document_describes_the_calls(viewer: httpx.Client) -> None:
    paths = viewer.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/auth/login", "/api/v1/s3/list", "/api/v1/logs/{key}"} <= set(paths)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/s3/credentials", "/api/v1/auth/login"])
def test_another_web_site_is_refused(
    viewer: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    answer = viewer.post(path, json={"password": "x"}, headers=headers)
    assert answer.status_code == 403
    assert "another web site" in answer.json()["detail"]


def test_the_servers_own_page_and_programs_are_not_refused(
    viewer: httpx.Client, server: RunningServer
) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": server.url}, {}):
        answer = viewer.post("/api/v1/s3/list", json={}, headers=headers)
        assert answer.status_code == 200


def test_invalid_json_says_what_is_wrong(viewer: httpx.Client) -> None:
    wrong_type = viewer.post("/api/v1/s3/list", json={"prefix": 7})
    assert wrong_type.status_code == 422
    assert "prefix" in wrong_type.json()["detail"]
    assert wrong_type.json()["errors"][0]["field"] == "prefix"
    broken = viewer.post(
        "/api/v1/s3/list", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 422
    no_type = viewer.post("/api/v1/s3/list", content=b"{}")
    assert no_type.status_code == 415
    assert "application/json" in no_type.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"prefix":' + b"9" * 5000 + b"}", b"\xff\xfe", b'"\\ud800"']
)
def test_hostile_json_is_a_problem_not_a_crash(viewer: httpx.Client, body: bytes) -> None:
    answer = viewer.post(
        "/api/v1/s3/list", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_json_body_above_the_limit_is_413(viewer: httpx.Client) -> None:
    announced = viewer.post("/api/v1/s3/list", json={"prefix": "x" * (1 << 20)})
    assert announced.status_code == 413
    unannounced = viewer.post(
        "/api/v1/s3/list",
        content=(b" " * 65536 for _ in range(20)),
        headers={"Content-Type": "application/json"},
    )
    assert unannounced.status_code == 413
    assert "1,048,576" in unannounced.json()["detail"]


def test_a_body_that_stops_arriving_is_408(
    viewer: httpx.Client, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perda.gateway.body.JSON_DEADLINE_S", 0.2)
    token = viewer.cookies["perda_session"]
    head = (
        f"POST /api/v1/s3/list HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
    )
    with connect(server) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_slow_headers_are_cut_off(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deadlines(), "headers", 0.3)
    with connect(server) as connection:
        assert drip(connection, b"GET /api/v1/health HTTP/1.1\r\n", b"X: y\r\n") < 3


def test_a_body_nobody_wants_is_cut_off(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(deadlines(), "unwanted body", 0.3)
    head = b"PUT /api/v1/logs/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
    with connect(server) as connection:
        assert drip(connection, head, b"more") < 3


def test_a_full_disk_is_507_where_the_database_cannot_grow(
    in_process: Callable[[], httpx.AsyncClient], services: Any, folder: str, tmp_path: Path
) -> None:
    (tmp_path / "log").write_bytes(b"x")
    services.store.put_file(f"{folder}a.csv", tmp_path / "log")
    token = services.sessions.open(Role.ADMIN).token
    services.database.engine.dispose()
    event.listen(services.database.engine, "connect", stop_growing)

    async def call() -> httpx.Response:
        async with in_process() as client:
            client.headers["Authorization"] = f"Bearer {token}"
            path = f"/api/v1/metadata/{folder}a.csv"
            return await client.put(path, json={"description": "x" * 20_000})

    answer = anyio.run(call)
    assert answer.status_code == 507
    assert "disk is full" in answer.json()["detail"]


def stop_growing(connection: sqlite3.Connection, _: object) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages}")


def test_a_database_in_use_by_someone_else_is_503(
    in_process: Callable[[], httpx.AsyncClient], services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = services.sessions.open(Role.VIEWER).token
    services.database.engine.dispose()
    monkeypatch.setattr("perda.gateway.db._BUSY_TIMEOUT_MS", 50)

    async def call() -> httpx.Response:
        async with in_process() as client:
            client.headers["Authorization"] = f"Bearer {token}"
            return await client.post("/api/v1/s3/credentials", json={})

    with closing(sqlite3.connect(services.database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = anyio.run(call)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/version"), ("POST", "/api/v1/s3/list")]
)
def test_no_answer_is_kept_by_a_browser_or_proxy(
    viewer: httpx.Client, method: str, path: str
) -> None:
    assert viewer.request(method, path, json={}).headers["cache-control"] == "no-store"


def test_a_crash_shows_an_id_and_nothing_else(
    in_process: Callable[[], httpx.AsyncClient], caplog: pytest.LogCaptureFixture, services: Any
) -> None:
    services.database.engine.dispose()
    services.database.path.write_bytes(b"not a database any more" * 100)

    async def call() -> httpx.Response:
        async with in_process() as client:
            return await client.get("/api/v1/version", headers={"Authorization": "Bearer x"})

    answer = anyio.run(call)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["id"] in caplog.text
    assert "sqlite" not in json.dumps(problem).lower()


def connect(server: RunningServer) -> socket.socket:
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def deadlines() -> dict[str, float]:
    from perda.gateway import protocol

    return protocol._DEADLINES


def drip(connection: socket.socket, head: bytes, piece: bytes) -> float:
    """Send a piece every 50 ms; return after how many seconds the server hung up."""
    started = time.monotonic()
    connection.sendall(head)
    try:
        while time.monotonic() - started < 5:
            connection.sendall(piece)
            time.sleep(0.05)
    except OSError:
        pass
    return time.monotonic() - started


def test_without_the_store_calls_are_503_and_health_says_which_part(
    services: Any,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: refuses
        store = S3Store(
            f"http://127.0.0.1:{unused.getsockname()[1]}", new_key_pair(), "perda-logs", tries=1
        )
        app = create_app(dataclasses.replace(services, store=store))
        token = services.sessions.open(Role.VIEWER).token
        health, listing = anyio.run(ask, app, token)
    assert health.status_code == 503
    assert health.json() == {"status": "failing", "database": "ok", "store": "failing"}
    assert listing.status_code == 503
    assert listing.headers["content-type"] == "application/problem+json"
    assert int(listing.headers["retry-after"]) > 0


async def ask(app: FastAPI, token: str) -> tuple[httpx.Response, httpx.Response]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://perda.test") as client:
        client.headers["Authorization"] = f"Bearer {token}"
        health = await client.get("/api/v1/health")
        return health, await client.post("/api/v1/s3/list", json={"prefix": ""})
