"""The embedded store's secrets: made once, kept in one file that only its owner can read."""

from __future__ import annotations

import base64
import dataclasses
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from perda._files import write_private
from perda.errors import LocalFileError, SettingsError
from perda.gateway.storage.base import KeyPair

_KEY_BYTES = 32


def _random_key() -> str:
    return secrets.token_hex(_KEY_BYTES)


def _random_base64_key() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def new_key_pair(prefix: str = "PERDA") -> KeyPair:
    """Return a fresh random key pair in the shape S3 clients expect (20 and 40 characters)."""
    letters = base64.b32encode(secrets.token_bytes(10)).decode()
    return KeyPair(f"{prefix}{letters}"[:20], secrets.token_urlsafe(30))


@dataclass(frozen=True)
class StoreSecrets:
    """Everything secret that the embedded store is started with.

    Attributes
    ----------
    admin : KeyPair
        The S3 key pair of the data server itself; never handed out.
    volume_write_key, volume_read_key : str
        Signing keys of the tokens with which the store's own parts write and read blocks.
    filer_write_key, filer_read_key : str
        The same for the store's directory.
    sts_signing_key : str
        Base64 of 32 random bytes; signs session tokens.
    console_password : str
        Password of the store's admin console, which is switched off.
    """

    admin: KeyPair = field(default_factory=new_key_pair)
    volume_write_key: str = field(default_factory=_random_key, repr=False)
    volume_read_key: str = field(default_factory=_random_key, repr=False)
    filer_write_key: str = field(default_factory=_random_key, repr=False)
    filer_read_key: str = field(default_factory=_random_key, repr=False)
    sts_signing_key: str = field(default_factory=_random_base64_key, repr=False)
    console_password: str = field(default_factory=_random_key, repr=False)


def load_or_create(path: Path) -> StoreSecrets:
    """Return the secrets kept at ``path``, made now if there are none.

    Parameters
    ----------
    path : pathlib.Path
        A JSON file of mode 600; its folder exists.

    Returns
    -------
    StoreSecrets
        The same ones on every later call.

    Raises
    ------
    SettingsError
        If the file is damaged, cannot be read or written, or can be read by others.
    """
    try:
        try:
            return _load(path)
        except FileNotFoundError:
            return _create(path)
    except OSError as error:
        raise SettingsError(
            f"The store's secrets {path} cannot be used: {_reason(error)}."
        ) from error


def rotate_admin_key(path: Path) -> StoreSecrets:
    """Replace the store's admin key pair by a new one, atomically, and keep all else.

    The store accepts the new pair, and only that, from its next start on.

    Parameters
    ----------
    path : pathlib.Path
        As for :func:`load_or_create`.

    Returns
    -------
    StoreSecrets
        The secrets with the new pair.

    Raises
    ------
    SettingsError
        As for :func:`load_or_create`.
    """
    rotated = dataclasses.replace(load_or_create(path), admin=new_key_pair())
    try:
        write_private(path, _to_json(rotated))
    except OSError as error:
        raise SettingsError(
            f"The store's secrets {path} cannot be written: {_reason(error)}. "
            "The old admin key stays."
        ) from error
    return rotated


# Every field has a default for the making of new secrets; in a file none may be missing.
_FIELDS = {item.name for item in dataclasses.fields(StoreSecrets)}
_AS_MAPPING = TypeAdapter(dict[str, object])
_AS_SECRETS = TypeAdapter(StoreSecrets)


def _load(path: Path) -> StoreSecrets:
    text = path.read_bytes()
    _refuse_if_shared(path)
    try:
        missing = _FIELDS - _AS_MAPPING.validate_json(text).keys()
        found = _AS_SECRETS.validate_json(text)
    except ValidationError as error:
        # The error's own text would quote the secrets.
        raise _damaged(path, f"{error.error_count()} wrong values") from None
    if missing:
        raise _damaged(path, f"no {', '.join(sorted(missing))}")
    return found


def _create(path: Path) -> StoreSecrets:
    made = StoreSecrets()
    try:
        write_private(path, _to_json(made), overwrite=False)
    except LocalFileError:
        if not path.exists():
            raise
        return _load(path)  # another process was faster
    return made


def _to_json(content: StoreSecrets) -> str:
    return _AS_SECRETS.dump_json(content, indent=2).decode() + "\n"


def _refuse_if_shared(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SettingsError(
            f"The store's secrets {path} can be read by others (mode {mode:03o}). If nobody has, "
            f"run: chmod 600 '{path}'; else also replace the admin key."
        )


def _reason(error: OSError) -> str:
    return error.strerror or str(error).rstrip(".")


def _damaged(path: Path, what: str) -> SettingsError:
    return SettingsError(
        f"The store's secrets {path} are damaged ({what}). Restore the file from a backup, or "
        "move it away to have new ones made; the stored logs stay readable."
    )
