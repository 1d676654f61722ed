"""Every error perda raises, in one tree.

::

    PerdaError
    ├── LogFormatError (ValueError)             the file is not a log of the car
    ├── TooManyParsingErrorsError (ValueError)  more bad lines than the caller allows
    ├── VariableNotFoundError (KeyError)        the run has no such variable
    ├── VariableExistsError (KeyError)          the name is taken
    ├── TableTooLargeError (ValueError)         a table of more cells than the caller allows
    ├── ExportError (ValueError)                the run cannot be written in that format
    ├── InvalidKeyError (ValueError)            a key or prefix no bucket may hold
    ├── SettingsError (ValueError)              a setting that stops the program at start
    ├── InvalidMetadataError (ValueError)       a title, tag or field the server would not take
    ├── LocalFileError (OSError)                a file or directory on this machine is in the way
    ├── MissingExtraError (ImportError)         an optional part is not installed
    ├── FunctionNotPortableError (TypeError)    a function that cannot go to another process
    ├── SchedulerError (ConnectionError)        the Dask scheduler cannot be reached
    ├── ServerConnectionError (ConnectionError) the data server: unreachable or refusing
    │   ├── LoginRefusedError                   wrong password, or too many tries
    │   ├── NotLoggedInError                    no session, or it has ended
    │   ├── ServerAnswerError                   any other answer that is not a success
    │   │   ├── LogNotFoundError (KeyError)     no such key on the server
    │   │   └── LogExistsError                  the key is taken, and overwriting was not asked for
    │   └── DownloadError                       bytes did not arrive whole
    ├── CDPException                            the running car: see perda.live.errors
    └── StoreError                              the object store behind the data server
        ├── ObjectNotFoundError (KeyError)
        ├── ObjectExistsError
        └── StoreUnavailableError
"""

from __future__ import annotations

from typing import Any


class PerdaError(Exception):
    """Base of all errors that perda raises on purpose."""

    def __str__(self) -> str:
        # KeyError would show the repr of the message; ours are sentences.
        return str(self.args[0]) if self.args else ""


class LogFormatError(PerdaError, ValueError):
    """The file cannot be read as a log at all; the message says why and at which line."""


class TooManyParsingErrorsError(PerdaError, ValueError):
    """A log holds at least as many bad lines as the caller's limit.

    Attributes
    ----------
    report : ParseReport or None
        What was found up to the end of the file.
    """

    def __init__(self, message: str, report: Any = None) -> None:
        # Any: the report's type lives a layer above this module.
        super().__init__(message)
        self.report = report


class VariableNotFoundError(PerdaError, KeyError):
    """The run has no variable of that name or id; the message suggests close names."""


class VariableExistsError(PerdaError, KeyError):
    """The run already has a variable of that name."""


class TableTooLargeError(PerdaError, ValueError):
    """A table of a run would have more cells than allowed; the message says how to ask for less."""


class ExportError(PerdaError, ValueError):
    """A run cannot be written in the format asked for; the message says what stands in the way."""


class InvalidKeyError(PerdaError, ValueError):
    """A key or prefix that no bucket may hold (see ``perda._keys``)."""


class SettingsError(PerdaError, ValueError):
    """A setting is wrong; the message names it, its value and what is expected."""


class InvalidMetadataError(PerdaError, ValueError):
    """A title, description, tag or metadata field that the server would not take."""


class LocalFileError(PerdaError, OSError):
    """A file or directory on this machine exists already, or cannot be read or written."""


class MissingExtraError(PerdaError, ImportError):
    """An optional part of perda is not installed; the message gives the command that adds it."""


class FunctionNotPortableError(PerdaError, TypeError):
    """A function to run over many runs cannot be sent to other processes; the message says why."""


class SchedulerError(PerdaError, ConnectionError):
    """The Dask scheduler cannot be reached."""


class ServerConnectionError(PerdaError, ConnectionError):
    """The data server or its store cannot be reached, or does not answer as expected."""


class LoginRefusedError(ServerConnectionError):
    """The server refused the login; the message has its status and reason."""


class NotLoggedInError(ServerConnectionError):
    """A call needs a session: none was opened, or it has ended."""


class ServerAnswerError(ServerConnectionError):
    """The server answered with an error.

    Attributes
    ----------
    status : int
        HTTP status of the answer.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class LogNotFoundError(ServerAnswerError, KeyError):
    """The server has no log under that key."""


class LogExistsError(ServerAnswerError):
    """The server already has another log under that key, and keeps it."""


class DownloadError(ServerConnectionError):
    """A download did not arrive whole; nothing incomplete was kept."""


class StoreError(PerdaError):
    """The object store refused or failed."""


class ObjectNotFoundError(StoreError, KeyError):
    """The store has no object under that key."""


class ObjectExistsError(StoreError):
    """The store already has an object under that key."""


class StoreUnavailableError(StoreError):
    """The store does not answer."""
