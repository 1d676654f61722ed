"""The data server's settings: from the command line, else the environment, else a default."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from perda.errors import SettingsError

MIN_KEY_DAYS = 7.0  # existing clients fetch keys once and keep them while a notebook is open
MIN_PASSWORD = 8
MAX_PASSWORD = 1024

Value = TypeVar("Value")


@dataclass(frozen=True)
class Settings:
    """Everything that can be chosen about a data server; values are checked on the way in.

    Attributes
    ----------
    data_dir : Path
        Where everything the server keeps lies.
    host : str
        Address to listen on, for HTTP and for the object store.
    port : int
        HTTP port; 0 picks a free one.
    admin_password, viewer_password : str or None
        Taken on first start only; None: one is made.
    s3_public_url : str or None
        Where clients reach the store, when that is not ``host``.
    s3_port : int
        Port of the store; 0 picks a free one at first start and keeps it.
    key_days : float
        Life of an S3 key pair in days.
    session_idle_days, session_max_days : float
        A session ends when it was not used for the first, and in any case after the second.
    max_upload_bytes : int
        Largest log accepted.
    trusted_proxies : tuple of str
        Addresses whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    admin_password: str | None = field(default=None, repr=False)
    viewer_password: str | None = field(default=None, repr=False)
    s3_public_url: str | None = None
    s3_port: int = 0
    key_days: float = MIN_KEY_DAYS
    session_idle_days: float = 7.0
    session_max_days: float = 30.0
    max_upload_bytes: int = 20 * 2**30
    trusted_proxies: tuple[str, ...] = ()

    @property
    def key_life(self) -> timedelta:
        """Life of an S3 key pair."""
        return timedelta(days=self.key_days)

    @property
    def listens_beyond_loopback(self) -> bool:
        """Whether other machines can reach the server."""
        return not ipaddress.ip_address(self.host).is_loopback

    @property
    def listens_everywhere(self) -> bool:
        """Whether the address is a wildcard, which tells nothing about how clients call us."""
        return self.host in {"0.0.0.0", "::"}  # noqa: S104


def load_settings(
    environ: Mapping[str, str], options: Mapping[str, object | None] | None = None
) -> Settings:
    """Build the settings from command-line options and environment variables.

    Parameters
    ----------
    environ : mapping of str to str
        Usually ``os.environ``; each setting is read from ``PERDA_`` and its name in capitals.
        An empty variable counts as not set.
    options : mapping, optional
        Values by setting name that go before the environment; None counts as not given.

    Returns
    -------
    Settings
        Checked settings.

    Raises
    ------
    SettingsError
        If a value is wrong; the message names the setting, its value and what is expected.
    """
    given = {name: value for name, value in (options or {}).items() if value is not None}
    values: dict[str, object] = {}
    for name in (item.name for item in fields(Settings)):
        variable = f"PERDA_{name.upper()}"
        if name in given:
            values[name] = _check(name, f"--{name.replace('_', '-')}", str(given[name]))
        elif environ.get(variable):
            values[name] = _check(name, variable, environ[variable])
    if "data_dir" not in values:
        raise SettingsError("No data directory: give --data-dir DIR or set PERDA_DATA_DIR.")
    settings = Settings(**values)  # type: ignore[arg-type]  # each value was parsed for its field
    _check_together(settings)
    return settings


def check_password(text: str, shown_as: str) -> str:
    """Return ``text`` if it may be a password; the error never shows the password itself.

    Raises
    ------
    SettingsError
        If it is shorter than 8 or longer than 1024 characters.
    """
    if not MIN_PASSWORD <= len(text) <= MAX_PASSWORD:
        raise SettingsError(
            f"{shown_as} has {len(text)} characters; expected {MIN_PASSWORD} to {MAX_PASSWORD}."
        )
    return text


def _check(name: str, shown_as: str, text: str) -> object:
    if name in {"admin_password", "viewer_password"}:
        return check_password(text, shown_as)
    parse, expected = _RULES[name]
    try:
        return parse(text)
    except ValueError:
        raise SettingsError(f"{shown_as} is {text!r}; expected {expected}.") from None


def _check_together(settings: Settings) -> None:
    if settings.admin_password and settings.admin_password == settings.viewer_password:
        raise SettingsError(
            "PERDA_ADMIN_PASSWORD and PERDA_VIEWER_PASSWORD are the same; expected two passwords, "
            "because the password decides the role."
        )
    if settings.session_max_days < settings.session_idle_days:
        raise SettingsError(
            f"PERDA_SESSION_MAX_DAYS is {settings.session_max_days:g}; expected at least "
            f"PERDA_SESSION_IDLE_DAYS ({settings.session_idle_days:g})."
        )


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _host(text: str) -> str:
    # A name could stand for several addresses; the store and the server must agree on one.
    return str(ipaddress.ip_address("127.0.0.1" if text == "localhost" else text))


def _url(text: str) -> str:
    parts = urlsplit(text)
    _ = parts.port  # raises ValueError when it is no port
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_network(part.strip())) for part in text.split(","))


def _between(parse: Callable[[str], Value], low: float, high: float) -> Callable[[str], Value]:
    def check(text: str) -> Value:
        value = parse(text)
        if not low <= float(value) <= high:  # type: ignore[arg-type]  # int or float
            raise ValueError
        return value

    return check


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise ValueError
    return int(text)


_DAYS = 3650.0
_RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "data_dir": (_path, "a directory"),
    "host": (_host, "an IP address such as 127.0.0.1 or 0.0.0.0, or localhost"),
    "port": (_between(_whole, 0, 65535), "a port from 0 (any free one) to 65535"),
    "s3_public_url": (_url, "an address such as http://192.168.1.5:8333, without a path"),
    "s3_port": (_between(_whole, 0, 65535), "a port from 0 (any free one) to 65535"),
    "key_days": (_between(float, MIN_KEY_DAYS, _DAYS), f"days, from {MIN_KEY_DAYS:g} to {_DAYS:g}"),
    "session_idle_days": (_between(float, 1 / 1440, _DAYS), f"days, at most {_DAYS:g}"),
    "session_max_days": (_between(float, 1 / 1440, _DAYS), f"days, at most {_DAYS:g}"),
    "max_upload_bytes": (_between(_whole, 1, 2**50), "a number of bytes, at least 1"),
    "trusted_proxies": (_addresses, "IP addresses or networks, separated by commas"),
}
