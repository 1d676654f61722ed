from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from perda.gateway.launch import RunningServer


# What existing clients do: keys and endpoint, no region, no token.
def s3_client(issued: dict[str, str]) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=issued["endpoint"],
        aws_access_key_id=issued["access_key"],
        aws_secret_access_key=issued["secret_key"],
        config=Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=10),
    )


@pytest.fixture(autouse=True)
def no_aws_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def issue(client: httpx.Client) -> dict[str, str]:
    answer = client.post("/api/v1/s3/credentials", json={})
    assert answer.status_code == 200, answer.text
    issued: dict[str, str] = answer.json()
    return issued


def test_issued_keys_list_and_download_with_plain_boto3(
    viewer: httpx.Client, store_files: Callable[..., None], folder: str, tmp_path: Path
) -> None:
    store_files(f"{folder}a b#+\u00fc.csv", content=b"the log")
    issued = issue(viewer)
    s3 = s3_client(issued)
    bucket = issued["bucket_name"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=folder, Delimiter="/")
    assert [item["Key"] for item in listed["Contents"]] == [f"{folder}a b#+\u00fc.csv"]
    s3.download_file(bucket, f"{folder}a b#+\u00fc.csv", str(tmp_path / "log.csv"))
    assert (tmp_path / "log.csv").read_bytes() == b"the log"


def test_issued_keys_can_do_nothing_else(
    viewer: httpx.Client, store_files: Callable[..., None], folder: str
) -> None:
    key = f"{folder}a.csv"
    store_files(key)
    issued = issue(viewer)
    s3, bucket = s3_client(issued), issued["bucket_name"]
    attempts: list[Callable[[], object]] = [
        lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"x"),
        lambda: s3.put_object(Bucket=bucket, Key=f"{folder}new.csv", Body=b"x"),
        lambda: s3.delete_object(Bucket=bucket, Key=key),
        lambda: s3.copy_object(Bucket=bucket, Key=f"{key}2", CopySource=f"{bucket}/{key}"),
        lambda: s3.create_bucket(Bucket="another-bucket"),
        lambda: s3.list_objects_v2(Bucket="another-bucket"),
        lambda: s3.delete_bucket(Bucket=bucket),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError) as caught:
            attempt()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in {403, 404}
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"content"


def test_the_answer_says_how_long_and_where(viewer: httpx.Client, server: RunningServer) -> None:
    issued = issue(viewer)
    assert set(issued) >= {"access_key", "secret_key", "bucket_name", "endpoint"}
    left = datetime.fromisoformat(issued["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    assert issued["endpoint"] == f"http://127.0.0.1:{server.services.store_port()}"


def test_a_session_keeps_its_keys_and_another_gets_its_own(
    log_in: Callable[[str], httpx.Client], passwords: dict[str, str]
) -> None:
    first, second = (log_in(passwords["viewer"]) for _ in range(2))
    assert issue(first)["access_key"] == issue(first)["access_key"]
    assert issue(first)["access_key"] != issue(second)["access_key"]


def test_the_stores_admin_key_is_never_handed_out(
    admin: httpx.Client, server: RunningServer
) -> None:
    issued = issue(admin)
    secrets_file = server.services.settings.data_dir / "store-secrets.json"
    assert issued["access_key"] not in secrets_file.read_text()


def test_keys_end_with_logout_and_only_those(
    log_in: Callable[[str], httpx.Client], passwords: dict[str, str]
) -> None:
    leaving, staying = (log_in(passwords["viewer"]) for _ in range(2))
    gone, kept = issue(leaving), issue(staying)
    s3_client(gone).list_objects_v2(Bucket=gone["bucket_name"], MaxKeys=1)
    assert leaving.post("/api/v1/auth/logout").status_code == 204
    with pytest.raises(ClientError, match=r"InvalidAccessKeyId|AccessDenied"):
        s3_client(gone).list_objects_v2(Bucket=gone["bucket_name"], MaxKeys=1)
    s3_client(kept).list_objects_v2(Bucket=kept["bucket_name"], MaxKeys=1)
