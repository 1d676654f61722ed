"""Listings: entries joined with what people wrote about them, and their text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from perda._wire import ListedEntry, LogMetadata
from perda.constants import DELIMITER
from perda.server.config import LogEntry


def join_metadata(listed: Iterable[ListedEntry], metadata: Iterable[LogMetadata]) -> list[LogEntry]:
    """Return one entry for each listed child, in their order, with its metadata by key."""
    by_key = {one.log_key: one for one in metadata}
    return [_entry(child, by_key.get(child.key)) for child in listed]


def format_listing(prefix: str, entries: Sequence[LogEntry]) -> str:
    """Return the text that ``print_logs`` prints."""
    folders = sum(entry.is_folder for entry in entries)
    return "\n".join(
        (
            f'Logs under "{prefix}"',
            DELIMITER,
            *(str(entry) for entry in entries),
            DELIMITER,
            f"{folders} folders, {len(entries) - folders} files",
        )
    )


def _entry(child: ListedEntry, metadata: LogMetadata | None) -> LogEntry:
    written = {} if metadata is None else metadata.model_dump(exclude={"log_key"})
    return LogEntry(**child.model_dump(), **written)
