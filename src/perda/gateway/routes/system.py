"""The server about itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

import perda
from perda._wire import API, HealthAnswer, VersionAnswer
from perda.errors import StoreError
from perda.gateway.deps import ServicesOf
from perda.gateway.models import Role
from perda.gateway.policy import PUBLIC, PolicyRoute, open_to

router = APIRouter(prefix=API, tags=["system"], route_class=PolicyRoute)

CAPABILITIES = ["upload", "metadata-write", "logout", "bearer"]

_log = logging.getLogger(__name__)


@router.get("/version")
@open_to(Role.VIEWER)
def version() -> VersionAnswer:
    """Return the server's version and what it can do beside the contract."""
    return VersionAnswer(version=perda.__version__, capabilities=CAPABILITIES)


@router.get("/health")
@open_to(PUBLIC)
async def health(response: Response, services: ServicesOf) -> HealthAnswer:
    """Say whether database and store answer; 503 when one does not."""
    lane = services.lanes.health
    database = await lane.run(_answer, services.database.ping)
    store = await lane.run(_answer, services.store.ping)
    healthy = database == store == "ok"
    response.status_code = HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE
    return HealthAnswer(status="ok" if healthy else "failing", database=database, store=store)


@router.get("/openapi.json", include_in_schema=False)
@open_to(Role.VIEWER)
def openapi(request: Request) -> dict[str, Any]:  # Any: a JSON document
    """Describe all calls, as an OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    return document


def _answer(ping: Callable[[], None]) -> str:
    try:
        ping()
    except (SQLAlchemyError, StoreError) as error:
        _log.warning("health: %s", error)
        return "failing"
    return "ok"
