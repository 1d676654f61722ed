"""Logs going in."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perda._digest import format_repr_digest, parse_repr_digest
from perda._wire import API, StoredLog
from perda.errors import ObjectExistsError, StoreError
from perda.gateway.body import body_chunks, check_announced_size
from perda.gateway.deps import LogKey, ServicesOf
from perda.gateway.models import Role
from perda.gateway.policy import PolicyRoute, open_to
from perda.gateway.problems import Problem
from perda.gateway.room import copies_on_disk, is_short_for_store, no_room, require_room
from perda.gateway.services import Services
from perda.gateway.staging import Staged, staged

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
    uploads, lanes = services.uploads, services.lanes
    with _no_space_is_507(services):
        size, sha256 = _announced(request, services)
        await run_in_threadpool(
            uploads.check_free, key, size=size, sha256=sha256, overwrite=overwrite
        )
        chunks = body_chunks(request, services.settings.max_upload_bytes)
        async with staged(uploads.staging, chunks, lanes.receiving) as body:
            _check_arrived(body, sha256, services)
            stored, is_new = await lanes.storing.run(uploads.take, key, body, overwrite=overwrite)
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    response.headers["Repr-Digest"] = format_repr_digest(stored.sha256)
    return stored


def _announced(request: Request, services: Services) -> tuple[int | None, str | None]:
    """Return size and SHA-256 as the headers give them, if they do."""
    _refuse_partial_or_encoded(request)
    size = check_announced_size(request, services.settings.max_upload_bytes)
    staging, data_dir = services.uploads.staging, services.settings.data_dir
    require_room(staging, size or 0)
    require_room(data_dir, copies_on_disk(staging, data_dir) * (size or 0))
    header = request.headers.get("repr-digest")
    try:
        return size, parse_repr_digest(header) if header is not None else None
    except ValueError:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"Repr-Digest is {header!r}; expected sha-256=:<base64 of 32 bytes>: (RFC 9530).",
        ) from None


def _refuse_partial_or_encoded(request: Request) -> None:
    # Taken for a whole log, such a body would be a damaged one (RFC 9110, 8.4 and 14.5).
    if "content-range" in request.headers:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "A log is uploaded whole: send it without Content-Range."
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "A log is stored as it comes: send it without Content-Encoding.",
        )


def _check_arrived(body: Staged, sha256: str | None, services: Services) -> None:
    if sha256 is not None and sha256 != body.sha256:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"The body arrived as {format_repr_digest(body.sha256)}, which is not its "
            "Repr-Digest; nothing was stored, send it again.",
        )
    require_room(services.settings.data_dir, body.size)


@contextmanager
def _no_space_is_507(services: Services) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise no_room(services.uploads.staging) from error
        raise
    except ObjectExistsError:
        raise
    except StoreError as error:
        # The store only says that it failed.
        if is_short_for_store(services.settings.data_dir):
            raise no_room(services.settings.data_dir) from error
        raise
