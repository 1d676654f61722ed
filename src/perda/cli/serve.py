"""``perda serve``: run a data server."""

from __future__ import annotations

import os

import click

_EPILOG = """\b
Examples:
  perda serve --data-dir ./perda-data
  perda serve --data-dir ./perda-data --host 0.0.0.0 --port 8080
  perda serve --data-dir ./perda-data --check

Every option can also be set in the environment, as PERDA_DATA_DIR, PERDA_HOST, PERDA_PORT;
docs/server.md lists all settings. On first start the admin and viewer passwords are taken
from PERDA_ADMIN_PASSWORD and PERDA_VIEWER_PASSWORD, or made and shown once.
"""


# Plain text options: load_settings checks them together with the environment's.
@click.command(epilog=_EPILOG)
@click.option("--data-dir", metavar="DIR", help="Where everything is kept; made if missing.")
@click.option("--host", metavar="ADDRESS", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", metavar="N", help="HTTP port; 0 picks a free one.  [default: 8000]")
@click.option(
    "--check",
    is_flag=True,
    help="Start, fetch an object through the store's public address, stop.",
)
def serve(data_dir: str | None, host: str | None, port: str | None, check: bool) -> None:
    """Run a data server until Ctrl-C: logs, their metadata, and the object store."""
    from perda.gateway.extra import require_server_extra

    require_server_extra()
    from perda.gateway import launch
    from perda.gateway.settings import load_settings

    settings = load_settings(os.environ, {"data_dir": data_dir, "host": host, "port": port})
    if not check:
        launch.serve(settings, click.echo)
        return
    from perda.gateway.check import check_store_address

    with launch.running_server(settings, click.echo) as server:
        endpoint = check_store_address(server)
    click.echo(f"OK: an object came back through {endpoint}, the address clients get.")
