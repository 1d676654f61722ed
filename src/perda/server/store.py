"""The object store behind the data server: head and download over S3, path-style."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO

from perda._s3_client import make_client
from perda.errors import DownloadError, LogNotFoundError, ServerConnectionError
from perda.server.config import S3Credentials

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

READ_TIMEOUT_S = 30.0
_TRIES = 3
CHUNK_BYTES = 1 << 20
MAX_CLOCK_DIFFERENCE_S = 300.0  # S3 allows 15 minutes; signatures age on the way


@dataclass(frozen=True)
class RemoteLog:
    """A log in the bucket as a HEAD request found it.

    Attributes
    ----------
    key : str
        Key in the bucket.
    size : int
        Bytes.
    etag : str
        The store's version of the content, with its quotes.
    """

    key: str
    size: int
    etag: str


class StoreRefusedError(ServerConnectionError):
    """The store refused the keys: they have ended, or never were allowed to read."""


class StoreUnreachableError(ServerConnectionError):
    """The store does not answer at the address that the data server gave."""


class LogReplacedError(DownloadError):
    """Another log took the key's place between looking at it and reading it."""


class LogStore:
    """One bucket, read with the keys that the data server issued.

    Parameters
    ----------
    credentials : S3Credentials
        As issued.
    read_timeout_s : float, optional
        Seconds to wait for the next bytes.

    Raises
    ------
    ServerConnectionError
        If the credentials name no address that an S3 client can use.
    """

    def __init__(
        self, credentials: S3Credentials, *, read_timeout_s: float = READ_TIMEOUT_S
    ) -> None:
        self.endpoint = credentials.endpoint
        self.bucket_name = credentials.bucket_name
        self._s3 = _make_client(credentials, read_timeout_s)
        weakref.finalize(self, self._s3.close)

    def head(self, key: str) -> RemoteLog:
        """Return what lies under ``key``.

        Raises
        ------
        LogNotFoundError
            If nothing does.
        StoreRefusedError, StoreUnreachableError, ServerConnectionError
            If the store refuses the keys, or fails.
        """
        with self._explained(key):
            answer = self._s3.head_object(Bucket=self.bucket_name, Key=key)
        etag = answer.get("ETag")
        if not etag:
            raise ServerConnectionError(f"The store at {self.endpoint} gives no ETag for {key!r}.")
        return RemoteLog(key=key, size=answer["ContentLength"], etag=etag)

    def read_into(self, log: RemoteLog, file: BinaryIO, progress: Callable[[int], object]) -> str:
        """Write the bytes of exactly this version of a log to ``file``; return their SHA-256.

        Raises
        ------
        LogReplacedError
            If the log has been replaced since ``log`` was looked at.
        DownloadError
            If the connection broke or other bytes came than announced.
        LogNotFoundError, StoreRefusedError, ServerConnectionError
            As :meth:`head`.
        """
        digest, received = sha256(), 0
        with self._explained(log.key):
            answer = self._s3.get_object(Bucket=self.bucket_name, Key=log.key, IfMatch=log.etag)
        # A store that does not know If-Match sends what it has; its headers tell.
        if (answer.get("ETag"), answer["ContentLength"]) != (log.etag, log.size):
            answer["Body"].close()
            raise LogReplacedError(f"The log {log.key!r} was replaced while it was being fetched.")
        for chunk in self._chunks(log.key, answer["Body"]):
            file.write(chunk)
            digest.update(chunk)
            received += len(chunk)
            progress(len(chunk))
        if received != log.size:
            raise DownloadError(f"{log.key!r}: {received} of {log.size} bytes came; nothing kept.")
        return digest.hexdigest()

    def _chunks(self, key: str, body: Any) -> Iterator[bytes]:  # boto3 has no types
        from botocore.exceptions import BotoCoreError, ReadTimeoutError
        from urllib3.exceptions import HTTPError

        try:
            while chunk := body.read(CHUNK_BYTES):
                yield chunk
        except (BotoCoreError, HTTPError) as error:
            why = "nothing came for a while" if isinstance(error, ReadTimeoutError) else str(error)
            raise DownloadError(
                f"The download of {key!r} from {self.endpoint} broke off: {why}; nothing kept."
            ) from error
        finally:
            body.close()

    def probe(self) -> None:
        """List the bucket and look at one log; return if both work, else raise as :meth:`head`."""
        with self._explained(""):
            answer = self._s3.list_objects_v2(Bucket=self.bucket_name, MaxKeys=1)
        for found in answer.get("Contents", ()):
            self.head(found["Key"])

    def close(self) -> None:
        """Close the connections."""
        self._s3.close()

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            raise self._meaning(error, key) from error
        except BotoCoreError as error:
            raise StoreUnreachableError(
                f"Cannot reach the data server's store at {self.endpoint}: {error}. "
                "'perda doctor' says more."
            ) from error

    def _meaning(self, error: ClientError, key: str) -> ServerConnectionError:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response.get("Error", {}).get("Code", "")
        if status == 404:
            what = f"the bucket {self.bucket_name!r}" if code == "NoSuchBucket" else f"{key!r}"
            return LogNotFoundError(f"The store has no {what}; 'perda ls' lists the logs.", 404)
        if status in {401, 403}:
            return StoreRefusedError(self._refusal(error, code))
        if status == 412:
            return LogReplacedError(f"The log {key!r} was replaced while it was being fetched.")
        return ServerConnectionError(f"The store at {self.endpoint} answered {status} ({code}).")

    def _refusal(self, error: ClientError, code: str) -> str:
        said = f"The store at {self.endpoint} refused the keys that the data server gave ({code})"
        difference_s = _clock_difference_s(error)
        if difference_s is not None and abs(difference_s) > MAX_CLOCK_DIFFERENCE_S:
            return (
                f"{said}: this machine's clock is {difference_s:+.0f} s off the store's. "
                "Set the clock."
            )
        return f"{said}. Log in again; if that does not help, tell the server's admin."


def _make_client(credentials: S3Credentials, read_timeout_s: float) -> Any:  # boto3 has no types
    from botocore.exceptions import BotoCoreError

    try:
        return make_client(
            credentials.endpoint,
            credentials.access_key,
            credentials.secret_key,
            credentials.region,
            tries=_TRIES,
            timeout_s=read_timeout_s,
        )
    except (BotoCoreError, ValueError) as error:
        raise ServerConnectionError(
            f"The data server's store {credentials.endpoint!r} cannot be used: {error}."
        ) from error


def _clock_difference_s(error: ClientError) -> float | None:
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    return (datetime.now(UTC) - theirs).total_seconds()
