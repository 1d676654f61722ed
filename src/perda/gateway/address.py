"""Under which address a client reaches the object store."""

from __future__ import annotations

import re
from http import HTTPStatus

from perda.gateway.problems import Problem
from perda.gateway.settings import Settings

_HOST_HEADER = re.compile(r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]*)?")


def store_endpoint(settings: Settings, store_port: int, host_header: str) -> str:
    """Return the store's address for a client that called us with this ``Host`` header.

    The setting ``PERDA_S3_PUBLIC_URL`` goes first; then the address the server listens on;
    a server that listens everywhere is reached under whatever name the client used.

    Raises
    ------
    Problem
        400 if the ``Host`` header is needed and is no host name.
    """
    if settings.s3_public_url:
        return settings.s3_public_url
    host = host_part(settings.host)
    if settings.listens_everywhere:
        host = _name_called(host_header)
    return f"http://{host}:{store_port}"


def host_part(address: str) -> str:
    """Return an IP address as it stands in a URL."""
    return f"[{address}]" if ":" in address else address


def _name_called(host_header: str) -> str:
    called = _HOST_HEADER.fullmatch(host_header)
    if called is None:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "The Host header is missing or is no host name, so the store's address is unknown; "
            "set PERDA_S3_PUBLIC_URL on the server.",
        )
    return called["host"]
