"""``perda search``: find variables of a log by what one would call them."""

from __future__ import annotations

import click

_EPILOG = """\b
Examples:
  perda search run.csv "front right wheel speed"
  perda search run.csv pakc volt --top 3
"""


@click.command(epilog=_EPILOG)
@click.argument("file_or_key")
@click.argument("words", nargs=-1, required=True)
@click.option("--top", default=10, show_default=True, type=click.IntRange(min=1))
@click.option("--semantic", is_flag=True, help='Compare by meaning too (needs "perda[semantic]").')
def search(file_or_key: str, words: tuple[str, ...], top: int, semantic: bool) -> None:
    """Search the variables of the log FILE_OR_KEY by WORDS; typing errors are forgiven."""
    query = " ".join(words)
    if not any(character.isalnum() for character in query):
        raise click.BadParameter(f"{query!r} has no letter or digit to search for.")
    from perda.cli._session import open_log
    from perda.utils.search import search as search_run
    from perda.utils.search import search_table

    click.echo(search_table(search_run(open_log(file_or_key).data, query, top, semantic)))
