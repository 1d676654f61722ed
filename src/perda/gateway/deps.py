"""Typed dependencies of the routes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, cast
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Path
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request

from perda._keys import check_key
from perda.gateway.problems import Problem
from perda.gateway.services import Services, services_of
from perda.gateway.sessions import Principal


class _KeyConvertor(Convertor[str]):
    """The rest of a path, whatever is in it: starlette's ``path`` stops at a line break."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("key", _KeyConvertor())


def _principal_of(request: Request) -> Principal:
    return cast("Principal", request.state.principal)  # set by PolicyRoute; state is untyped


def _key_of(
    request: Request, key: Annotated[str, Path(description="The log's key, percent-encoded.")]
) -> str:
    # Servers decode the path leniently: a byte that is not UTF-8 becomes U+FFFD, another key.
    raw: bytes = request.scope["raw_path"]
    try:
        unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The key is not UTF-8; percent-encode it as UTF-8."
        ) from None
    return check_key(key)


ServicesOf = Annotated[Services, Depends(services_of)]
Caller = Annotated[Principal, Depends(_principal_of)]
LogKey = Annotated[str, Depends(_key_of)]
