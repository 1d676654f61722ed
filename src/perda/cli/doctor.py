"""``perda doctor``: what works from here, what does not, and what to do about it."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

import click

import perda
from perda._addresses import is_loopback
from perda.cli._session import cache_dir, config_dir, read_session, session_path
from perda.errors import NotLoggedInError, PerdaError
from perda.server import ServerClient
from perda.server.address import normalise_url
from perda.server.cache import LogCache
from perda.server.config import SessionState
from perda.server.transport import Transport

_EPILOG = """\b
Examples:
  perda doctor
  perda doctor http://127.0.0.1:8000
"""

# S3 refuses signatures that are 15 minutes off; half a second is a clock's own error.
_CLOCK_WARN_S = 5.0
_CLOCK_FAIL_S = 600.0
_LITTLE_SPACE_BYTES = 2 << 30  # a few logs and their columnar copies
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@dataclass(frozen=True)
class Check:
    """One line of the table: what was looked at, how it is, and what to do if that is not well."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    advice: str = ""


@click.command(epilog=_EPILOG)
@click.argument("url", required=False)
@click.pass_context
def doctor(ctx: click.Context, url: str | None) -> None:
    """Check this machine, and the data server at URL (default: where you are logged in).

    Exit code 1 if any check fails.
    """
    failed = False
    for check in all_checks(url):
        _show(check)
        failed = failed or check.state == "fail"
    ctx.exit(int(failed))


def all_checks(url: str | None) -> Iterator[Check]:
    """Yield every check that applies, as it is made."""
    yield check_versions()
    session_check, session = check_session()
    yield session_check
    yield check_cache(cache_dir())
    yield check_png()
    server = url or (session.url if session else None)
    if server is None:
        yield Check("server", "warn", "none given", "Name one: perda doctor http://HOST:PORT")
    else:
        address = normalise_url(server)
        yield from check_server(address, session if session and session.url == address else None)


def check_versions() -> Check:
    """Say which perda runs on which Python."""
    return Check(
        "perda",
        "ok",
        f"{perda.__version__} on Python {platform.python_version()} ({sys.platform})",
    )


def check_session() -> tuple[Check, SessionState | None]:
    """Look at the settings directory and the remembered session."""
    try:
        session = read_session()
    except PerdaError as error:
        return Check("session", "fail", str(error), f"rm '{session_path()}'"), None
    if session is None:
        advice = "perda login http://HOST:PORT"
        return Check("session", "warn", f"none in {config_dir()}", advice), None
    others_read = os.name != "nt" and stat.S_IMODE(session_path().stat().st_mode) & 0o077
    if others_read:
        advice = f"chmod 600 '{session_path()}'"
        return Check("session", "fail", f"others can read {session_path()}", advice), session
    return Check("session", "ok", f"for {session.url} in {session_path()}"), session


def check_cache(directory: Path) -> Check:
    """Look whether downloads can be kept, and what they take."""
    try:
        LogCache(directory)
    except PerdaError as error:
        return Check("cache", "fail", str(error), "PERDA_CACHE_DIR names another directory.")
    taken = sum(path.stat().st_size for path in directory.iterdir() if path.is_file())
    free = shutil.disk_usage(directory).free
    found = f"{directory}: {_megabytes(taken)} kept, {_megabytes(free)} free on the disk"
    if free < _LITTLE_SPACE_BYTES:
        return Check("cache", "warn", found, "Make room, or point PERDA_CACHE_DIR elsewhere.")
    return Check("cache", "ok", found)


def check_png() -> Check:
    """Look whether figures can be written as PNG."""
    if importlib.util.find_spec("kaleido") is None:
        return Check("png", "warn", "no renderer installed", "pip install 'perda[png]'")
    return Check("png", "ok", "figures can be written as PNG")


def check_server(url: str, session: SessionState | None) -> Iterator[Check]:
    """Look at a server from outside, then with the session for it, if there is one."""
    transport = Transport(url)
    began = time.monotonic()
    try:
        answer = transport.send("GET", "/health")
    except PerdaError as error:
        yield Check("server", "fail", str(error), "Check the address, the network and the server.")
        return
    finally:
        transport.close()
    took_ms = (time.monotonic() - began) * 1000
    yield Check("server", "ok", f"{url} answers in {took_ms:.0f} ms")
    yield from check_health(url)
    if "date" in answer.headers:
        yield check_clock(answer.headers["date"])
    if session is None:
        advice = f"perda login {url}"
        yield Check("login", "warn", "no session for this server; the rest is unknown", advice)
    else:
        yield from check_with_session(session)


def check_health(url: str) -> Iterator[Check]:
    """Ask the server how it is; one that offers the contract only does not tell."""
    with ServerClient(url) as client:
        try:
            health = client.health()
        except PerdaError as error:
            if getattr(error, "status", 0) in {401, 404}:
                return
            yield Check("health", "fail", str(error), "Look at the server's log.")
            return
    found = f"database {health.database}, store {health.store}"
    if health.status == "ok":
        yield Check("health", "ok", found)
    else:
        yield Check("health", "fail", found, "Look at the server's log.")


def check_clock(date: str) -> Check:
    """Compare this machine's clock with the time of an answer; a large difference breaks S3."""
    try:
        difference_s = (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    except ValueError:
        return Check("clock", "warn", f"the server's time is unreadable: {date!r}")
    # HTTP tells whole seconds, cut off.
    off_s = max(0.0, abs(difference_s - 0.5) - 0.5)
    if off_s < _CLOCK_WARN_S:
        return Check("clock", "ok", "agrees with the server's")
    found = f"{off_s:.0f} s {'ahead of' if difference_s > 0 else 'behind'} the server's"
    state: Literal["warn", "fail"] = "fail" if off_s > _CLOCK_FAIL_S else "warn"
    return Check("clock", state, found, "Set this machine's clock (or the server's).")


def check_with_session(session: SessionState) -> Iterator[Check]:
    """Look at what needs a session: listing, version, and the store as a download uses it."""
    with ServerClient.from_session(session, progress=False) as client:
        try:
            entries = client.list_logs()
        except NotLoggedInError:
            advice = f"perda login {session.url}"
            yield Check("login", "fail", "the session has ended", advice)
            return
        except PerdaError as error:
            yield Check("login", "fail", str(error), "Look at the server's log.")
            return
        yield Check("login", "ok", f"the root holds {len(entries)} entries")
        yield check_version(client)
        yield check_store(client)


def check_version(client: ServerClient) -> Check:
    """Compare the server's version with ours."""
    try:
        version = client.version()
    except PerdaError as error:
        return Check("version", "fail", str(error), "Look at the server's log.")
    if version is None:
        return Check("version", "ok", "the server offers the contract only: no uploads from here")
    if version.version.split(".")[0] != perda.__version__.split(".")[0]:
        found = f"the server has {version.version}, this is {perda.__version__}"
        return Check("version", "warn", found, "Update the older one.")
    return Check("version", "ok", f"the server has {version.version}")


def check_store(client: ServerClient) -> Check:
    """Read from the store at the address that clients get."""
    advice = (
        "The server's PERDA_S3_PUBLIC_URL must be an address that leads from here to its store."
    )
    began = time.monotonic()
    try:
        endpoint = client.check_store()
    except PerdaError as error:
        return Check("store", "fail", str(error), advice)
    took_ms = (time.monotonic() - began) * 1000
    if is_loopback(endpoint) and not is_loopback(client.url):
        # It answered, so another store on this machine does: downloads would fail.
        return Check("store", "warn", f"{endpoint} is this machine, not the server's", advice)
    return Check("store", "ok", f"{endpoint} lists and reads in {took_ms:.0f} ms")


def _show(check: Check) -> None:
    state = click.style(f"{check.state:<4}", fg=_COLOURS[check.state])
    click.echo(f"{state}  {check.name:<8} {check.found}")
    if check.advice:
        click.echo(f"{'':15}-> {check.advice}")


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MB"
