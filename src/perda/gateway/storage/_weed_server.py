"""One SeaweedFS server: its inner parts, and the S3 gateway before them."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress

from perda.errors import StoreError
from perda.gateway.storage._weed_config import DATA, IDENTITIES
from perda.gateway.storage._weed_ports import LOOPBACK, Ports, loopback_of
from perda.gateway.storage._weed_process import Deadline, WeedPlace, WeedProcess, weed_shell
from perda.gateway.storage._weed_sockets import remove_sockets
from perda.gateway.storage.s3 import S3Store

_START_S = 30.0
_INNER_GRACE_S = 4.0
_GATEWAY_GRACE_S = 1.0
_INNER_MB = 256
_GATEWAY_MB = 384


class WeedServer:
    """The two processes that make one object store.

    ``weed mini`` holds master, volumes and directory, all on loopback; ``weed s3`` is the
    gateway, and alone listens on ``host``: no one process of SeaweedFS can do both.

    Parameters
    ----------
    place : WeedPlace
        Where they run.
    ports : Ports
        Their ports, the same for all of the server's life.
    host : str
        Address of the S3 port.
    store : S3Store
        The gateway's bucket, as admin.
    given_up : threading.Event
        Set by someone who no longer waits for a start.
    """

    def __init__(
        self,
        place: WeedPlace,
        ports: Ports,
        host: str,
        store: S3Store,
        given_up: threading.Event,
    ) -> None:
        self._place = place
        self._ports = ports
        self._host = host
        self._store = store
        self._given_up = given_up
        self._inner: WeedProcess | None = None
        self._gateway: WeedProcess | None = None
        self._serving = False

    @property
    def pids(self) -> list[int]:
        """Process ids, the inner parts' first."""
        return [process.pid for process in (self._inner, self._gateway) if process is not None]

    @property
    def alive(self) -> bool:
        """Whether both processes run."""
        return all(
            process is not None and process.alive for process in (self._inner, self._gateway)
        )

    def start(self) -> None:
        """Start what does not run, and return when a signed request is answered.

        Raises
        ------
        StoreUnavailableError
            If it does not come up in time, with the end of its log.
        """
        deadline = Deadline(_START_S, self._given_up)
        self._serving = False
        if self._inner is None or not self._inner.alive:
            # A gateway does not outlive the parts it has connections to.
            self._stop_gateway()
            self._inner = WeedProcess(self._place, _inner_arguments(self._ports), _INNER_MB)
            self._inner.wait_for_port(LOOPBACK, self._ports.volume_grpc, deadline)
            self._inner.wait_for_port(LOOPBACK, self._ports.filer_grpc, deadline)
            self._make_durable(self._inner)
        self._gateway = WeedProcess(
            self._place, _gateway_arguments(self._ports, self._host), _GATEWAY_MB
        )
        self._gateway.wait_for_port(loopback_of(self._host), self._ports.s3, deadline)
        self._wait_for_bucket(self._gateway, deadline)
        self._serving = True

    def reload(self) -> None:
        """Make the gateway read its identities again."""
        # A SIGHUP that comes before the gateway expects it would end it.
        if self._gateway is not None and self._serving:
            self._gateway.reload()

    def stop(self) -> bool:
        """End both processes; none is left, nor their sockets.

        Returns
        -------
        bool
            Whether the inner parts ended by themselves, with everything on disk.
        """
        self._stop_gateway()
        clean = self._inner is not None and self._inner.stop(_INNER_GRACE_S)
        self._inner = None
        remove_sockets(self._ports)
        return clean

    def _stop_gateway(self) -> None:
        self._serving = False
        if self._gateway is not None:
            self._gateway.stop(_GATEWAY_GRACE_S)
            self._gateway = None

    def _make_durable(self, inner: WeedProcess) -> None:
        """Have every object's bytes on disk before its PUT is answered."""
        command = "fs.configure -locationPrefix=/buckets/ -fsync -apply"
        said = weed_shell(self._place, _shell_options(self._ports), command)
        if not _says_fsync(said):
            raise inner.failed(f"did not accept '{command}' ({said.strip()[-300:]})")

    def _wait_for_bucket(self, gateway: WeedProcess, deadline: Deadline) -> None:
        while True:
            try:
                return self._store.create_bucket()
            except StoreError as error:
                if not gateway.alive or deadline.passed:
                    raise gateway.failed(f"does not serve its bucket ({error})") from error
            time.sleep(0.05)


def _inner_arguments(ports: Ports) -> list[str]:
    return [
        "mini",
        f"-dir={DATA}",
        f"-ip={LOOPBACK}",
        f"-ip.bind={LOOPBACK}",
        # The master's HTTP port would sign a write token for anyone who asks.
        "-disableHttp",
        "-master.telemetry=false",
        f"-master.port={ports.master}",
        f"-master.port.grpc={ports.master_grpc}",
        f"-volume.port={ports.volume}",
        f"-volume.port.grpc={ports.volume_grpc}",
        "-volume.preStopSeconds=0",
        f"-filer.port={ports.filer}",
        f"-filer.port.grpc={ports.filer_grpc}",
        "-filer.localSocket=filer.sock",
        "-s3=false",
        "-webdav=false",
        "-admin.ui=false",
        f"-admin.port={ports.console}",
        f"-admin.port.grpc={ports.console_grpc}",
    ]


def _gateway_arguments(ports: Ports, host: str) -> list[str]:
    return [
        "s3",
        f"-ip={LOOPBACK}",
        f"-ip.bind={host}",
        f"-port={ports.s3}",
        f"-port.grpc={ports.s3_grpc}",
        "-port.iceberg=0",
        "-port.lance=0",
        f"-filer={LOOPBACK}:{ports.filer}.{ports.filer_grpc}",
        f"-config={IDENTITIES}",
        "-localSocket=s3.sock",
        "-iam=false",
        "-allowDeleteBucketNotEmpty=false",
    ]


def _shell_options(ports: Ports) -> list[str]:
    return [
        f"-master={LOOPBACK}:{ports.master}.{ports.master_grpc}",
        f"-filer={LOOPBACK}:{ports.filer}.{ports.filer_grpc}",
    ]


def _says_fsync(said: str) -> bool:
    """Read the configuration that ``fs.configure`` prints, between other words."""
    with suppress(ValueError, KeyError, TypeError):
        rules = json.loads(said[said.index("{") : said.rindex("}") + 1])["locations"]
        return any(rule["locationPrefix"] == "/buckets/" and rule["fsync"] for rule in rules)
    return False
