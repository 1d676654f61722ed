"""The files that ``weed`` reads, and the folder it lives in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from perda._files import write_private
from perda._keys import MAX_KEY_BYTES
from perda.gateway.storage._weed_certificates import make_certificates
from perda.gateway.storage.base import KeyPair
from perda.gateway.storage.secrets import StoreSecrets

# weed reads its files relative to its working directory, which is the store's folder.
DATA = "data"
TEMPORARY = "tmp"
IDENTITIES = "s3.json"
LOG = "weed.log"

_ADMIN_ACTIONS = ["Admin", "Read", "List", "Tagging", "Write"]
_PARTS = ("master", "volume", "filer", "s3", "admin", "worker", "client")


def prepare_folder(folder: Path, secrets: StoreSecrets) -> None:
    """Write every file that ``weed`` needs but the identities, each with mode 600.

    Parameters
    ----------
    folder : pathlib.Path
        The store's folder, which exists and is ours alone.
    secrets : StoreSecrets
        What goes into the files.
    """
    for name in (DATA, TEMPORARY):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    _forget_last_run(folder / DATA)
    certificates = make_certificates()
    write_private(folder / "authority.pem", certificates.authority)
    write_private(folder / "certificate.pem", certificates.certificate)
    write_private(folder / "key.pem", certificates.private_key)
    write_private(folder / "security.toml", _security(secrets))
    write_private(folder / "filer.toml", _FILER)


def write_identities(folder: Path, bucket: str, admin: KeyPair, readers: Iterable[KeyPair]) -> None:
    """Write who may do what in S3: the admin everything, readers list and read one bucket.

    Parameters
    ----------
    folder : pathlib.Path
        The store's folder.
    bucket : str
        The readers' bucket.
    admin : KeyPair
        The data server's own pair.
    readers : iterable of KeyPair
        All readers; those written before and not among them are out.
    """
    # On a reload SeaweedFS replaces the identities it is told, and keeps those it is told no
    # more. So all readers are credentials of one identity, which is always there.
    identities = [
        _identity("admin", [admin], _ADMIN_ACTIONS),
        _identity("readers", readers, [f"Read:{bucket}", f"List:{bucket}"]),
    ]
    write_private(folder / IDENTITIES, json.dumps({"identities": identities}, indent=1))


def _identity(name: str, pairs: Iterable[KeyPair], actions: list[str]) -> dict[str, object]:
    keys = [{"accessKey": pair.access_key, "secretKey": pair.secret_key} for pair in pairs]
    return {"name": name, "credentials": keys, "actions": actions}


def _forget_last_run(data: Path) -> None:
    # The master's own state is named by its port and is learnt anew from the volumes;
    # mini.options would bring back the last run's ports.
    for stale in data.glob("m[0-9]*"):
        shutil.rmtree(stale)
    (data / "mini.options").unlink(missing_ok=True)


# leveldb, the default, answers before its journal is on disk; sqlite commits with fsync.
# Its own limit for one segment of a key is 255 bytes; ours is that of the whole key.
_FILER = f"""\
[filer.options]
max_file_name_length = {MAX_KEY_BYTES}

[leveldb2]
enabled = false

[sqlite]
enabled = true
dbFile = "./{DATA}/filer.db"
"""


def _security(secrets: StoreSecrets) -> str:
    # The keys are hexadecimal digits, so they need no quoting of their own.
    sections = [
        f'[jwt.signing]\nkey = "{secrets.volume_write_key}"',
        f'[jwt.signing.read]\nkey = "{secrets.volume_read_key}"',
        f'[jwt.filer_signing]\nkey = "{secrets.filer_write_key}"',
        f'[jwt.filer_signing.read]\nkey = "{secrets.filer_read_key}"',
        f'[admin]\nuser = "admin"\npassword = "{secrets.console_password}"',
        '[grpc]\nca = "./authority.pem"',
    ]
    sections += [f'[grpc.{part}]\ncert = "./certificate.pem"\nkey = "./key.pem"' for part in _PARTS]
    return "\n\n".join(sections) + "\n"
