"""An object store behind any S3-compatible API, by boto3."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from perda._s3_client import make_client
from perda.errors import (
    ObjectExistsError,
    ObjectNotFoundError,
    StoreError,
    StoreUnavailableError,
)
from perda.gateway.storage._s3_errors import store_errors
from perda.gateway.storage._s3_upload import Upload, send
from perda.gateway.storage.base import KeyPair, Listing, ObjectInfo, ObjectStore

DEFAULT_REGION = "us-east-1"

# Names one upload in the object's own metadata, so that the object found under a key can
# be told from another writer's with the same bytes.
_UPLOAD_ID = "perda-upload"
_ANSWER_DUE_S = 5.0
_CONNECTIONS = 64  # as many as threads that use them


class S3Store(ObjectStore):
    """One bucket of an S3-compatible server. May be used from many threads.

    Parameters
    ----------
    endpoint : str
        URL of the server, for example ``"http://127.0.0.1:8333"``.
    keys : KeyPair
        Whom to sign as.
    bucket_name : str
        The bucket.
    region : str, optional
        Region to sign for; only AWS itself cares.
    tries : int, optional
        How often a call is tried before it fails.
    timeout_s : float, optional
        How long one try waits for the store's next bytes.
    """

    def __init__(
        self,
        endpoint: str,
        keys: KeyPair,
        bucket_name: str,
        region: str = DEFAULT_REGION,
        *,
        tries: int = 3,
        timeout_s: float = 30.0,
    ) -> None:
        self.endpoint = endpoint
        self.bucket_name = bucket_name
        self._region = region
        self._where = f"{endpoint}/{bucket_name}"
        # boto3 has no types of its own.
        self._make_client = partial(
            make_client,
            endpoint,
            keys.access_key,
            keys.secret_key,
            region,
            max_pool_connections=_CONNECTIONS,
            # Newer checksums are refused by many S3 servers that are not AWS.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self._client: Any = self._make_client(tries=tries, timeout_s=timeout_s)

    def create_bucket(self) -> None:
        """Make the bucket if it is not there.

        Raises
        ------
        StoreUnavailableError
            If the store does not answer.
        StoreError
            If the store refuses, or the name is someone else's.
        """
        with store_errors(f"make the bucket {self.bucket_name!r}", self.endpoint):
            if self._has_bucket():
                return
            try:
                self._asking.create_bucket(Bucket=self.bucket_name, **self._location())
            except self._asking.exceptions.BucketAlreadyOwnedByYou:
                return

    def list_children(self, prefix: str) -> Listing:
        """Return all direct children of ``prefix`` (``""`` or ending in ``/``), however many."""
        folders: set[str] = set()
        objects: list[ObjectInfo] = []
        pages = self._client.get_paginator("list_objects_v2")
        with store_errors(f"list {prefix!r}", self._where):
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=prefix, Delimiter="/"):
                folders.update(found["Prefix"] for found in page.get("CommonPrefixes", ()))
                for found in page.get("Contents", ()):
                    # A marker object makes its folder visible; it is never a file.
                    if found["Key"].endswith("/"):
                        folders.add(found["Key"])
                    else:
                        objects.append(_info(found["Key"], found, found["Size"]))
        folders.discard(prefix)
        return Listing(sorted(folders), objects)

    def head(self, key: str) -> ObjectInfo:
        """Return what lies under ``key``; ObjectNotFoundError if nothing does."""
        answer = self._head(key)
        return _info(key, answer, answer["ContentLength"])

    def put_file(self, key: str, path: Path, *, overwrite: bool = False) -> ObjectInfo:
        """Store the file at ``path`` under ``key``, whole or not at all, durably.

        Large files go in parts, with a few parts in memory at a time.

        Parameters
        ----------
        key : str
            Full key.
        path : pathlib.Path
            The file; it must not change meanwhile.
        overwrite : bool, optional
            Whether an object that is there may be replaced.

        Returns
        -------
        ObjectInfo
            The object as the store has it now.

        Raises
        ------
        ObjectExistsError
            If the key is taken and ``overwrite`` is false, also when two writers race.
        StoreUnavailableError
            If the store does not answer.
        StoreError
            If the store refuses, or holds something else afterwards.
        OSError
            If the file cannot be read.
        """
        size = path.stat().st_size
        if not overwrite:
            # Saves the sending, and is all there is on stores without conditional PUT.
            self._refuse_if_taken(key)
        upload_id = uuid.uuid4().hex
        try:
            self._send(key, path, upload_id, conditional=not overwrite)
        except ObjectExistsError:
            # A retry after a lost answer meets its own first try.
            if self._upload_id(key) != upload_id:
                raise
        return self._read_back(key, size, upload_id, overwrite=overwrite)

    def read(self, key: str, chunk_size: int = 1 << 20) -> Iterator[bytes]:
        """Yield the object's bytes; ObjectNotFoundError, at once, if there is none."""
        doing = f"read {key!r}"
        with store_errors(doing, self._where, key):
            body = self._client.get_object(Bucket=self.bucket_name, Key=key)["Body"]
        return self._chunks(body, chunk_size, doing)

    def delete(self, key: str) -> None:
        """Remove the object; no error if there is none."""
        with store_errors(f"delete {key!r}", self._where):
            self._client.delete_object(Bucket=self.bucket_name, Key=key)

    def abort_uploads(self) -> int:
        """Throw away all uploads in parts that were begun and not completed.

        Only for a bucket that no other process writes to; those of a writer that was killed
        would take room for ever.

        Returns
        -------
        int
            How many there were.

        Raises
        ------
        StoreUnavailableError, StoreError
            If the store does not answer, or refuses.
        """
        aborted = 0
        pages = self._client.get_paginator("list_multipart_uploads")
        with store_errors("abort old uploads", self._where):
            for page in pages.paginate(Bucket=self.bucket_name):
                for found in page.get("Uploads", ()):
                    target = {"Key": found["Key"], "UploadId": found["UploadId"]}
                    self._client.abort_multipart_upload(Bucket=self.bucket_name, **target)
                    aborted += 1
        return aborted

    def ping(self) -> None:
        """Return within some seconds if the bucket answers, else raise StoreUnavailableError."""
        try:
            with store_errors("reach the bucket", self._where):
                self._asking.head_bucket(Bucket=self.bucket_name)
        except StoreUnavailableError:
            raise
        except StoreError as error:
            raise StoreUnavailableError(str(error)) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        if "_asking" in vars(self):
            self._asking.close()

    @cached_property
    def _asking(self) -> Any:
        """A client for a question whose answer is due at once."""
        return self._make_client(tries=1, timeout_s=_ANSWER_DUE_S)

    def _has_bucket(self) -> bool:
        try:
            with store_errors("look for the bucket", self.endpoint, self.bucket_name):
                self._asking.head_bucket(Bucket=self.bucket_name)
        except ObjectNotFoundError:
            return False
        return True

    def _location(self) -> dict[str, dict[str, str]]:
        # AWS refuses the default region by name, and requires every other.
        if self._region == DEFAULT_REGION:
            return {}
        return {"CreateBucketConfiguration": {"LocationConstraint": self._region}}

    def _head(self, key: str) -> Mapping[str, Any]:
        with store_errors(f"look at {key!r}", self._where, key):
            answer: Mapping[str, Any] = self._client.head_object(Bucket=self.bucket_name, Key=key)
        return answer

    def _upload_id(self, key: str) -> str | None:
        found = self._head(key)["Metadata"].get(_UPLOAD_ID)
        return found if isinstance(found, str) else None

    def _refuse_if_taken(self, key: str) -> None:
        try:
            self._head(key)
        except ObjectNotFoundError:
            return
        raise self._taken(key)

    def _send(self, key: str, path: Path, upload_id: str, *, conditional: bool) -> None:
        metadata = {_UPLOAD_ID: upload_id}
        with store_errors(f"store {key!r}", self._where, key):
            try:
                send(self._client, Upload(self.bucket_name, key, path, metadata, conditional))
            except self._client.exceptions.ClientError as error:
                if not (conditional and _is_not_implemented(error.response)):
                    raise
                send(self._client, Upload(self.bucket_name, key, path, metadata, False))

    def _read_back(self, key: str, size: int, upload_id: str, *, overwrite: bool) -> ObjectInfo:
        answer = self._head(key)
        if answer["Metadata"].get(_UPLOAD_ID) != upload_id and not overwrite:
            raise self._taken(key)  # a store without conditional PUT let another writer win
        if answer["ContentLength"] != size and answer["Metadata"].get(_UPLOAD_ID) == upload_id:
            raise StoreError(
                f"The store at {self._where} holds {answer['ContentLength']} bytes under {key!r} "
                f"after {size} were sent."
            )
        return _info(key, answer, answer["ContentLength"])

    def _taken(self, key: str) -> ObjectExistsError:
        return ObjectExistsError(
            f"There already is an object {key!r} in the store at {self._where}."
        )

    def _chunks(self, body: Any, chunk_size: int, doing: str) -> Iterator[bytes]:
        try:
            with store_errors(doing, self._where):
                yield from body.iter_chunks(chunk_size)
        finally:
            body.close()


def _info(key: str, found: Mapping[str, Any], size: int) -> ObjectInfo:
    modified: datetime = found["LastModified"]
    return ObjectInfo(key, size, found["ETag"].strip('"'), modified.astimezone(UTC))


def _is_not_implemented(answer: Mapping[str, Mapping[str, object]]) -> bool:
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status == 501 or answer.get("Error", {}).get("Code") == "NotImplemented"
