"""``perda ls``, ``perda push`` and ``perda pull``."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path

import click

from perda._keys import check_key
from perda.cli._session import open_client
from perda.errors import InvalidKeyError, InvalidMetadataError, LocalFileError, LogExistsError

_LS_EPILOG = """\b
Examples:
  perda ls
  perda ls "REV 11/2026-04-01"
  perda ls "REV 11" --json
"""

_PUSH_EPILOG = """\b
Examples:
  perda push run.csv "REV 11/2026-04-01/"
  perda push run.csv "REV 11/2026-04-01/test.csv" --title "Shakedown" \\
      --tag dry --tag skidpad --meta driver=Ada --meta laps=12
"""

_PULL_EPILOG = """\b
Examples:
  perda pull "REV 11/2026-04-01/test.csv"
  perda pull "REV 11/2026-04-01/test.csv" -o run.csv --force
"""

_MAX_FILE_NAME_BYTES = 255  # what nearly every file system takes

# A decimal number; "nan", "1_000" and "0x1f" are text.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@click.command(epilog=_LS_EPILOG)
@click.argument("prefix", default="")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array, for scripts.")
def ls(prefix: str, as_json: bool) -> None:
    """List the folders and logs under PREFIX (default: the root)."""
    with open_client() as client:
        if not as_json:
            client.print_logs(prefix)
            return
        entries = [entry.model_dump(mode="json") for entry in client.list_logs(prefix)]
    click.echo(json.dumps(entries, indent=2, ensure_ascii=False))


@click.command(epilog=_PUSH_EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("key")
@click.option("--title", default="", help="Title of the log.")
@click.option("--description", default="", help="What happened.")
@click.option("--tag", "tags", multiple=True, help="Label; may be given several times.")
@click.option(
    "--meta", "fields", multiple=True, metavar="K=V", help="Field; numbers are kept as numbers."
)
@click.option("--overwrite", is_flag=True, help="Replace the log under KEY if there is one.")
def push(
    file: Path,
    key: str,
    title: str,
    description: str,
    tags: tuple[str, ...],
    fields: tuple[str, ...],
    overwrite: bool,
) -> None:
    """Upload FILE as KEY; a KEY that ends in "/" gets the file's name added."""
    full_key = check_key(key + file.name if key.endswith("/") else key)
    texts, numbers = parse_fields(fields)
    with open_client() as client:
        try:
            stored = client.upload(
                file,
                full_key,
                overwrite,
                title=title,
                description=description,
                tags=tags,
                string_metadata=texts,
                numeric_metadata=numbers,
            )
        except LogExistsError as error:
            advice = "" if overwrite else " --overwrite replaces a log."
            raise LogExistsError(f"{error}{advice}", error.status) from error
    click.echo(f"Stored {stored.key} ({stored.size:,} bytes, sha256 {stored.sha256})")


@click.command(epilog=_PULL_EPILOG)
@click.argument("key")
@click.option("-o", "--output", help="File or directory [default: .]")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def pull(key: str, output: str | None, force: bool) -> None:
    """Download the log under KEY, whole or not at all."""
    target = choose_target(check_key(key), output)
    if target.exists() and not force:
        raise LocalFileError(f"{target} exists; choose another with -o, or add --force.")
    with open_client() as client:
        client.download(key, target, overwrite=force)
    click.echo(f"{target}: {target.stat().st_size:,} bytes")


def choose_target(key: str, output: str | None) -> Path:
    """Return the file that a pulled log is written to.

    Raises
    ------
    LocalFileError
        If ``output`` ends in ``/`` and there is no such directory.
    InvalidKeyError
        If the key's last segment is no plain file name on this system.
    """
    directory = Path(output or ".")
    if not directory.is_dir():
        if output is not None and output.endswith(("/", os.sep)):
            raise LocalFileError(f"There is no directory {output}; make it first.")
        return directory
    name = key.rpartition("/")[2]
    # Windows: a drive, as in "C:x".
    if Path(name).name != name or len(os.fsencode(name)) > _MAX_FILE_NAME_BYTES:
        raise InvalidKeyError(f"{name!r} is no file name here; name the file with -o.")
    return directory / name


def parse_fields(fields: Sequence[str]) -> tuple[dict[str, str], dict[str, float]]:
    """Return text and numeric metadata from ``k=v`` arguments.

    Raises
    ------
    InvalidMetadataError
        If one has no ``=`` or no name, or a name comes twice.
    """
    texts: dict[str, str] = {}
    numbers: dict[str, float] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        name = name.strip()
        if not name or not equals:
            raise InvalidMetadataError(f"--meta {field!r}: expected NAME=VALUE.")
        if name in texts or name in numbers:
            raise InvalidMetadataError(f"--meta gives {name!r} twice.")
        if _NUMBER.fullmatch(value) and math.isfinite(float(value)):
            numbers[name] = float(value)
        else:
            texts[name] = value
    return texts, numbers
