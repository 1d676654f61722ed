"""The client of perda's data server: log in, list, download, open, upload."""

from typing import TYPE_CHECKING

from perda._lazy import lazy_names

if TYPE_CHECKING:
    from perda.server.client import ServerClient as ServerClient
    from perda.server.config import LogEntry as LogEntry
    from perda.server.config import S3Credentials as S3Credentials

__all__ = ["LogEntry", "S3Credentials", "ServerClient"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "perda.server.client": ("ServerClient",),
        "perda.server.config": ("LogEntry", "S3Credentials"),
    },
)
