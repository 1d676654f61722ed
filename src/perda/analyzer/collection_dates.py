"""Dates of runs: comparing them, and reading the bounds that people give."""

from __future__ import annotations

from datetime import date, datetime, time

DateLike = datetime | date | str


def local(moment: datetime) -> datetime:
    """Return a moment in local time without a zone, as the car writes it."""
    return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment


def lower_bound(given: DateLike | None) -> datetime:
    """Return the first moment of a range.

    Raises
    ------
    ValueError
        If a text is no ISO date or time.
    """
    return datetime.min if given is None else _moment(given, time.min)


def upper_bound(given: DateLike | None) -> datetime:
    """Return the last moment of a range; a date without a time means all of that day.

    Raises
    ------
    ValueError
        If a text is no ISO date or time.
    """
    return datetime.max if given is None else _moment(given, time.max)


def _moment(given: DateLike, time_of_day: time) -> datetime:
    parsed = _parsed(given) if isinstance(given, str) else given
    if isinstance(parsed, datetime):
        return local(parsed)
    if isinstance(parsed, date):
        return datetime.combine(parsed, time_of_day)
    raise TypeError(f"A date is given as datetime, date or ISO text, not {type(given).__name__}.")


def _parsed(text: str) -> datetime | date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{text!r} is no date; expected ISO text such as 2026-04-01 or 2026-04-01T15:30."
        ) from None
