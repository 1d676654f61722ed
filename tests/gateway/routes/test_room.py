"""Uploads and the room on the server's disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from perda.errors import ObjectNotFoundError, StoreUnavailableError
from perda.gateway.launch import RunningServer
from perda.gateway.room import RESERVE_BYTES

PathOf = Callable[[str, str], str]

LOG = b"PER CSV v2.0\n" + b"0,1,2.5\n" * 1000


def test_a_full_disk_is_507(
    admin: httpx.Client,
    server: RunningServer,
    path_of: PathOf,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Room for the log as it arrives and for the reserve, but not for its copy in the store.
    free = RESERVE_BYTES + 2 * len(LOG) - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    path = path_of("logs", f"{folder}a.csv")
    assert admin.put(path, content=LOG).status_code == 507
    with pytest.raises(ObjectNotFoundError):
        server.services.store.head(f"{folder}a.csv")
    free += 1
    assert admin.put(path, content=LOG).status_code == 201


def test_an_upload_of_unknown_length_does_not_fill_the_disk(
    admin: httpx.Client,
    server: RunningServer,
    path_of: PathOf,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    staging = server.services.uploads.staging

    def disk_usage(_: Path) -> SimpleNamespace:
        staged = sum(path.stat().st_size for path in staging.iterdir())
        return SimpleNamespace(free=RESERVE_BYTES + (5 << 20) - staged)

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    answer = admin.put(path_of("logs", f"{folder}a.csv"), content=(bytes(1 << 20) for _ in "x" * 9))
    assert answer.status_code == 507
    assert list(staging.iterdir()) == []


def test_a_store_that_fails_on_a_nearly_full_disk_is_507(
    admin: httpx.Client,
    server: RunningServer,
    path_of: PathOf,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailableError("500 InternalError")

    monkeypatch.setattr(server.services.store, "put_file", fail)
    path = path_of("logs", f"{folder}a.csv")
    assert admin.put(path, content=LOG).status_code == 503
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=500 << 20))
    answer = admin.put(path, content=LOG)
    assert answer.status_code == 507
    assert "500 MB left" in answer.json()["detail"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_disk_that_fills_while_the_body_arrives_is_507(
    admin: httpx.Client,
    server: RunningServer,
    path_of: PathOf,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_real = Path.open

    def open_full(path: Path, mode: str, buffering: int) -> object:
        return open_real(Path("/dev/full"), "wb", buffering)

    monkeypatch.setattr(Path, "open", open_full)
    answer = admin.put(path_of("logs", f"{folder}a.csv"), content=LOG)
    assert answer.status_code == 507
    assert "disk" in answer.json()["detail"]
