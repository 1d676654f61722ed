"""The application: all routes, each with its policy, over a set of services."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

import perda
from perda._wire import API
from perda.gateway.auth import admit
from perda.gateway.models import Role
from perda.gateway.policy import PolicyRoute, UndeclaredPolicyError
from perda.gateway.problems import Problem, add_problem_handlers, on_http_error
from perda.gateway.routes import auth, logs, metadata, s3, system
from perda.gateway.services import Services

ROUTERS = (auth.router, s3.router, metadata.router, logs.router, system.router)


def create_app(services: Services, routers: Iterable[APIRouter] = ROUTERS) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    services : Services
        What the routes work with.
    routers : iterable of APIRouter, optional
        The calls to offer.

    Raises
    ------
    UndeclaredPolicyError
        If a route does not say who may call it.
    """
    app = FastAPI(
        title="perda data server",
        version=perda.__version__,
        openapi_url=None,  # offered as a route of our own, behind a session
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in routers:
        _check_policies(router)
        app.include_router(router)
    app.state.services = services
    add_problem_handlers(app)
    app.exception_handler(HTTPException)(_on_http_error)
    return app


def _check_policies(router: APIRouter) -> None:
    for route in router.routes:
        if not isinstance(route, PolicyRoute):
            raise UndeclaredPolicyError(f"{route!r} is no PolicyRoute, so it has no policy.")


async def _on_http_error(request: Request, error: HTTPException) -> Response:
    # What does not exist is denied like everything else: without a session it is a 401.
    if _is_unknown_call(request, error):
        try:
            await admit(request, Role.VIEWER)
        except Problem as refused:
            error = refused
    return on_http_error(request, error)


def _is_unknown_call(request: Request, error: HTTPException) -> bool:
    return (
        not isinstance(error, Problem)
        and error.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
        and request.url.path.startswith(API)
    )
