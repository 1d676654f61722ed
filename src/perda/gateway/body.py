"""Reading request bodies within limits of size and time; uvicorn itself waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from perda.gateway.problems import Problem

MAX_JSON_BYTES = 1 << 20
JSON_DEADLINE_S = 20.0
CHUNK_DEADLINE_S = 30.0


def limited(request: Request) -> Request:
    """Return the same request with a body of at most 1 MiB that must arrive within 20 s."""
    receive = request.receive
    deadline = asyncio.get_running_loop().time() + JSON_DEADLINE_S
    received = 0

    async def limited_receive() -> Message:
        nonlocal received
        check_announced_size(request, MAX_JSON_BYTES)
        message = await _before(deadline, receive())
        received += len(message.get("body", b""))
        if received > MAX_JSON_BYTES:
            raise _too_large(MAX_JSON_BYTES)
        return message

    return Request(request.scope, limited_receive)


async def body_chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    """Yield the body as it arrives; at most ``limit`` bytes, never 30 s without any.

    Raises
    ------
    Problem
        413 when it is too large, 408 when it stops arriving.
    ClientDisconnect
        If the client leaves before the end.
    """
    received = 0
    while True:
        deadline = asyncio.get_running_loop().time() + CHUNK_DEADLINE_S
        message = await _before(deadline, request.receive())
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        received += len(chunk)
        if received > limit:
            raise _too_large(limit)
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


def check_announced_size(request: Request, limit: int) -> int | None:
    """Return Content-Length, or None without one; 413 at once if it is above ``limit``."""
    text = request.headers.get("content-length")
    if text is None:
        return None
    size = int(text)  # the HTTP parser has refused anything but digits
    if size > limit:
        raise _too_large(limit)
    return size


async def _before(deadline: float, receiving: Awaitable[Message]) -> Message:
    try:
        async with asyncio.timeout_at(deadline):
            return await receiving
    except TimeoutError:
        raise Problem(
            HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive in time; try again."
        ) from None


def _too_large(limit: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is too large; at most {limit:,} bytes."
    )
