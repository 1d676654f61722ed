"""Who is calling, and may they: decided from the headers alone, before any body is read."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request

from perda._wire import SESSION_COOKIE
from perda.gateway.models import Role
from perda.gateway.problems import Problem
from perda.gateway.services import services_of
from perda.gateway.sessions import Principal

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


async def admit(request: Request, role: Role) -> Principal:
    """Return who is calling if they hold at least ``role``.

    Raises
    ------
    Problem
        401 without a valid session, 403 when the role or the origin does not fit.
    """
    token = _bearer_token(request)
    if token is None:
        check_origin(request)
        token = request.cookies.get(SESSION_COOKIE)
    if not token:
        raise _unauthorized("This call needs a session: log in with POST /api/v1/auth/login.")
    services = services_of(request)
    principal = await services.lanes.sessions.run(services.sessions.find, token)
    if principal is None:
        raise session_ended()
    if not principal.role.includes(role):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"This call needs the {role} role; you are logged in as {principal.role}. "
            f"Log in with the {role} password.",
        )
    return principal


def check_origin(request: Request) -> None:
    """Refuse a changing call that another web site makes with the browser's cookie.

    Browsers say where a request comes from in ``Sec-Fetch-Site`` (W3C Fetch Metadata) and
    ``Origin`` (RFC 6454); programs send neither, and are no danger: they hold no one's cookie.

    Raises
    ------
    Problem
        403 for a request from another site.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "Refused: the request comes from another web site "
            f"({origin or site}). Open the data server's own page, or send a bearer token.",
        )


def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def session_ended() -> Problem:
    """Return the 401 for a token that is not, or no longer, valid."""
    return _unauthorized("The session has ended or never was; log in again.")


def _unauthorized(detail: str) -> Problem:
    headers = {"WWW-Authenticate": 'Bearer realm="perda"'}
    return Problem(HTTPStatus.UNAUTHORIZED, detail, headers=headers)
