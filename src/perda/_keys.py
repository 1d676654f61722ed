"""What a key in the bucket may look like: one rule for the server, the client and the CLI.

Keys are for people (``REV 11/2026-04-01/test.csv``) and are kept exactly as given.
"""

from __future__ import annotations

import unicodedata

from perda.errors import InvalidKeyError

MAX_KEY_BYTES = 1024  # S3's own limit
RESERVED_PREFIX = ".perda/"  # derived objects, never shown to people


def check_key(key: str) -> str:
    """Return ``key`` unchanged if a log may be stored under it.

    Parameters
    ----------
    key : str
        Key of a log, for example ``"REV 11/2026-04-01/test.csv"``.

    Returns
    -------
    str
        The same key.

    Raises
    ------
    InvalidKeyError
        If the key is empty, ends in ``/``, is longer than 1024 bytes of UTF-8, has an
        empty, ``.`` or ``..`` segment, a backslash or a control character, or lies under
        the reserved prefix ``.perda/``.
    """
    if not key:
        raise InvalidKeyError("The key is empty; expected something like 'REV 11/test.csv'.")
    if key.endswith("/"):
        raise InvalidKeyError(f"The key {key!r} ends in '/': that is a folder, not a log.")
    _check_segments(key, key)
    return key


def check_prefix(prefix: str) -> str:
    """Return ``prefix`` as a folder prefix: empty for the root, else ending in ``/``.

    Parameters
    ----------
    prefix : str
        A folder, with or without its last ``/``; ``""`` is the root.

    Returns
    -------
    str
        The prefix, with a ``/`` added at the end unless it is empty.

    Raises
    ------
    InvalidKeyError
        For the same reasons as :func:`check_key`.
    """
    if prefix == "":
        return prefix
    folder = prefix.removesuffix("/")
    _check_segments(folder, prefix)
    return folder + "/"


def is_servable(key: str) -> bool:
    """Say whether an object that is in the bucket may be listed and handed out."""
    try:
        check_key(key)
    except InvalidKeyError:
        return False
    return True


def _check_segments(path: str, shown: str) -> None:
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        raise InvalidKeyError(f"The key {shown!r} is not valid Unicode.") from None
    if size > MAX_KEY_BYTES:
        raise InvalidKeyError(f"The key {shown[:40]!r}… has {size} bytes; at most {MAX_KEY_BYTES}.")
    if "\\" in path:
        raise InvalidKeyError(f"The key {shown!r} has a backslash; folders are separated by '/'.")
    if any(unicodedata.category(character) == "Cc" for character in path):
        raise InvalidKeyError(f"The key {shown!r} has a control character.")
    segments = path.split("/")
    bad = next((segment for segment in segments if segment in {"", ".", ".."}), None)
    if bad is not None:
        what = "an empty segment" if bad == "" else f"a segment {bad!r}"
        raise InvalidKeyError(f"The key {shown!r} has {what}.")
    if segments[0] == RESERVED_PREFIX.rstrip("/"):
        raise InvalidKeyError(
            f"The key {shown!r} lies under the reserved prefix {RESERVED_PREFIX}."
        )
