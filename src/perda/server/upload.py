"""Uploads: digest first, then exactly the bytes that were digested."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from perda._digest import format_repr_digest
from perda._wire import StoredLog
from perda.errors import LocalFileError, ServerAnswerError
from perda.server.answers import parse_answer, raise_for_answer, reason_of
from perda.server.progress import ProgressFactory
from perda.server.transport import Transport, key_path

CHUNK_BYTES = 1 << 20
# The server answers only when the log is durable in its store and has been read back. A quiet
# one does 20 MB in a second; one that is slow, or has other uploads to do first, less than 1.
_ANSWER_TIMEOUT_S = 900.0
_SLOWEST_BYTES_PER_S = 1e6
_LONGEST_ANSWER_TIMEOUT_S = 6 * 3600.0

# What a server that offers the contract only says to an upload.
_NO_SUCH_CALL = frozenset({404, 405, 501})
_STORED = TypeAdapter(StoredLog)


@dataclass(frozen=True)
class LocalLog:
    """A file as it was when it was digested.

    Attributes
    ----------
    path : Path
        Where it lies.
    size : int
        Bytes.
    sha256 : str
        Hexadecimal.
    """

    path: Path
    size: int
    sha256: str

    @property
    def headers(self) -> dict[str, str]:
        """Length and digest (RFC 9530) for the request that carries the file."""
        return {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(self.size),
            "Repr-Digest": format_repr_digest(self.sha256),
        }

    def chunks(self, progress: Callable[[int], object]) -> Iterator[bytes]:
        """Yield the file's bytes, as many as were digested.

        Raises
        ------
        LocalFileError
            If the file became shorter or cannot be read. (One that was changed otherwise
            fails the server's comparison with the digest.)
        """
        left = self.size
        try:
            with self.path.open("rb") as file:
                while left and (chunk := file.read(min(CHUNK_BYTES, left))):
                    left -= len(chunk)
                    yield chunk
                    progress(len(chunk))
        except OSError as error:
            raise LocalFileError(f"Cannot read {self.path}: {error.strerror}.") from error
        if left:
            raise LocalFileError(f"{self.path} became shorter while it was being uploaded.")


def answer_timeout_s(size: int) -> float:
    """Return how long to wait for the answer to an upload of ``size`` bytes."""
    return min(_ANSWER_TIMEOUT_S + size / _SLOWEST_BYTES_PER_S, _LONGEST_ANSWER_TIMEOUT_S)


def digest_file(path: Path) -> LocalLog:
    """Return size and SHA-256 of a file.

    Raises
    ------
    LocalFileError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return LocalLog(path=path, size=file.tell(), sha256=digest.hexdigest())
    except OSError as error:
        raise LocalFileError(f"Cannot read {path}: {error.strerror}.") from error


def send_log(
    transport: Transport, log: LocalLog, key: str, overwrite: bool, progress: ProgressFactory
) -> StoredLog:
    """PUT a file under ``key`` and check that the server stored exactly these bytes.

    Raises
    ------
    LogExistsError
        If the key is taken and ``overwrite`` is false.
    ServerConnectionError
        If the server cannot be reached, refuses, or stored something else.
    LocalFileError
        If the file cannot be read or became shorter.
    """
    with closing(progress(log.size, "B", log.path.name)) as bar:
        response = transport.upload(
            key_path("logs", key),
            log.chunks(bar.update),
            log.headers,
            params={"overwrite": "true"} if overwrite else {},
            timeout_s=answer_timeout_s(log.size),
        )
    if response.status_code in _NO_SUCH_CALL:
        raise ServerAnswerError(
            f"The server at {transport.base_url} takes no uploads "
            f"({response.status_code}: {reason_of(response)}).",
            response.status_code,
        )
    raise_for_answer(response, key)
    stored = parse_answer(response, _STORED)
    if (stored.size, stored.sha256.lower()) != (log.size, log.sha256):
        raise ServerAnswerError(
            f"The server stored other bytes under {key!r} than {log.path} holds "
            f"(SHA-256 {stored.sha256}, expected {log.sha256}). Push it again with overwriting.",
            response.status_code,
        )
    return stored
