"""The ``Repr-Digest`` header (RFC 9530): ``sha-256=:<base64>:`` among others."""

from __future__ import annotations

import base64
import binascii
import re

_ITEM = re.compile(r"(?P<name>[a-z0-9*_.-]+)=:(?P<value>[A-Za-z0-9+/=]*):\s*")
_SHA256_BYTES = 32


def parse_repr_digest(header: str) -> str:
    """Return the SHA-256 of a ``Repr-Digest`` header in hexadecimal.

    Raises
    ------
    ValueError
        If the header has no well-formed ``sha-256`` item.
    """
    items = [_ITEM.fullmatch(part.strip()) for part in header.split(",")]
    values = [item["value"] for item in items if item and item["name"] == "sha-256"]
    if len(values) != 1 or not all(items):
        raise ValueError(header)
    try:
        digest = base64.b64decode(values[0], validate=True)
    except binascii.Error:
        raise ValueError(header) from None
    if len(digest) != _SHA256_BYTES:
        raise ValueError(header)
    return digest.hex()


def format_repr_digest(sha256: str) -> str:
    """Return the header for a SHA-256 given in hexadecimal."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
