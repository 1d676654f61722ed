"""HTTP to one data server: addresses, timeouts, retries, and answers turned into errors.

Everything the client says to the server goes through :class:`Transport`; a test swaps the
network by handing it another ``httpx.BaseTransport``.
"""

from __future__ import annotations

import json
import logging
import time
import weakref
from collections.abc import Callable, Iterator
from typing import TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from perda._addresses import is_loopback
from perda._keys import check_key
from perda._wire import API
from perda.errors import ServerConnectionError
from perda.server.address import normalise_url
from perda.server.answers import parse_answer, raise_for_answer, retry_after_s

logger = logging.getLogger(__name__)

T = TypeVar("T")

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0
BACKOFF_S = (0.2, 0.8)  # waits before the second and the third try
MAX_RETRY_AFTER_S = 10.0  # a server asking for more gets an error shown instead
_BUSY = frozenset({502, 503, 504})


class Transport:
    """Calls of one data server.

    Parameters
    ----------
    url : str
        Address of the server; see :func:`perda.server.address.normalise_url`.
    cookies : dict of str to str, optional
        Session cookies kept from an earlier login.
    network : httpx.BaseTransport, optional
        Replaces the real network.
    timeout_s : float, optional
        Seconds to wait for the next bytes of an answer.
    sleep : callable, optional
        Waits between tries.

    Raises
    ------
    SettingsError
        If ``url`` is not an address of a server.
    """

    def __init__(
        self,
        url: str,
        cookies: dict[str, str] | None = None,
        *,
        network: httpx.BaseTransport | None = None,
        timeout_s: float = READ_TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = normalise_url(url)
        self._sleep = sleep
        self._http = httpx.Client(
            cookies=cookies,
            transport=network,
            # A redirect is never followed: neither cookie nor password goes to another address.
            follow_redirects=False,
            # A proxy of the surroundings cannot reach this machine's own loopback address.
            trust_env=not is_loopback(self.base_url),
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S)),
        )

        # Nobody has to close a client in a notebook: its connections end with it.
        weakref.finalize(self, self._http.close)

    def __repr__(self) -> str:
        return f"Transport({self.base_url!r})"

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies that the server has set."""
        return {cookie.name: cookie.value or "" for cookie in self._http.cookies.jar}

    @cookies.setter
    def cookies(self, cookies: dict[str, str]) -> None:
        self._http.cookies.clear()
        self._http.cookies.update(cookies)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        answer: TypeAdapter[T],
        body: object = None,
        key: str | None = None,
    ) -> T:
        """Send one call that is safe to send again, and return its checked answer.

        Parameters
        ----------
        method, path : str
            Of HTTP; ``path`` stands below ``/api/v1`` and is already percent-encoded.
        answer : TypeAdapter
            What the answer must be.
        body : object, optional
            Sent as JSON.
        key : str, optional
            The key that the call is about; it decides what 404 and 409 mean.

        Raises
        ------
        ServerConnectionError
            Unreachable, too slow, or an answer that makes no sense.
        NotLoggedInError, LogNotFoundError, LogExistsError, ServerAnswerError
            For answers that are not a success; see :func:`raise_for_answer`.
        """
        response = self.send(method, path, body=body)
        raise_for_answer(response, key)
        return parse_answer(response, answer)

    def send(self, method: str, path: str, *, body: object = None) -> httpx.Response:
        """Send one call that is safe to send again; return the answer, whatever its status."""
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        waits_s = iter(BACKOFF_S)
        while True:
            wait_s = next(waits_s, None)
            try:
                response = self._send_once(method, path, content, headers)
            except httpx.RequestError as error:
                if wait_s is None or not _is_passing(error):
                    raise self.explain(error, method, path) from error
                logger.info("%s; trying again in %.1f s", error, wait_s)
            else:
                wait_s = _pause(response, wait_s)
                if wait_s is None:
                    return response
            self._sleep(wait_s)

    def upload(
        self,
        path: str,
        chunks: Iterator[bytes],
        headers: dict[str, str],
        *,
        params: dict[str, str],
        timeout_s: float,
    ) -> httpx.Response:
        """PUT a streamed body, once: after a part of it went out, trying again is the caller's."""
        timeout = httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S, write=READ_TIMEOUT_S)
        try:
            return self._send_once("PUT", path, chunks, headers, params=params, timeout=timeout)
        except httpx.RequestError as error:
            raise self.explain(error, "PUT", path) from error

    def _send_once(
        self,
        method: str,
        path: str,
        content: bytes | Iterator[bytes] | None,
        headers: dict[str, str],
        *,
        params: dict[str, str] | None = None,
        timeout: httpx.Timeout | None = None,
    ) -> httpx.Response:
        request = self._http.build_request(
            method,
            f"{self.base_url}{API}{path}",
            content=content,
            headers={"Accept": "application/json", **headers},
            params=params,
            timeout=timeout or self._http.timeout,
        )
        return self._http.send(request)

    def explain(self, error: httpx.RequestError, method: str, path: str) -> ServerConnectionError:
        """Return the error that tells a person what a failed call means."""
        if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
            return ServerConnectionError(
                f"Cannot reach the server at {self.base_url}: {_reason(error)}. "
                "Is the address right, and is the server running?"
            )
        if isinstance(error, httpx.TimeoutException):
            return ServerConnectionError(
                f"The server at {self.base_url} did not answer {method} {API}{path} in time."
            )
        return ServerConnectionError(
            f"The server at {self.base_url} broke off {method} {API}{path}: {_reason(error)}."
        )


def key_path(resource: str, key: str) -> str:
    """Return the path of what belongs to a key, which stands percent-encoded at its end.

    Raises
    ------
    InvalidKeyError
        If no bucket may hold such a key, so that it is never sent.
    """
    return f"/{resource}/{quote(check_key(key), safe='/')}"


def _pause(response: httpx.Response, wait_s: float | None) -> float | None:
    """Return how long to wait before asking again, or None to take this answer."""
    if wait_s is None or response.status_code not in _BUSY:
        return None
    asked_s = retry_after_s(response)
    if asked_s is None:
        return wait_s
    return asked_s if asked_s <= MAX_RETRY_AFTER_S else None


def _is_passing(error: httpx.RequestError) -> bool:
    """Say whether the same call may succeed a moment later (a timeout has waited enough)."""
    return isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
