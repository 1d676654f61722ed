"""What an HTTP answer means: a checked value, or one of perda's errors."""

from __future__ import annotations

from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from perda.errors import LogExistsError, LogNotFoundError, NotLoggedInError, ServerAnswerError
from perda.server.config import on_one_line

T = TypeVar("T")

_MAX_REASON = 1000  # characters


def raise_for_answer(response: httpx.Response, key: str | None = None) -> None:
    """Raise the error that an answer means; return if it is a success.

    Raises
    ------
    NotLoggedInError
        401.
    LogNotFoundError
        404 to a call about a key.
    LogExistsError
        409 to a call about a key.
    ServerAnswerError
        Any other status outside 2xx, a redirect included.
    """
    status = response.status_code
    if response.is_success:
        return
    reason = reason_of(response)
    if status == httpx.codes.UNAUTHORIZED:
        raise NotLoggedInError(
            f"Not logged in to {origin_of(response)}, or the session has ended (401: {reason}). "
            "Call login(password), or run 'perda login'."
        )
    if response.has_redirect_location:
        raise ServerAnswerError(
            f"The server at {origin_of(response)} redirects to {response.headers['location']!r}. "
            "Redirects are not followed; use that address if you trust it.",
            status,
        )
    if key is not None and status == httpx.codes.NOT_FOUND:
        raise LogNotFoundError(f"The server has nothing under {key!r} (404: {reason}).", status)
    if key is not None and status == httpx.codes.CONFLICT:
        raise LogExistsError(f"{key!r} is taken, and stays as it is (409: {reason}).", status)
    raise ServerAnswerError(
        f"The server at {origin_of(response)} answered {status} to {response.request.method} "
        f"{response.request.url.path}: {reason}",
        status,
    )


def parse_answer(response: httpx.Response, answer: TypeAdapter[T]) -> T:
    """Return the JSON of an answer as ``answer`` describes it; ServerAnswerError if it is not."""
    try:
        return answer.validate_json(response.content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        kind = response.headers.get("content-type", "no content type")
        raise ServerAnswerError(
            f"The server's answer to {response.request.method} {response.request.url.path} "
            f"({kind}) is not what a perda server sends: {first['msg']}"
            f"{_place(first['loc'])}. Is {origin_of(response)} the right address?",
            response.status_code,
        ) from error


def reason_of(response: httpx.Response) -> str:
    """Return what an error answer says for people (RFC 9457 ``detail``, else what it has)."""
    # What others write must not break the line or steer the terminal.
    return on_one_line(_reason(response))[:_MAX_REASON]


def _reason(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:  # not JSON, or not text at all
        return response.reason_phrase or "no reason given"
    if not isinstance(problem, dict):
        return response.reason_phrase or "no reason given"
    detail = problem.get("detail") or problem.get("title") or response.reason_phrase
    if isinstance(detail, list):  # one object for each wrong field
        return "; ".join(str(item.get("msg", item)) for item in detail if isinstance(item, dict))
    return str(detail)


def retry_after_s(response: httpx.Response) -> float | None:
    """Return the seconds of ``Retry-After``; its date form counts as not given."""
    try:
        return max(0.0, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def _place(loc: tuple[int | str, ...]) -> str:
    return f" at {'.'.join(map(str, loc))}" if loc else ""


def origin_of(response: httpx.Response) -> str:
    """Return scheme, host and port that an answer came from."""
    url = response.request.url
    return f"{url.scheme}://{url.netloc.decode()}"
