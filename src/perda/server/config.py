"""What the data server tells its client: where the bytes lie, and what a listing holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, Field

MAX_SHOWN_DESCRIPTION = 80  # characters
_MIB = 1 << 20  # bytes
# They can make a name look like another one (UAX #9, explicit formatting characters).
_BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


class S3Credentials(BaseModel):
    """Keys for one bucket of an S3 store, as the data server issues them.

    Parameters
    ----------
    access_key : str
        Access key id.
    secret_key : str
        Secret of the access key; kept out of ``repr``.
    bucket_name : str
        The bucket that holds the logs.
    endpoint : str
        URL of the store, reachable from the client.
    expires_at : datetime, optional
        When the keys end, if the server says so.
    region : str, optional
        Region of the store, if the server says so.
    """

    access_key: str
    secret_key: str = Field(repr=False)
    bucket_name: str
    endpoint: str
    expires_at: datetime | None = None
    region: str | None = None


class SessionState(BaseModel):
    """What is needed to go on with a session in another process; never the password.

    Parameters
    ----------
    url : str
        Address of the server.
    cookies : dict of str to str
        Session cookies; kept out of ``repr``.
    """

    url: str
    cookies: dict[str, str] = Field(repr=False)


class LogEntry(BaseModel):
    """One entry of a listing: a folder or a log, with what people wrote about it.

    Parameters
    ----------
    key : str
        Key in the bucket; a folder's ends in ``/``.
    name : str
        Last segment of the key, without ``/``.
    is_folder : bool
        Whether the entry is a folder.
    size : int, optional
        Bytes; ``None`` for a folder.
    last_modified : datetime, optional
        When the log was stored, UTC; ISO 8601 text is accepted.
    title, description : str
        What people wrote; empty if nothing.
    tags : list of str
        Labels.
    string_metadata, numeric_metadata : dict
        Named fields, text and numbers.
    """

    key: str
    name: str
    is_folder: bool
    size: int | None = None
    last_modified: datetime | None = None
    title: str = ""
    description: str = ""
    tags: list[str] = []
    string_metadata: dict[str, str] = {}
    numeric_metadata: dict[str, float] = {}

    def __str__(self) -> str:
        head = f"[DIR]  {self.name}/" if self.is_folder else f"[FILE] {self.name}"
        return "\n  ".join(on_one_line(line) for line in (head, *self._present_fields()))

    def _present_fields(self) -> Iterator[str]:
        if self.title:
            yield f'title: "{self.title}"'
        if self.tags:
            yield f"tags: [{', '.join(self.tags)}]"
        if self.size is not None:
            yield f"size: {self.size / _MIB:.1f} MB"
        if self.last_modified is not None:
            yield f"modified: {self.last_modified.isoformat(sep=' ')}"
        if self.description:
            yield f"desc: {_shorten(self.description)}"
        for fields in (self.string_metadata, self.numeric_metadata):
            yield from (f"{name}: {value}" for name, value in fields.items())


def _shorten(description: str) -> str:
    if len(description) <= MAX_SHOWN_DESCRIPTION:
        return f'"{description}"'
    return f'"{description[:MAX_SHOWN_DESCRIPTION]}..."'


def on_one_line(text: str) -> str:
    """Return text written by others so that it can neither break lines nor steer the terminal."""
    return "".join(" " if _steers(character) else character for character in text)


def _steers(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Cc", "Zl", "Zp"}
        or unicodedata.bidirectional(character) in _BIDI_CONTROLS
    )
