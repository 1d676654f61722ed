"""Puts one file under one key: in one request, or in parts when it is large."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PART_SIZE = 8 << 20
_MAX_PARTS = 10_000  # S3's own limit
_PARTS_AT_ONCE = 4  # memory: this many parts


@dataclass(frozen=True)
class Upload:
    """What is put, and how.

    Attributes
    ----------
    bucket, key : str
        Where it goes.
    path : pathlib.Path
        The file; it does not change meanwhile.
    metadata : dict of str to str
        Kept with the object.
    conditional : bool
        Whether the store is asked to refuse if the key is taken (``If-None-Match: *``,
        RFC 9110 section 13.1.2).
    """

    bucket: str
    key: str
    path: Path
    metadata: dict[str, str]
    conditional: bool

    @property
    def target(self) -> dict[str, str]:
        """Arguments that name the object."""
        return {"Bucket": self.bucket, "Key": self.key}

    @property
    def condition(self) -> dict[str, str]:
        """Arguments that make the store refuse to overwrite."""
        return {"IfNoneMatch": "*"} if self.conditional else {}


def send(client: Any, upload: Upload) -> None:
    """Put the file; boto3's errors pass through.

    Parameters
    ----------
    client : boto3 client
        boto3 has no types of its own.
    upload : Upload
        What to put.
    """
    if upload.path.stat().st_size <= 2 * PART_SIZE:
        _send_whole(client, upload)
    else:
        _send_in_parts(client, upload)


def _send_whole(client: Any, upload: Upload) -> None:
    with upload.path.open("rb") as body:
        client.put_object(**upload.target, Body=body, Metadata=upload.metadata, **upload.condition)


def _send_in_parts(client: Any, upload: Upload) -> None:
    started = client.create_multipart_upload(**upload.target, Metadata=upload.metadata)
    part_of = {**upload.target, "UploadId": started["UploadId"]}
    try:
        parts = _send_parts(client, upload.path, part_of)
        client.complete_multipart_upload(
            **part_of, MultipartUpload={"Parts": parts}, **upload.condition
        )
    except BaseException:
        _abort(client, part_of)
        raise


def _send_parts(client: Any, path: Path, part_of: dict[str, str]) -> list[dict[str, object]]:
    def send_part(slice_: tuple[int, int, int]) -> dict[str, object]:
        number, offset, size = slice_
        with path.open("rb") as file:
            file.seek(offset)
            answer = client.upload_part(**part_of, PartNumber=number, Body=file.read(size))
        return {"PartNumber": number, "ETag": answer["ETag"]}

    pool = ThreadPoolExecutor(_PARTS_AT_ONCE, thread_name_prefix="upload-part")
    try:
        return list(pool.map(send_part, _slices(path.stat().st_size)))
    finally:
        pool.shutdown(cancel_futures=True)


def _slices(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield number, offset and size of each part."""
    part = max(PART_SIZE, -(-size // _MAX_PARTS))
    for number, offset in enumerate(range(0, size, part), start=1):
        yield number, offset, min(part, size - offset)


def _abort(client: Any, part_of: dict[str, str]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client.abort_multipart_upload(**part_of)
    except (BotoCoreError, ClientError):
        return  # the first error is the one to tell
