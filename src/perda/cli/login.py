"""``perda login`` and ``perda logout``."""

from __future__ import annotations

import getpass
import sys
import warnings

import click

from perda._addresses import is_loopback
from perda.cli._session import forget_session, open_client, read_session, write_session
from perda.errors import LoginRefusedError, NotLoggedInError, ServerConnectionError

_LOGIN_EPILOG = """\b
Examples:
  perda login http://127.0.0.1:8000
  perda login https://data.example.org --password-stdin < password.txt
"""

_LOGOUT_EPILOG = """\b
Example:
  perda logout
"""


@click.command(epilog=_LOGIN_EPILOG)
@click.argument("url")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def login(url: str, password_stdin: bool) -> None:
    """Log in to the data server at URL and remember the session.

    The session (never the password) is kept in a file that only you can read.
    """
    from perda.server import ServerClient

    with ServerClient(url) as client:
        if client.url.startswith("http://") and not is_loopback(client.url):
            click.echo(
                "Note: http:// is not encrypted; others on the way can read along.", err=True
            )
        client.login(_read_password(client.url, password_stdin))
        path = write_session(client.session_state())
        click.echo(f"Logged in to {client.url}. The session is kept in {path}")


@click.command(epilog=_LOGOUT_EPILOG)
def logout() -> None:
    """End the remembered session, on the server and here."""
    state = read_session()
    if state is None:
        click.echo("No session is remembered; nothing to end.")
        return
    try:
        with open_client() as client:
            client.logout()
    except NotLoggedInError:
        pass
    except ServerConnectionError as error:
        click.echo(f"The server could not be told: {error}", err=True)
    finally:
        forget_session()
    click.echo(f"Logged out of {state.url}.")


def _read_password(url: str, from_stdin: bool) -> str:
    if not from_stdin:
        return _ask_for_password(url)
    try:
        text = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise LoginRefusedError("The password on standard input is not UTF-8 text.") from error
    password = text.removesuffix("\n").removesuffix("\r")
    if not password:
        raise LoginRefusedError("There is no password on standard input.")
    return password


def _ask_for_password(url: str) -> str:
    # Without a terminal, getpass warns that it would show the password, and goes on.
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return str(click.prompt(f"Password for {url}", hide_input=True))
        except getpass.GetPassWarning as warning:
            raise LoginRefusedError(
                "There is no terminal to ask for the password; use --password-stdin."
            ) from warning
