"""Addresses of data servers: one spelling for each, so that caches and sessions match."""

from __future__ import annotations

import re

import httpx

from perda.errors import SettingsError

_HOST_AND_PORT = re.compile(r"(localhost|[^/\s:@]+:\d+|\[[0-9a-fA-F:.]+\]:\d+)(/.*)?")


def normalise_url(url: str) -> str:
    """Return the address of a server with its scheme and without a slash at the end.

    Parameters
    ----------
    url : str
        ``http://host:port``, ``https://host/below``, or ``host:port`` (plain http).

    Returns
    -------
    str
        The address, to which a path beginning with ``/`` can be added.

    Raises
    ------
    SettingsError
        If it has no scheme and no port, another scheme, no host, or holds a user name, a
        query or a fragment.
    """
    text = url.strip()
    if "://" not in text:
        if not _HOST_AND_PORT.fullmatch(text):
            raise SettingsError(f"{url!r} is no server address; give http:// or https:// and host.")
        text = f"http://{text}"
    try:
        parsed = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise SettingsError(f"{url!r} is no server address: {error}.") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise SettingsError(f"{url!r} is no server address; give http:// or https:// and host.")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise SettingsError("A server address has no user, password, '?' or '#'; log in instead.")
    return str(parsed).rstrip("/")
