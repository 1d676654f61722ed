from __future__ import annotations

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from perda.errors import ObjectNotFoundError
from perda.gateway.launch import RunningServer

PathOf = Callable[[str, str], str]

LOG = b"PER CSV v2.0\n" + b"0,1,2.5\n" * 1000
OTHER = b"PER CSV v2.0\n" + b"0,1,3.5\n" * 1000  # as long as LOG


def digest_header(content: bytes) -> dict[str, str]:
    value = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"Repr-Digest": f"sha-256=:{value}:"}


def in_store(server: RunningServer, key: str) -> bytes | None:
    try:
        return b"".join(server.services.store.read(key))
    except ObjectNotFoundError:
        return None


def staged_files(server: RunningServer) -> list[Path]:
    return list(server.services.uploads.staging.iterdir())


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "nothing happened within 10 s"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "name",
    [
        "a.csv",
        "a b#+%41?.csv",
        "\u00fcber \U0001f3ce.csv",
        "%2F",
        "a;b=c",
        "\u00fc" * 499,
        "a/" * 490,
    ],
    ids=lambda name: name[:20],
)
def test_an_upload_is_stored_and_acknowledged(
    admin: httpx.Client, server: RunningServer, path_of: PathOf, folder: str, name: str
) -> None:
    key = folder + name.removesuffix("/")
    answer = admin.put(path_of("logs", key), content=LOG, headers=digest_header(LOG))
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "key": key,
        "size": len(LOG),
        "sha256": hashlib.sha256(LOG).hexdigest(),
    }
    assert answer.headers["repr-digest"] == digest_header(LOG)["Repr-Digest"]
    assert in_store(server, key) == LOG
    assert staged_files(server) == []


def test_the_same_upload_again_is_answered_the_same(
    admin: httpx.Client, path_of: PathOf, folder: str
) -> None:
    path = path_of("logs", f"{folder}a.csv")
    first = admin.put(path, content=LOG)
    for headers in ({}, digest_header(LOG)):
        again = admin.put(path, content=LOG, headers=headers)
        assert again.status_code == 200
        assert again.json() == first.json()


def test_other_content_is_409_unless_overwriting_is_asked_for(
    admin: httpx.Client, server: RunningServer, path_of: PathOf, folder: str
) -> None:
    key = f"{folder}a.csv"
    path = path_of("logs", key)
    admin.put(path, content=LOG)
    for content in (OTHER, OTHER + b"longer", b""):
        refused = admin.put(path, content=content)
        assert refused.status_code == 409
        assert "already holds another log" in refused.json()["detail"]
        assert in_store(server, key) == LOG
    replaced = admin.put(path, params={"overwrite": "true"}, content=OTHER)
    assert replaced.status_code == 200
    assert in_store(server, key) == OTHER
    assert admin.put(path, content=OTHER).status_code == 200


def test_an_object_that_came_by_another_way_is_protected_too(
    admin: httpx.Client, store_files: Callable[..., None], path_of: PathOf, folder: str
) -> None:
    store_files(f"{folder}a.csv", content=LOG)
    path = path_of("logs", f"{folder}a.csv")
    assert admin.put(path, content=OTHER).status_code == 409
    same = admin.put(path, content=LOG)
    assert same.status_code == 200
    assert same.json()["sha256"] == hashlib.sha256(LOG).hexdigest()


@pytest.mark.parametrize("headers", [{}, digest_header(OTHER)])
def test_a_conflict_is_answered_before_the_body_is_read(
    admin: httpx.Client,
    server: RunningServer,
    path_of: PathOf,
    folder: str,
    headers: dict[str, str],
) -> None:
    path = path_of("logs", f"{folder}a.csv")
    admin.put(path, content=LOG)
    size = len(LOG) if headers else len(LOG) + 1
    with half_sent(server, admin, path, size, b"", headers) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 409 ")


def test_a_log_cannot_lie_where_a_folder_is_nor_below_a_log(
    admin: httpx.Client, server: RunningServer, path_of: PathOf, folder: str
) -> None:
    admin.put(path_of("logs", f"{folder}a/b.csv"), content=LOG).raise_for_status()
    for query in ("", "?overwrite=true"):
        at_folder = admin.put(path_of("logs", f"{folder}a") + query, content=LOG)
        below_log = admin.put(path_of("logs", f"{folder}a/b.csv/c/d.csv") + query, content=LOG)
        assert (at_folder.status_code, below_log.status_code) == (409, 409)
        assert "is a folder" in at_folder.json()["detail"]
        assert "is a log" in below_log.json()["detail"]
    assert in_store(server, f"{folder}a/b.csv") == LOG


def test_a_digest_that_does_not_match_stores_nothing(
    admin: httpx.Client, server: RunningServer, path_of: PathOf, folder: str
) -> None:
    path = path_of("logs", f"{folder}a.csv")
    answer = admin.put(path, content=LOG, headers=digest_header(OTHER))
    assert answer.status_code == 400
    assert "Repr-Digest" in answer.json()["detail"]
    assert in_store(server, f"{folder}a.csv") is None
    assert staged_files(server) == []


@pytest.mark.parametrize("header", ["", "sha-256=abc", "sha-256=:AAAA:", "md5=:AAAA:"])
def test_a_malformed_digest_is_400(
    admin: httpx.Client, path_of: PathOf, folder: str, header: str
) -> None:
    path = path_of("logs", f"{folder}a.csv")
    answer = admin.put(path, content=LOG, headers={"Repr-Digest": header})
    assert answer.status_code == 400
    assert "RFC 9530" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content-Range": "bytes 0-7/100"}, 400), ({"Content-Encoding": "gzip"}, 415)],
)
def test_a_part_of_a_log_or_an_encoded_one_is_not_taken_for_the_whole(
    admin: httpx.Client,
    server: RunningServer,
    path_of: PathOf,
    folder: str,
    headers: dict[str, str],
    status: int,
) -> None:
    answer = admin.put(path_of("logs", f"{folder}a.csv"), content=LOG, headers=headers)
    assert answer.status_code == status
    assert next(iter(headers)) in answer.json()["detail"]
    assert in_store(server, f"{folder}a.csv") is None


def test_a_wrong_query_is_422_and_names_the_field(
    admin: httpx.Client, path_of: PathOf, folder: str
) -> None:
    answer = admin.put(
        path_of("logs", f"{folder}a.csv"), params={"overwrite": "perhaps"}, content=LOG
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "query.overwrite"


def test_a_flood_of_uploads_keeps_nobody_from_logging_in_or_listing(
    admin: httpx.Client,
    anonymous: httpx.Client,
    server: RunningServer,
    passwords: dict[str, str],
    path_of: PathOf,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = server.services.store
    put_file, go_on = store.put_file, threading.Event()

    def put_slowly(*args: Any, **options: Any) -> object:
        go_on.wait(60)
        return put_file(*args, **options)

    monkeypatch.setattr(store, "put_file", put_slowly)
    limits = httpx.Limits(max_connections=None)
    uploader = httpx.Client(
        base_url=server.url, cookies=admin.cookies, limits=limits, timeout=90, trust_env=False
    )
    with uploader, ThreadPoolExecutor(45) as pool:
        try:
            names = [path_of("logs", f"{folder}{number}.csv") for number in range(45)]
            answers = [pool.submit(uploader.put, name, content=LOG) for name in names]
            wait_for(lambda: len(staged_files(server)) == 45)
            started = time.monotonic()
            login = {"password": passwords["viewer"]}
            assert anonymous.post("/api/v1/auth/login", json=login).status_code == 200
            assert anonymous.post("/api/v1/s3/list", json={"prefix": folder}).json() == []
            assert anonymous.get("/api/v1/health").status_code == 200
            assert time.monotonic() - started < 10
        finally:
            go_on.set()
        assert {answer.result().status_code for answer in answers} == {201}


def test_a_body_without_a_length_is_taken_too(
    admin: httpx.Client, server: RunningServer, path_of: PathOf, folder: str
) -> None:
    def pieces() -> Iterator[bytes]:
        yield LOG
        yield OTHER

    answer = admin.put(path_of("logs", f"{folder}a.csv"), content=pieces())
    assert answer.status_code == 201
    assert in_store(server, f"{folder}a.csv") == LOG + OTHER


def test_above_the_limit_is_413_and_leaves_nothing(
    admin: httpx.Client,
    server: RunningServer,
    path_of: PathOf,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = server.services.settings
    monkeypatch.setitem(vars(settings), "max_upload_bytes", 10_000)
    path = path_of("logs", f"{folder}a.csv")
    assert admin.put(path, content=bytes(10_001)).status_code == 413
    assert admin.put(path, content=(bytes(1000) for _ in range(11))).status_code == 413
    assert in_store(server, f"{folder}a.csv") is None
    assert staged_files(server) == []


@pytest.mark.parametrize("sent", [0, 1, 70_000, 3 << 20])
def test_a_client_that_leaves_half_way_leaves_nothing(
    admin: httpx.Client, server: RunningServer, path_of: PathOf, folder: str, sent: int
) -> None:
    key = f"{folder}a.csv"
    with half_sent(server, admin, path_of("logs", key), 4 << 20, bytes(sent)):
        wait_for(lambda: len(staged_files(server)) == 1)
    wait_for(lambda: staged_files(server) == [])
    assert in_store(server, key) is None
    assert admin.put(path_of("logs", key), content=LOG).status_code == 201


def test_a_body_that_stops_arriving_is_408_and_leaves_nothing(
    admin: httpx.Client,
    server: RunningServer,
    path_of: PathOf,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("perda.gateway.body.CHUNK_DEADLINE_S", 0.2)
    path = path_of("logs", f"{folder}a.csv")
    with half_sent(server, admin, path, 4 << 20, bytes(100_000)) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")
    assert staged_files(server) == []


def test_of_many_different_uploads_to_one_key_one_wins(
    admin: httpx.Client, server: RunningServer, path_of: PathOf, folder: str
) -> None:
    contents = [LOG + str(number).encode() for number in range(8)]

    def put(content: bytes) -> httpx.Response:
        return admin.put(path_of("logs", f"{folder}a.csv"), content=content)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(put, contents))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    winner = next(i for i, answer in enumerate(answers) if answer.status_code == 201)
    assert in_store(server, f"{folder}a.csv") == contents[winner]


def test_the_same_upload_many_times_at_once_succeeds_everywhere(
    admin: httpx.Client, path_of: PathOf, folder: str
) -> None:
    def put(_: int) -> httpx.Response:
        return admin.put(path_of("logs", f"{folder}a.csv"), content=LOG)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(put, range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.text for answer in answers}) == 1


def half_sent(
    server: RunningServer,
    client: httpx.Client,
    path: str,
    size: int,
    body: bytes,
    headers: dict[str, str] | None = None,
) -> socket.socket:
    """Send an upload's head and the beginning of its body."""
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    lines = [
        f"PUT {path} HTTP/1.1",
        "Host: perda",
        f"Authorization: Bearer {client.cookies['perda_session']}",
        f"Content-Length: {size}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return connection
