"""What the answer to a login means."""

from __future__ import annotations

import httpx

from perda.errors import LoginRefusedError, ServerAnswerError
from perda.server.answers import origin_of, raise_for_answer, reason_of, retry_after_s

_REFUSALS = frozenset({400, 401, 403, 422, 429})


def check_login(response: httpx.Response) -> None:
    """Return if the answer opens a session.

    Raises
    ------
    LoginRefusedError
        If the server refused; the message has status, reason, and how long to wait if it says.
    ServerAnswerError
        If the answer is not a data server's.
    """
    status, server = response.status_code, origin_of(response)
    if status in _REFUSALS:
        wait_s = retry_after_s(response)
        advice = "" if wait_s is None else f" Try again in {wait_s:.0f} s."
        raise LoginRefusedError(
            f"The server at {server} refused the login ({status}: {reason_of(response)}).{advice}"
        )
    raise_for_answer(response)
    # A web site that answers any address with a page would pass for a successful login.
    if response.headers.get("content-type", "").startswith("text/html"):
        raise ServerAnswerError(
            f"{server} answers with a web page: it is no perda server, or not its address.", status
        )
