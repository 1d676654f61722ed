"""``perda admin``: change passwords and store keys of a data server, on its own machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perda.errors import SettingsError

if TYPE_CHECKING:
    from perda.gateway.datadir import DataDir

_EPILOG = """\b
Examples:
  perda admin set-password viewer --data-dir ./perda-data
  perda admin rotate-store-key --data-dir ./perda-data
"""

_data_dir = click.option(
    "--data-dir",
    envvar="PERDA_DATA_DIR",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The data directory of `perda serve` (or PERDA_DATA_DIR).",
)


@click.group(epilog=_EPILOG)
def admin() -> None:
    """Change passwords and store keys of a data server on this machine."""
    from perda.gateway.extra import require_server_extra

    require_server_extra()


@admin.command(
    "set-password",
    short_help="Change a role's password.",
    epilog="""\b
Examples:
  perda admin set-password viewer --data-dir ./perda-data
  echo "$NEW" | perda admin set-password admin --password-stdin --data-dir ./perda-data
""",
)
@click.argument("role", type=click.Choice(["viewer", "admin"]))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_data_dir
def set_password(role: str, password_stdin: bool, data_dir: Path) -> None:
    """Change a role's password; may be done while the server runs.

    All sessions of that role end at once, their S3 keys within seconds.
    """
    from perda.gateway.clock import utc_now
    from perda.gateway.db import Database
    from perda.gateway.models import Role
    from perda.gateway.passwords import Accounts

    place = _place(data_dir)
    password = _read_password(role, from_stdin=password_stdin)
    database = Database(place.database)
    try:
        database.check_current()
        Accounts(database, utc_now).set_password(Role(role), password)
    finally:
        database.close()
    click.echo(f"The {role} password is changed; all {role} sessions have ended.")


@admin.command(
    "rotate-store-key",
    short_help="Replace the store's admin key.",
    epilog="""\b
Example:
  perda admin rotate-store-key --data-dir ./perda-data
""",
)
@_data_dir
def rotate_store_key(data_dir: Path) -> None:
    """Replace the object store's admin key; the server must be stopped."""
    from perda.gateway.storage.secrets import rotate_admin_key

    place = _place(data_dir)
    with place.create_and_lock():
        rotate_admin_key(place.store_secrets)
    click.echo("The store's admin key is replaced; the next `perda serve` uses the new one.")


def _place(data_dir: Path) -> DataDir:
    from perda.gateway.datadir import DataDir

    place = DataDir(data_dir.expanduser().absolute())
    place.require()
    return place


def _read_password(role: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise SettingsError("No terminal to ask for the password; use --password-stdin.")
    password: str = click.prompt(f"New {role} password", hide_input=True, confirmation_prompt=True)
    return password
