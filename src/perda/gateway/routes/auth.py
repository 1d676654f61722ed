"""Logging in and out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from perda._wire import API, SESSION_COOKIE, LoginAnswer, LoginRequest
from perda.gateway.deps import Caller, ServicesOf
from perda.gateway.models import Role
from perda.gateway.policy import PUBLIC, PolicyRoute, open_to
from perda.gateway.problems import Problem
from perda.gateway.services import Services
from perda.gateway.sessions import NewSession

router = APIRouter(prefix=f"{API}/auth", tags=["auth"], route_class=PolicyRoute)


@router.post("/login")
@open_to(PUBLIC)
async def login(
    body: LoginRequest, request: Request, response: Response, services: ServicesOf
) -> LoginAnswer:
    """Open a session; the password decides the role. The token comes as a cookie."""
    address = request.client.host if request.client else "unknown"
    lanes = services.lanes
    role = await lanes.passwords.run(_role_or_refuse, body.password, address, services)
    opened = await lanes.sessions.run(services.sessions.open, role)
    _set_cookie(response, opened, secure=request.url.scheme == "https", services=services)
    return LoginAnswer(role=role, expires_at=opened.expires_at)


@router.post("/logout", status_code=HTTPStatus.NO_CONTENT)
@open_to(Role.VIEWER)
def logout(caller: Caller, response: Response, services: ServicesOf) -> None:
    """End the session and its S3 keys; returns when the store refuses them."""
    services.sessions.end(caller)
    services.readers.sync()
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


def _role_or_refuse(password: str, address: str, services: Services) -> Role:
    # Asked here, when it is this try's turn, and not on arrival: many people who log in at
    # the same moment, from one address, must not count as guessing.
    wait_s = services.throttle.wait_before_try(address)
    if wait_s:
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"Too many wrong passwords; try again in {wait_s} s.",
            headers={"Retry-After": str(wait_s)},
        )
    role = services.accounts.role_of(password)
    if role is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "The password is wrong.")
    services.throttle.right_password(address)
    return role


def _set_cookie(
    response: Response, opened: NewSession, *, secure: bool, services: Services
) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        opened.token,
        max_age=int(services.sessions.longest.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
