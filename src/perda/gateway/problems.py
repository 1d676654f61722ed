"""Errors as the protocol shows them: problem documents, RFC 9457.

A detail says what happened and what to do; what goes wrong inside is logged under an id and
never shown.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from perda.errors import (
    InvalidKeyError,
    ObjectExistsError,
    ObjectNotFoundError,
    StoreError,
    StoreUnavailableError,
)

_log = logging.getLogger(__name__)


class Problem(HTTPException):
    """An answer that is not a success; raised anywhere, shown as a problem document.

    It is starlette's exception, because FastAPI turns any other that is raised while it
    reads a body into a 400.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        kind: str = "about:blank",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(int(status), detail, headers)
        self.kind = kind


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error a problem document (but :func:`on_http_error`, which the app adds)."""
    app.exception_handler(RequestValidationError)(_on_invalid_request)
    app.exception_handler(InvalidKeyError)(_on_invalid_key)
    app.exception_handler(StoreError)(_on_store_error)
    app.exception_handler(OperationalError)(_on_database_error)
    app.exception_handler(ClientDisconnect)(_on_disconnect)
    app.exception_handler(Exception)(_on_crash)


def problem_response(
    status: int,
    detail: str,
    *,
    kind: str = "about:blank",
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    """Return a problem document; ``more`` are members beside the standard ones."""
    document = {
        "type": kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    # ASCII: a detail may quote a lone surrogate that came in a request.
    body = json.dumps(document, ensure_ascii=True, allow_nan=False).encode()
    all_headers = {**(headers or {}), "Cache-Control": "no-store"}
    return Response(body, status, all_headers, media_type="application/problem+json")


def on_http_error(request: Request, error: HTTPException) -> Response:
    """Show a :class:`Problem`, or an error of the framework such as an unknown path."""
    kind = error.kind if isinstance(error, Problem) else "about:blank"
    detail = error.detail if isinstance(error, Problem) else _routing_detail(request, error)
    return problem_response(error.status_code, detail, kind=kind, headers=error.headers)


def _routing_detail(request: Request, error: HTTPException) -> str:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return f"There is nothing at {request.url.path}; the calls are listed in docs/http.md."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "another method")
        return f"{request.url.path} does not take {request.method}; use {allowed}."
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return "The body could not be read as JSON."
    return str(error.detail)


def _on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    of_body = any(item["loc"][:1] == ("body",) for item in error.errors())
    if of_body and "json" not in request.headers.get("content-type", ""):
        detail = "Send the body as JSON with the header Content-Type: application/json."
        return problem_response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    errors = [_plain_error(item["loc"], item["msg"]) for item in error.errors()]
    detail = "; ".join(f"{item['field']}: {item['message']}" for item in errors[:5])
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def _plain_error(where: tuple[str | int, ...], message: str) -> dict[str, str]:
    # What was sent is not repeated: it may be a password, a NaN or megabytes.
    field = ".".join(str(part) for part in where if part != "body") or "body"
    return {"field": field, "message": message}


def _on_invalid_key(_: Request, error: InvalidKeyError) -> Response:
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


def _on_store_error(request: Request, error: StoreError) -> Response:
    if isinstance(error, ObjectNotFoundError):
        return problem_response(HTTPStatus.NOT_FOUND, str(error))
    if isinstance(error, ObjectExistsError):
        return problem_response(HTTPStatus.CONFLICT, str(error))
    _log.error("%s %s: %s", request.method, request.url.path, error)
    if isinstance(error, StoreUnavailableError):
        detail = "The object store does not answer just now; try again in a few seconds."
        headers = {"Retry-After": "3"}
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers)
    detail = "The object store failed; the server's log says how."
    return problem_response(HTTPStatus.BAD_GATEWAY, detail)


def _on_database_error(request: Request, error: OperationalError) -> Response:
    said = str(error.orig)
    if "full" in said:
        _log.error("%s %s: %s", request.method, request.url.path, said)
        detail = "The server's disk is full; ask the server's admin to make room."
        return problem_response(HTTPStatus.INSUFFICIENT_STORAGE, detail)
    if "locked" in said:
        _log.error("%s %s: %s", request.method, request.url.path, said)
        detail = "The server's database is busy; try again in a few seconds."
        headers = {"Retry-After": "3"}
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers)
    return _on_crash(request, error)


def _on_disconnect(request: Request, _: ClientDisconnect) -> Response:
    _log.info("%s %s: the client left", request.method, request.url.path)
    return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it


def _on_crash(request: Request, error: Exception) -> Response:
    incident = secrets.token_hex(8)
    _log.error("%s %s failed (%s)", request.method, request.url.path, incident, exc_info=error)
    detail = f"The server failed; its log says how, under the id {incident}."
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail, id=incident)
