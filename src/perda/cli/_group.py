"""The top-level command group: finds subcommands by name without importing the others."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

import perda
from perda.errors import PerdaError

# Command name -> (module, attribute, one line for the overview). The line stands here too so
# that `perda --help` imports none of them.
_COMMANDS = {
    "info": (
        "perda.cli.info",
        "info",
        "What is in a log: samples, bad lines, variables.",
    ),
    "plot": ("perda.cli.plot", "plot", "Plot variables of a log to an HTML page or a PNG."),
    "convert": ("perda.cli.convert", "convert", "Write a log, or a part, in another format."),
    "search": ("perda.cli.search", "search", "Find variables by what you would call them."),
    "sample": ("perda.cli.sample", "sample", "Write a realistic log of a simulated car."),
    "login": ("perda.cli.login", "login", "Log in to a data server and remember the session."),
    "logout": ("perda.cli.login", "logout", "End the remembered session."),
    "ls": ("perda.cli.logs", "ls", "List logs on the data server."),
    "push": ("perda.cli.logs", "push", "Upload a log with title, tags and metadata."),
    "pull": ("perda.cli.logs", "pull", "Download a log."),
    "cache": ("perda.cli.cache", "cache", "Show and clear the copies that make logs open fast."),
    "serve": ("perda.cli.serve", "serve", "Run a data server."),
    "admin": ("perda.cli.admin", "admin", "Change passwords and store keys of a data server."),
    "doctor": ("perda.cli.doctor", "doctor", "Check settings, server, store and cache."),
}

_EPILOG = """\b
Examples:
  perda sample run.csv --minutes 1
  perda plot run.csv ams.pack.voltage -o pack.png
  perda serve --data-dir ./perda-data
  perda login http://127.0.0.1:8000 && perda ls

Shell completion: see "perda --help-completion".
"""

_COMPLETION = """\
Shell completion for perda, one line to add to your shell's start-up file:

  bash  (~/.bashrc)                     eval "$(_PERDA_COMPLETE=bash_source perda)"
  zsh   (~/.zshrc)                      eval "$(_PERDA_COMPLETE=zsh_source perda)"
  fish  (~/.config/fish/config.fish)    _PERDA_COMPLETE=fish_source perda | source

Open a new shell afterwards; then "perda pl<TAB>" completes to "perda plot".
"""


class _LazyGroup(click.Group):
    """A group whose subcommands are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in _COMMANDS:
            import difflib

            close = difflib.get_close_matches(name, _COMMANDS, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"There is no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in _COMMANDS.items()])

    # Any: as in click's own signature.
    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        with _errors_in_one_line():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        with _errors_in_one_line():
            return super().invoke(ctx)


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    try:
        yield
    # The first asks for a command's help; click itself ends quietly at a closed pipe.
    except (click.exceptions.NoArgsIsHelpError, BrokenPipeError):
        raise
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "perda"
        text = f"{error.format_message().rstrip('.')}. '{command} --help' shows how."
        raise _OneLine(text) from error
    except click.ClickException as error:
        raise _OneLine(error.format_message()) from error
    except PerdaError as error:
        raise _OneLine(str(error)) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise _OneLine(f"{where}{error.strerror or error}.") from error


class _OneLine(click.ClickException):
    """An error: its sentence on standard error, exit code 2, no traceback."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        click.echo(f"perda: {self.format_message()}", err=True)


def _print_completion(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(_COMPLETION)
        ctx.exit()


@click.group(
    "perda",
    cls=_LazyGroup,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(perda.__version__, prog_name="perda")
@click.option("-v", "--verbose", count=True, help="Say more on standard error (-vv: all).")
@click.option(
    "--help-completion",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_completion,
    help="Show how to turn on shell completion.",
)
def main(verbose: int) -> None:
    """Racing telemetry, from the car's log to the answer."""
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    form = "%(levelname)s %(name)s: %(message)s" if verbose else "%(levelname)s: %(message)s"
    logging.basicConfig(level=level, format=form)
