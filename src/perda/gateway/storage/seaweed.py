"""The embedded object store: a SeaweedFS server that belongs to one data server."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from pathlib import Path

from perda.errors import StoreError, StoreUnavailableError
from perda.gateway.storage._folder_lock import FolderLock
from perda.gateway.storage._weed_binary import find_weed
from perda.gateway.storage._weed_config import LOG, prepare_folder, write_identities
from perda.gateway.storage._weed_ports import Ports, choose_ports, loopback_of
from perda.gateway.storage._weed_process import WeedPlace
from perda.gateway.storage._weed_recovery import mark_running, mark_stopped
from perda.gateway.storage._weed_server import WeedServer
from perda.gateway.storage._weed_sockets import remember_ports, remove_sockets_of_last_run
from perda.gateway.storage._weed_supervisor import Supervisor
from perda.gateway.storage.base import KeyPair
from perda.gateway.storage.s3 import S3Store
from perda.gateway.storage.secrets import StoreSecrets, new_key_pair

_log = logging.getLogger(__name__)

_IN_EFFECT_S = 20.0  # enough for a restart
_ASK_AGAIN_S = 0.5


class EmbeddedStore:
    """A SeaweedFS server in a folder: started, watched, started again if it dies, stopped.

    Only its S3 port is reachable from ``host``; everything else listens on loopback and
    wants a token or a certificate (``docs/store.md``).

    Parameters
    ----------
    directory : pathlib.Path
        The store's own folder, made if missing. One process at a time.
    secrets : StoreSecrets
        From :func:`~perda.gateway.storage.secrets.load_or_create`.
    bucket_name : str, optional
        The bucket, made if missing.
    host : str, optional
        Address the S3 port listens on.
    s3_port : int, optional
        The S3 port; 0 for any free one. It stays the same until :meth:`stop`.
    """

    def __init__(
        self,
        directory: Path,
        secrets: StoreSecrets,
        bucket_name: str = "perda-logs",
        host: str = "127.0.0.1",
        s3_port: int = 0,
    ) -> None:
        self._directory = directory.resolve()
        self._secrets = secrets
        self._bucket = bucket_name
        self._host = host
        self._wanted_port = s3_port
        self._ports: Ports | None = None
        self._store: S3Store | None = None
        self._supervisor: Supervisor | None = None
        self._lock = FolderLock(self._directory)
        self._readers: tuple[KeyPair, ...] = ()
        self._publishing = threading.Lock()

    def start(self) -> None:
        """Return when the S3 port answers a signed request and the bucket is there.

        Raises
        ------
        MissingExtraError
            If SeaweedFS is not installed.
        SettingsError
            If the S3 port is taken, or ``host`` is no address of this machine.
        StoreUnavailableError
            If the server does not come up, with the end of its log.
        StoreError
            If another process uses the folder, or it cannot be written.
        """
        find_weed()
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            place = WeedPlace(self._directory, self._lock.take())
            self._write_files()
        except OSError as error:
            self._lock.release()
            raise StoreError(f"The store's folder {self._directory}: {error}") from error
        self._supervisor = Supervisor(lambda stop: self._make_server(place, stop), place)
        try:
            self._supervisor.start()
            self._forget_uploads_of_last_run()
        except Exception:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server; no process is left. Does nothing if it does not run."""
        if self._supervisor is not None:
            self._supervisor.stop()
            if self._supervisor.ended_cleanly and self._lock.held:
                mark_stopped(self._directory)
        if self._store is not None:
            self._store.close()
        self._lock.release()

    def set_readers(self, readers: Collection[KeyPair]) -> None:
        """Make exactly these key pairs, beside the admin's, valid, and return when they are.

        A reader can list and read the bucket, and nothing else. May be called from many
        threads; the last call counts.

        Parameters
        ----------
        readers : collection of KeyPair
            All readers; a pair that was one before and is not among them is refused from
            now on.

        Raises
        ------
        StoreUnavailableError
            If the running server does not take them over; it will when it starts again.
        """
        with self._publishing:
            self._readers = tuple(readers)
            # A pair that only this change brings: once it works, the whole change is in effect.
            marker = new_key_pair("CHANGE")
            self._write_identities(marker)
            if self._supervisor is not None and self._supervisor.running:
                self._wait_until_valid(marker)

    @property
    def port(self) -> int:
        """The S3 port; known once the server has started."""
        return self._started_ports.s3

    @property
    def loopback_endpoint(self) -> str:
        """URL at which this machine reaches the S3 port."""
        host = loopback_of(self._host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def store(self) -> S3Store:
        """The bucket, as admin."""
        if self._store is None:
            raise StoreUnavailableError("The embedded store has not been started.")
        return self._store

    @property
    def log_path(self) -> Path:
        """SeaweedFS's own log."""
        return self._directory / LOG

    @property
    def restarts(self) -> int:
        """How often the server was started again after it had ended by itself."""
        return 0 if self._supervisor is None else self._supervisor.restarts

    @property
    def pids(self) -> list[int]:
        """The server's processes: inner parts, S3 gateway."""
        return [] if self._supervisor is None else self._supervisor.pids

    @property
    def _started_ports(self) -> Ports:
        if self._ports is None:
            raise StoreUnavailableError("The embedded store has not been started.")
        return self._ports

    def _write_files(self) -> None:
        if self.log_path.exists():
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        self.log_path.touch(mode=0o600)
        prepare_folder(self._directory, self._secrets)
        remove_sockets_of_last_run(self._directory)
        mark_running(self._directory)
        self._write_identities()

    def _forget_uploads_of_last_run(self) -> None:
        # Nobody else may write to the bucket, so none of them goes on.
        try:
            aborted = self.store.abort_uploads()
        except StoreError as error:
            _log.warning("unfinished uploads of the last run stay for now: %s", error)
        else:
            if aborted:
                _log.info("threw away %s unfinished uploads of the last run", aborted)

    def _write_identities(self, *extra: KeyPair) -> None:
        pairs = [*self._readers, *extra]
        write_identities(self._directory, self._bucket, self._secrets.admin, pairs)

    def _make_server(self, place: WeedPlace, stop: threading.Event) -> tuple[WeedServer, S3Store]:
        self._ports = choose_ports(self._host, self._wanted_port)
        remember_ports(self._directory, self._ports)
        self._store = S3Store(self.loopback_endpoint, self._secrets.admin, self._bucket)
        return WeedServer(place, self._ports, self._host, self._store, stop), self._store

    def _wait_until_valid(self, marker: KeyPair) -> None:
        probe = S3Store(self.loopback_endpoint, marker, self._bucket)
        end = time.monotonic() + _IN_EFFECT_S
        ask_again = 0.0
        try:
            while not _works(probe):
                now = time.monotonic()
                if now > end:
                    raise StoreUnavailableError("The object store did not take over the new keys.")
                if now > ask_again and self._supervisor is not None:
                    self._supervisor.reload()
                    ask_again = now + _ASK_AGAIN_S
                time.sleep(0.005)
        finally:
            probe.close()


def _works(store: S3Store) -> bool:
    try:
        store.ping()
    except StoreUnavailableError:
        return False
    return True
