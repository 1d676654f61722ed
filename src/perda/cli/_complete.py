"""Shell completion of arguments that may name a file, but need not."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def complete_file(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete names of files; keys on a server are not asked for."""
    return [CompletionItem(incomplete, type="file")]
