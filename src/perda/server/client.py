"""The client of a data server: log in, list, download, open, upload."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import httpx
from pydantic import TypeAdapter

from perda._keys import check_key, check_prefix
from perda._wire import (
    HealthAnswer,
    ListedEntry,
    LogMetadata,
    MetadataUpdate,
    StoredLog,
    VersionAnswer,
)
from perda.errors import (
    LogExistsError,
    ServerAnswerError,
    ServerConnectionError,
)
from perda.server.answers import parse_answer, raise_for_answer
from perda.server.cache import LogCache
from perda.server.config import LogEntry, SessionState
from perda.server.downloads import Downloads
from perda.server.listing import format_listing, join_metadata
from perda.server.login import check_login
from perda.server.metadata import checked_metadata, put_metadata
from perda.server.progress import ProgressFactory, choose_progress
from perda.server.transport import READ_TIMEOUT_S, Transport, key_path
from perda.server.upload import digest_file, send_log

if TYPE_CHECKING:
    from perda.analyzer import Analyzer

_ENTRIES = TypeAdapter(list[ListedEntry])
_PAGE = TypeAdapter(list[LogMetadata])
_METADATA = TypeAdapter(LogMetadata)
_VERSION = TypeAdapter(VersionAnswer)
_HEALTH = TypeAdapter(HealthAnswer)


class ServerClient:
    """One session with one data server.

    Parameters
    ----------
    url : str
        Address of the server, for example ``http://127.0.0.1:8000``.
    cache_dir : path, optional
        Where downloaded logs are kept (``~`` is expanded, created if missing). None: nothing
        is kept; :meth:`load` uses a temporary file that is always removed.
    progress : bool or callable, optional
        Whether transfers show a bar; see :func:`perda.server.progress.choose_progress`.
    timeout_s : float, optional
        Seconds to wait for the next bytes of an answer.
    network : httpx.BaseTransport, optional
        Replaces the network to the data server.

    Raises
    ------
    SettingsError
        If ``url`` is not an address of a server.
    LocalFileError
        If ``cache_dir`` cannot be made or written.

    Notes
    -----
    Every method may raise :class:`~perda.errors.ServerConnectionError` (a builtin
    ``ConnectionError``) when the server cannot be reached or answers with an error, and
    :class:`~perda.errors.NotLoggedInError` when there is no session or it has ended.

    Examples
    --------
    >>> client = ServerClient("http://127.0.0.1:8000")  # doctest: +SKIP
    >>> client.login("password")  # doctest: +SKIP
    >>> client.load("REV 11/2026-04-01/test.csv").plot("ams.pack.voltage")  # doctest: +SKIP
    """

    def __init__(
        self,
        url: str,
        cache_dir: str | os.PathLike[str] | None = None,
        *,
        progress: bool | ProgressFactory = True,
        timeout_s: float = READ_TIMEOUT_S,
        network: httpx.BaseTransport | None = None,
    ) -> None:
        self._transport = Transport(url, network=network, timeout_s=timeout_s)
        self._progress = choose_progress(progress)
        self._downloads = Downloads(
            self._transport,
            None if cache_dir is None else LogCache(cache_dir),
            self._progress,
            timeout_s=timeout_s,
        )

    @classmethod
    def from_session(
        cls,
        state: SessionState,
        cache_dir: str | os.PathLike[str] | None = None,
        *,
        progress: bool | ProgressFactory = True,
    ) -> Self:
        """Return a client that goes on with a session; see :meth:`session_state`."""
        client = cls(state.url, cache_dir, progress=progress)
        client._transport.cookies = state.cookies
        return client

    def __repr__(self) -> str:
        return f"ServerClient({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Address of the server."""
        return self._transport.base_url

    def close(self) -> None:
        """Close all connections; the session on the server goes on."""
        self._downloads.forget_store()
        self._transport.close()

    def login(self, password: str) -> None:
        """Open a session.

        Raises
        ------
        LoginRefusedError
            If the password is wrong or the server wants no more tries for a while.
        """
        kept, self._transport.cookies = self._transport.cookies, {}
        try:
            check_login(self._transport.send("POST", "/auth/login", body={"password": password}))
        except ServerConnectionError:
            self._transport.cookies = kept
            raise
        self._downloads.forget_store()

    def logout(self) -> None:
        """End the session, on the server too where it offers that."""
        try:
            self._transport.send("POST", "/auth/logout", body={})
        finally:
            self._transport.cookies = {}
            self._downloads.forget_store()

    def session_state(self) -> SessionState:
        """Return what another process needs to go on with this session."""
        return SessionState(url=self.url, cookies=self._transport.cookies)

    def list_logs(self, prefix: str = "") -> list[LogEntry]:
        """Return the direct children of a folder, folders first, with their metadata.

        Parameters
        ----------
        prefix : str, optional
            The folder, with or without its last ``/``; ``""`` is the root.

        Raises
        ------
        InvalidKeyError
            If no bucket may hold such a prefix; nothing is sent.
        """
        folder = check_prefix(prefix)
        listed = self._list(folder)
        page = self._transport.call("POST", "/metadata/page", body={"path": folder}, answer=_PAGE)
        return join_metadata(listed, page)

    def print_logs(self, prefix: str = "") -> None:
        """Print the direct children of a folder, one block each, and how many there are."""
        print(format_listing(prefix, self.list_logs(prefix)))  # noqa: T201 - what it is for

    def get_metadata(self, key: str) -> LogMetadata:
        """Return what people wrote about a log; LogNotFoundError if the server has nothing."""
        return self._transport.call("GET", key_path("metadata", key), answer=_METADATA, key=key)

    def version(self) -> VersionAnswer | None:
        """Return version and capabilities; None from a server that offers the contract only."""
        try:
            return self._transport.call("GET", "/version", answer=_VERSION)
        except ServerAnswerError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return None
            raise

    def health(self) -> HealthAnswer:
        """Return how the server and its parts are, also when one of them is not well."""
        response = self._transport.send("GET", "/health")
        if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            raise_for_answer(response)
        return parse_answer(response, _HEALTH)

    def check_store(self) -> str:
        """Read from the store as a download would; return its address."""
        return self._downloads.probe()

    def load(
        self,
        log_key: str,
        ts_offset: int = 0,
        parsing_errors_limit: int = 100,
        *,
        verbose: int = 1,
    ) -> Analyzer:
        """Download a log, or take it from the cache if that is current, and open it.

        Parameters
        ----------
        log_key : str
            Key of the log, for example ``"REV 11/2026-04-01/test.csv"``.
        ts_offset, parsing_errors_limit, verbose : int, optional
            As for :class:`~perda.analyzer.Analyzer`.

        Raises
        ------
        InvalidKeyError
            If no bucket may hold such a key; nothing is sent.
        LogNotFoundError
            If the server has no such log.
        DownloadError
            If the bytes did not arrive whole; nothing is kept.
        LogFormatError, TooManyParsingErrorsError
            If the file is no log, or has too many bad lines.
        """
        from perda.analyzer import Analyzer

        with self._downloads.local_copy(check_key(log_key)) as path:
            return Analyzer(
                path,
                ts_offset=ts_offset,
                parsing_errors_limit=parsing_errors_limit,
                verbose=verbose,
                # A columnar copy of a file that is gone in a moment would help nobody.
                cache=None if self._downloads.kept else False,
            )

    def download(
        self, log_key: str, path: str | os.PathLike[str], *, overwrite: bool = False
    ) -> Path:
        """Download a log to a file, whole or not at all; the cache is left out.

        Raises
        ------
        LocalFileError
            If the file exists and ``overwrite`` is false, or cannot be written.
        InvalidKeyError, LogNotFoundError, DownloadError
            As :meth:`load`.
        """
        return self._downloads.to_file(check_key(log_key), Path(path), overwrite=overwrite)

    def upload(
        self,
        path: str | os.PathLike[str],
        key: str,
        overwrite: bool = False,
        *,
        title: str = "",
        description: str = "",
        tags: Sequence[str] = (),
        string_metadata: Mapping[str, str] | None = None,
        numeric_metadata: Mapping[str, float] | None = None,
    ) -> StoredLog:
        """Upload a file, and then what is to be said about it, if anything.

        Parameters
        ----------
        path : path
            The file.
        key : str
            Where it is to lie.
        overwrite : bool, optional
            Whether another log under that key may be replaced.
        title, description, tags, string_metadata, numeric_metadata
            As :meth:`set_metadata`; with none of them, existing metadata stays.

        Raises
        ------
        LogExistsError
            If the key is taken and ``overwrite`` is false.
        InvalidKeyError, InvalidMetadataError, LocalFileError
            Before anything is sent.
        """
        check_key(key)
        metadata = checked_metadata(title, description, tags, string_metadata, numeric_metadata)
        log = digest_file(Path(path))
        self._check_place(key, log.size, overwrite=overwrite)
        stored = send_log(self._transport, log, key, overwrite, self._progress)
        if metadata != MetadataUpdate():
            self._describe_stored(key, metadata)
        return stored

    def set_metadata(
        self,
        key: str,
        *,
        title: str = "",
        description: str = "",
        tags: Sequence[str] = (),
        string_metadata: Mapping[str, str] | None = None,
        numeric_metadata: Mapping[str, float] | None = None,
    ) -> None:
        """Write what is known about a log, replacing all that was written before.

        Raises
        ------
        InvalidMetadataError
            If a text is too long, a name empty or a number not finite; nothing is sent.
        LogNotFoundError
            If the server has no such log.
        """
        metadata = checked_metadata(title, description, tags, string_metadata, numeric_metadata)
        put_metadata(self._transport, key, metadata)

    def _list(self, folder: str) -> list[ListedEntry]:
        return self._transport.call("POST", "/s3/list", body={"prefix": folder}, answer=_ENTRIES)

    def _check_place(self, key: str, size: int, *, overwrite: bool) -> None:
        """Say no before a long upload is sent for nothing: no session, or the key is taken."""
        parent = "".join(key.rpartition("/")[:2])
        there = next((entry for entry in self._list(parent) if entry.key == key), None)
        # The same size may be the same log again, which the server is to judge.
        if there is not None and there.size != size and not overwrite:
            raise LogExistsError(
                f"{key!r} is taken by a log of {there.size} bytes, and stays as it is.",
                httpx.codes.CONFLICT,
            )

    def _describe_stored(self, key: str, metadata: MetadataUpdate) -> None:
        try:
            put_metadata(self._transport, key, metadata)
        except ServerConnectionError as error:
            status = error.status if isinstance(error, ServerAnswerError) else 0
            raise ServerAnswerError(
                f"The log {key!r} is stored, but not its title, tags and metadata: {error}", status
            ) from error
