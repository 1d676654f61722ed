"""Logs going in."""

from __future__ import annotations

import errno
import shutil
from http import HTTPStatus

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perda._wire import API, StoredLog
from perda.gateway.body import body_chunks, check_announced_size
from perda.gateway.deps import LogKey, ServicesOf
from perda.gateway.digest import format_repr_digest, parse_repr_digest
from perda.gateway.models import Role
from perda.gateway.policy import PolicyRoute, open_to
from perda.gateway.problems import Problem
from perda.gateway.services import Services
from perda.gateway.staging import staged

router = APIRouter(prefix=f"{API}/logs", tags=["logs"], route_class=PolicyRoute)

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BODY = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
}


@router.put("/{key:key}", status_code=HTTPStatus.CREATED, openapi_extra={"requestBody": _BODY})
@open_to(Role.ADMIN, streams=True)
async def upload(
    key: LogKey,
    request: Request,
    response: Response,
    services: ServicesOf,
    overwrite: bool = False,
) -> StoredLog:
    """Store the body under the key; 201 when new, 200 when it was there or was replaced.

    ``Repr-Digest: sha-256=:<base64>:`` is checked when sent. A key that holds other content
    is answered with 409 unless ``overwrite=true``.
    """
    size, sha256 = _announced(request, services)
    await run_in_threadpool(
        services.uploads.check_free, key, size=size, sha256=sha256, overwrite=overwrite
    )
    chunks = body_chunks(request, services.settings.max_upload_bytes)
    try:
        async with staged(services.uploads.staging, chunks) as body:
            if sha256 is not None and sha256 != body.sha256:
                raise _digest_mismatch(body.sha256)
            stored, is_new = await run_in_threadpool(
                services.uploads.take, key, body, overwrite=overwrite
            )
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise _no_space() from error
        raise
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    response.headers["Repr-Digest"] = format_repr_digest(stored.sha256)
    return stored


def _announced(request: Request, services: Services) -> tuple[int | None, str | None]:
    size = check_announced_size(request, services.settings.max_upload_bytes)
    if size is not None and size > shutil.disk_usage(services.uploads.staging).free:
        raise _no_space()
    header = request.headers.get("repr-digest")
    try:
        return size, parse_repr_digest(header) if header is not None else None
    except ValueError:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"Repr-Digest is {header!r}; expected sha-256=:<base64 of 32 bytes>: (RFC 9530).",
        ) from None


def _digest_mismatch(sha256: str) -> Problem:
    return Problem(
        HTTPStatus.BAD_REQUEST,
        f"The body arrived as {format_repr_digest(sha256)}, which is not its Repr-Digest; "
        "nothing was stored, send it again.",
    )


def _no_space() -> Problem:
    return Problem(
        HTTPStatus.INSUFFICIENT_STORAGE,
        "The server's disk has no room for this log; nothing was stored.",
    )
