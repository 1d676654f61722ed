"""The ``perda`` command. Each subcommand lives in its own module and is imported when called."""

from __future__ import annotations

from perda.cli._group import main

__all__ = ["main"]
