"""Files that are whole or not there: written under another name, synced, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from perda.errors import LocalFileError

TEMPORARY_SUFFIX = ".part"


@contextlib.contextmanager
def whole_file(target: Path, *, overwrite: bool = True, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Open a file that gets its name only when the block ends well and the bytes are on disk.

    Parameters
    ----------
    target : Path
        The file's name in the end; its directory must exist.
    overwrite : bool, optional
        Whether a file of that name may be replaced, also one that appears meanwhile.
    mode : int, optional
        Permissions from the first moment on, less the process's umask.

    Raises
    ------
    LocalFileError
        If the file exists and may not be replaced, is no ordinary file, or cannot be written.
    """
    if not overwrite and os.path.lexists(target):
        raise LocalFileError(f"{target} exists already, and was left as it is.")
    if target.exists() and not target.is_file():  # a directory, or a device such as /dev/null
        raise LocalFileError(f"{target} is no ordinary file, and was left as it is.")
    temporary = target.with_name(f".{secrets.token_hex(12)}{TEMPORARY_SUFFIX}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _give_name(temporary, target, overwrite=overwrite)
        sync_directory(target.parent)
    except OSError as error:
        if isinstance(error, ConnectionError | LocalFileError):
            raise
        raise LocalFileError(f"Cannot write {target}: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):  # as a rule it has its new name by now
            temporary.unlink()


def write_private(target: Path, text: str, *, overwrite: bool = True) -> None:
    """Write a text, as UTF-8, that only its owner can read; see :func:`whole_file`."""
    with whole_file(target, overwrite=overwrite, mode=0o600) as file:
        file.write(text.encode())


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable, where the system has that (not Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _give_name(temporary: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(target)
        return
    try:
        target.hardlink_to(temporary)  # fails if the name was taken meanwhile
    except FileExistsError:
        raise LocalFileError(f"{target} exists already, and was left as it is.") from None
    except OSError:  # a filesystem without hard links
        if os.path.lexists(target):
            raise LocalFileError(f"{target} exists already, and was left as it is.") from None
        temporary.rename(target)
