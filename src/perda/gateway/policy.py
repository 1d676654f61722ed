"""Deny by default: a route says who may call it, or the application is not built."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from perda.gateway.auth import admit, check_origin
from perda.gateway.body import limited
from perda.gateway.models import Role
from perda.gateway.problems import Problem

PUBLIC = None
"""The policy of a call that needs no session."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Handler = Callable[[Request], Coroutine[Any, Any, Response]]  # FastAPI's own type

_ATTRIBUTE = "__perda_policy__"


class UndeclaredPolicyError(TypeError):
    """A route was added without saying who may call it."""


def open_to(role: Role | None, *, streams: bool = False) -> Callable[[Endpoint], Endpoint]:
    """Declare who may call an endpoint; goes between the route's decorator and the function.

    Parameters
    ----------
    role : Role or None
        The least role, or :data:`PUBLIC`.
    streams : bool
        The endpoint reads the body itself and sets its own limits.
    """

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ATTRIBUTE, (role, streams))
        return endpoint

    return declare


class PolicyRoute(APIRoute):
    """A route that checks its policy before FastAPI reads the body."""

    # Any: passes on whatever FastAPI's own routes take.
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not hasattr(endpoint, _ATTRIBUTE):
            name = getattr(endpoint, "__qualname__", repr(endpoint))
            raise UndeclaredPolicyError(f"{path} ({name}) has no policy; add @open_to(...).")
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler behind the check (FastAPI calls this once per route)."""
        handle = super().get_route_handler()
        role, streams = getattr(self.endpoint, _ATTRIBUTE)

        async def checked(request: Request) -> Response:
            if role is PUBLIC:
                check_origin(request)
            else:
                request.state.principal = await admit(request, role)
            try:
                response = await handle(request if streams else limited(request))
            except asyncio.CancelledError:
                raise _stopping() from None
            # What needs a session is nobody else's, neither a proxy's nor a browser's history.
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return checked


def _stopping() -> Problem:
    # uvicorn cancels a call only when the server stops and the call has had its grace.
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The server is stopping and did not finish this call; send it again in a minute.",
        headers={"Retry-After": "60"},
    )
