"""One ``weed`` process: started, asked, stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from perda.errors import StoreUnavailableError
from perda.gateway.storage import _bound_exec
from perda.gateway.storage._weed_binary import find_weed
from perda.gateway.storage._weed_config import LOG, TEMPORARY

_TAIL_BYTES = 2000
_SHELL_TIMEOUT_S = 5


class Deadline:
    """A moment to give up at: after some seconds, or when an event is set.

    Parameters
    ----------
    seconds : float
        From now.
    stop : threading.Event
        Whether someone wants to stop earlier.
    """

    def __init__(self, seconds: float, stop: threading.Event) -> None:
        self._end = time.monotonic() + seconds
        self._stop = stop

    @property
    def passed(self) -> bool:
        """Whether to give up."""
        return self._stop.is_set() or time.monotonic() > self._end


@dataclass(frozen=True)
class WeedPlace:
    """Where ``weed`` runs.

    Attributes
    ----------
    folder : pathlib.Path
        Its working directory, with its files.
    lock : int
        Descriptor of the folder's lock, which it inherits: the folder stays locked as long
        as any ``weed`` uses it.
    """

    folder: Path
    lock: int

    @property
    def log(self) -> Path:
        """Where its messages go."""
        return self.folder / LOG

    def log_tail(self) -> str:
        """Return the last lines of the log."""
        try:
            with self.log.open("rb") as log:
                log.seek(-min(_TAIL_BYTES, self.log.stat().st_size), os.SEEK_END)
                return log.read().decode(errors="replace").strip()
        except OSError as error:
            return f"(no log: {error})"


class WeedProcess:
    """A running ``weed`` command in a session of its own, so that Ctrl-C does not reach it.

    It dies with the thread that made it, whatever ends that thread.

    Parameters
    ----------
    place : WeedPlace
        Where it runs.
    arguments : sequence of str
        Command and options; they are visible to everyone, so they hold no secrets.
    memory_mb : int
        From about here on it rather collects garbage than grows.
    """

    def __init__(self, place: WeedPlace, arguments: Sequence[str], memory_mb: int) -> None:
        self.name = arguments[0]
        self._place = place
        with place.log.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 (fixed program, no shell)
                _bound(["-logtostderr=true", *arguments]),
                cwd=place.folder,
                env={**_environment(place.folder), "GOMEMLIMIT": f"{memory_mb}MiB"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(place.lock,),
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._child.poll() is None

    def reload(self) -> None:
        """Make it read its identities again."""
        if self.alive:
            self._child.send_signal(signal.SIGHUP)

    def wait_for_port(self, host: str, port: int, deadline: Deadline) -> None:
        """Return once ``port`` accepts connections.

        Raises
        ------
        StoreUnavailableError
            If the process ends first, or ``deadline`` passes.
        """
        while not _accepts(host, port):
            if not self.alive:
                raise self.failed(f"ended with status {self._child.returncode}")
            if deadline.passed:
                raise self.failed(f"does not listen on {host}:{port}")
            time.sleep(0.01)

    def failed(self, what: str) -> StoreUnavailableError:
        """Return the error to raise when this process fails, with the end of its log."""
        return StoreUnavailableError(
            f"The object store could not start: 'weed {self.name}' {what}. "
            f"Its log {self._place.log} ends:\n{self._place.log_tail()}"
        )

    def stop(self, grace_s: float) -> bool:
        """End it: by SIGTERM, and after ``grace_s`` seconds by SIGKILL.

        Returns
        -------
        bool
            Whether it ended by itself when asked to.
        """
        asked = self.alive
        if asked:
            self._child.terminate()
        try:
            self._child.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            return False
        return asked


def weed_shell(place: WeedPlace, options: Sequence[str], command: str) -> str:
    """Run one command of SeaweedFS's administrative shell and return what it printed.

    Raises
    ------
    StoreUnavailableError
        If it does not finish.
    """
    try:
        done = subprocess.run(  # noqa: S603 (fixed program, no shell)
            _bound(["shell", *options]),
            cwd=place.folder,
            env=_environment(place.folder),
            input=command + "\n",
            capture_output=True,
            text=True,
            timeout=_SHELL_TIMEOUT_S,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StoreUnavailableError(f"The object store did not answer {command!r}.") from error
    return done.stdout + done.stderr


def _bound(arguments: list[str]) -> list[str]:
    launcher = [sys.executable, "-I", "-S", str(Path(_bound_exec.__file__)), str(os.getpid())]
    return [*launcher, str(find_weed()), *arguments]


def _environment(folder: Path) -> dict[str, str]:
    """Return all that weed gets to see: no AWS, proxy or WEED_ variable of ours."""
    return {
        "HOME": str(folder),
        "TMPDIR": str(folder / TEMPORARY),
        "PATH": os.defpath,
    }


def _accepts(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
