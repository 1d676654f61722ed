"""Constants and small text helpers shared by everything that prints."""

from __future__ import annotations

DELIMITER = "=" * 40
"""Line between blocks of printed text."""

TITLE_DELIM = "=" * 5
"""What stands on both sides of a printed title."""

R_EARTH_M = 6_371_000.0
"""Mean radius of the Earth in metres."""


def title_block(title: str) -> str:
    """Return ``title`` between two delimiters: ``===== title =====``."""
    return f"{TITLE_DELIM} {title} {TITLE_DELIM}"
