"""Removes the sockets that ``weed`` leaves in /tmp when it is killed.

Besides each gRPC port it opens a Unix socket named by the port, always in /tmp.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from perda._files import write_private
from perda.gateway.storage._weed_ports import Ports

PORTS = "ports.json"

_FOLDER = Path("/tmp")  # noqa: S108 (weed's choice, not ours)
_PORTS = TypeAdapter(Ports)


def remember_ports(folder: Path, ports: Ports) -> None:
    """Note in the store's folder which ports its server uses."""
    write_private(folder / PORTS, _PORTS.dump_json(ports, indent=1).decode() + "\n")


def remove_sockets_of_last_run(folder: Path) -> None:
    """Remove what the folder's last server may have left; it does not run any more."""
    with suppress(FileNotFoundError, ValidationError):
        remove_sockets(_PORTS.validate_json((folder / PORTS).read_bytes()))


def remove_sockets(ports: Ports) -> None:
    """Remove what a server with these ports may have left."""
    for part, port in dataclasses.asdict(ports).items():
        name = part.removesuffix("_grpc").replace("console", "admin")
        if part.endswith("_grpc"):
            with suppress(OSError):  # someone else's, then
                (_FOLDER / f"seaweedfs-{name}-grpc-{port}.sock").unlink(missing_ok=True)
