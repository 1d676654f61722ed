"""The session that the command line remembers, and what opens with it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from perda._files import write_private
from perda.cli._progress import progress_bar
from perda.errors import (
    InvalidKeyError,
    LocalFileError,
    LogFormatError,
    LogNotFoundError,
    NotLoggedInError,
)
from perda.server.config import SessionState

if TYPE_CHECKING:
    from perda.analyzer import Analyzer
    from perda.server import ServerClient

_HOW_TO_LOG_IN = "Log in with 'perda login URL'."


def open_log(file_or_key: str, verbose: int = 0) -> Analyzer:
    """Open a file if there is one of that name, else the log under that key on the server.

    Parameters
    ----------
    file_or_key : str
        Path of a file, or key of a log on the server of the remembered session.
    verbose : int, optional
        As for :class:`~perda.analyzer.Analyzer`.

    Raises
    ------
    LocalFileError
        If there is no such file, and no session to look on a server with.
    LogNotFoundError
        If there is neither such a file nor such a log on the server.
    PerdaError
        If the file is no log, or the server fails.
    """
    from perda.analyzer import Analyzer

    mode = _mode_of(file_or_key)
    if stat.S_ISREG(mode):
        return Analyzer(file_or_key, verbose=verbose)
    if stat.S_ISDIR(mode):
        raise LocalFileError(f"{file_or_key!r} is a directory; name a log.")
    no_file = f"There is no file {file_or_key!r} here"
    if read_session() is None:
        raise LocalFileError(f"{no_file}, and no server to look for such a log. {_HOW_TO_LOG_IN}")
    with open_client(cached=True) as client:
        try:
            return client.load(file_or_key, verbose=verbose)
        except InvalidKeyError as error:
            raise LocalFileError(f"{no_file}, and no server has such a log: {error}") from error
        except LogNotFoundError as error:
            raise LogNotFoundError(
                f"{no_file}, and the server at {client.url} has no log under that key; "
                "'perda ls' lists them.",
                error.status,
            ) from error
        except LogFormatError as error:
            raise LogFormatError(f"The log {file_or_key!r} on {client.url}: {error}") from error


def _mode_of(name: str) -> int:
    try:
        return Path(name).stat().st_mode
    except (OSError, ValueError):  # a key may be longer than a file name
        return 0


def open_client(*, cached: bool = False) -> ServerClient:
    """Return a client that goes on with the remembered session.

    Raises
    ------
    NotLoggedInError
        If there is none.
    LocalFileError
        If it cannot be read, or the cache directory cannot be used.
    """
    from perda.server import ServerClient

    state = read_session()
    if state is None:
        raise NotLoggedInError(f"Not logged in. {_HOW_TO_LOG_IN}")
    return ServerClient.from_session(state, cache_dir() if cached else None, progress=progress_bar)


def session_path() -> Path:
    """Return the file that holds the remembered session."""
    return config_dir() / "session.json"


def config_dir() -> Path:
    """Return the directory of settings; ``PERDA_CONFIG_DIR`` overrides the user's own."""
    import platformdirs

    return Path(os.environ.get("PERDA_CONFIG_DIR") or platformdirs.user_config_dir("perda", False))


def cache_dir() -> Path:
    """Return where downloaded logs are kept; ``PERDA_CACHE_DIR`` overrides the user's own."""
    import platformdirs

    chosen = os.environ.get("PERDA_CACHE_DIR") or platformdirs.user_cache_dir("perda", False)
    return Path(chosen) / "downloads"


def read_session() -> SessionState | None:
    """Return the remembered session, or None.

    Raises
    ------
    LocalFileError
        If the file is there but cannot be read.
    """
    path = session_path()
    try:
        return SessionState.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise LocalFileError(
            f"Cannot read the session in {path}: {reason}. Remove it, then log in again."
        ) from error


def write_session(state: SessionState) -> Path:
    """Remember a session for this user alone; return the file.

    Raises
    ------
    LocalFileError
        If it cannot be written.
    """
    path = session_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LocalFileError(
            f"Cannot make the directory {path.parent}: {error.strerror}. "
            "PERDA_CONFIG_DIR names another."
        ) from error
    # Readable by the owner alone from the first byte on: it is as good as the password.
    write_private(path, state.model_dump_json())
    return path


def forget_session() -> None:
    """Remove the remembered session.

    Raises
    ------
    LocalFileError
        If it cannot be removed.
    """
    try:
        session_path().unlink(missing_ok=True)
    except OSError as error:
        raise LocalFileError(f"Cannot remove {session_path()}: {error.strerror}.") from error
