"""What people write about a log, checked before it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from perda._wire import MetadataUpdate
from perda.errors import InvalidMetadataError
from perda.server.answers import raise_for_answer
from perda.server.transport import Transport, key_path


def checked_metadata(
    title: str,
    description: str,
    tags: Sequence[str],
    string_metadata: Mapping[str, str] | None,
    numeric_metadata: Mapping[str, float] | None,
) -> MetadataUpdate:
    """Return metadata as the server takes it.

    Raises
    ------
    InvalidMetadataError
        If a text is too long, a name empty or a number not finite.
    """
    try:
        return MetadataUpdate(
            title=title,
            description=description,
            tags=list(tags),
            string_metadata=dict(string_metadata or {}),
            numeric_metadata=dict(numeric_metadata or {}),
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidMetadataError(
            f"The metadata cannot be stored: {where}: {first['msg']}."
        ) from None


def put_metadata(transport: Transport, key: str, metadata: MetadataUpdate) -> None:
    """Replace what is written about a log; LogNotFoundError if there is no such log."""
    body = metadata.model_dump(mode="json")
    raise_for_answer(transport.send("PUT", key_path("metadata", key), body=body), key)
