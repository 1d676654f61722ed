"""Uploads below HTTP: what happens when the store or the database misbehaves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from perda.errors import ObjectExistsError, ObjectNotFoundError, StoreError
from perda.gateway.models import LogRow
from perda.gateway.services import Services
from perda.gateway.staging import Staged, sweep_staging

LOG = b"0,1,2.5\n" * 100


@pytest.fixture
def staged(tmp_path: Path) -> Staged:
    path = tmp_path / "staged"
    path.write_bytes(LOG)
    return Staged(path, len(LOG), hashlib.sha256(LOG).hexdigest())


def test_damage_in_the_store_is_found_and_removed(
    services: Services, staged: Staged, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"{folder}a.csv"

    def damaged(key: str, chunk_size: int = 1 << 20) -> Iterator[bytes]:
        yield LOG[:-1] + b"?"

    with monkeypatch.context() as patch:
        patch.setattr(services.store, "read", damaged)
        with pytest.raises(StoreError, match="damaged"):
            services.uploads.take(key, staged, overwrite=False)
    with pytest.raises(ObjectNotFoundError):
        services.store.head(key)
    with services.database.read() as session:
        assert session.get(LogRow, key) is None


def test_after_a_failed_commit_the_upload_can_be_repeated(
    services: Services, staged: Staged, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"{folder}a.csv"
    with monkeypatch.context() as patch:
        patch.setattr(services.database, "write", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            services.uploads.take(key, staged, overwrite=False)
    services.uploads.take(key, staged, overwrite=False)
    with services.database.read() as session:
        row = session.get(LogRow, key)
    assert row is not None
    assert (row.size, row.sha256) == (staged.size, staged.sha256)


def test_a_writer_that_was_faster_is_not_overwritten(
    services: Services, staged: Staged, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = f"{folder}a.csv"
    check_place = type(services.uploads)._check_place

    def check_then_lose_the_race(uploads: object, key: str) -> None:
        check_place(services.uploads, key)
        other = tmp_path / "other"
        other.write_bytes(b"faster")
        services.store.put_file(key, other)

    monkeypatch.setattr(type(services.uploads), "_check_place", check_then_lose_the_race)
    with pytest.raises(ObjectExistsError):
        services.uploads.take(key, staged, overwrite=False)
    assert b"".join(services.store.read(key)) == b"faster"


def test_no_lock_is_kept_after_an_upload(services: Services, staged: Staged, folder: str) -> None:
    services.uploads.take(f"{folder}a.csv", staged, overwrite=False)
    assert services.uploads._locks == {}


def test_what_a_killed_server_left_in_staging_is_swept(tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    (staging / "half an upload").write_bytes(b"x")
    sweep_staging(staging)
    assert list(staging.iterdir()) == []


def test_staging_may_be_a_link_to_another_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "half an upload").write_bytes(b"x")
    (tmp_path / "staging").symlink_to(tmp_path / "disk")
    sweep_staging(tmp_path / "staging")
    assert (tmp_path / "staging").is_symlink()
    assert list((tmp_path / "disk").iterdir()) == []
