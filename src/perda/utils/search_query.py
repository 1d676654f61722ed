"""A query as terms: what was typed, and what else it may mean."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import cache

from perda.utils.search_words import FILLERS, SAYINGS, numbered, split_words

_LONGEST_SAYING = 3
_MINUS = re.compile(r"(?<=\w)-(?=\s|$)")
_COUNTING = re.compile(r"\bnumber of\b", re.IGNORECASE)
# What was typed counts more than what it is taken to mean, and the likeliest meaning most.
_MEANT = 0.96
_MEANT_LESS = 0.06
_ANY_NUMBER = 0.8


@dataclass(frozen=True)
class Reading:
    """One way to read a term.

    Attributes
    ----------
    words : tuple of str
        Words that a variable should have, all of them.
    credit : float
        How much finding them all counts, at most 1.
    """

    words: tuple[str, ...]
    credit: float


@dataclass(frozen=True)
class Term:
    """A word or saying of the query.

    Attributes
    ----------
    readings : tuple of Reading
        The best one counts.
    weight : float
        The term's part in the query.
    """

    readings: tuple[Reading, ...]
    weight: float


def terms_of(query: str, vocabulary: Container[str]) -> list[Term]:
    """Return the terms of a query.

    Parameters
    ----------
    query : str
        As typed.
    vocabulary : container of str
        Words of the variables. A word that is not among them and can be cut into two that are
        ("wheelspeed") is cut.

    Returns
    -------
    list of Term
        Empty if the query has neither letters nor digits.
    """
    typed = split_words(_spoken(query))
    words = [word for word in typed if word not in FILLERS] or typed
    cut = [piece for word in words for piece in _cut(word, vocabulary)]
    terms = []
    at = 0
    while at < len(cut):
        rest = cut[at:]
        length = next(n for n in range(_LONGEST_SAYING, 0, -1) if _is_term(rest[:n]))
        terms.append(_term(tuple(rest[:length]), cut[at - 1] if at else ""))
        at += length
    return terms


def _spoken(query: str) -> str:
    """Return the query with signs as words ("AIR+") and without "number of"."""
    signs = _MINUS.sub(" negative ", query.replace("+", " positive "))
    return _COUNTING.sub("", signs)


def _cut(word: str, vocabulary: Container[str]) -> list[str]:
    if word in vocabulary or word in _sayings():
        return [word]
    # Pieces of one or two letters are words of the vocabulary by chance.
    for at in range(3, len(word) - 2):
        pieces = split_words(word[:at]) + split_words(word[at:])
        if all(piece in vocabulary for piece in pieces):
            return pieces
    return [word]


def _is_term(words: list[str]) -> bool:
    return len(words) == 1 or " ".join(words) in _sayings()


def _term(words: tuple[str, ...], before: str) -> Term:
    if words[0].isdigit() and before:
        # "Cell 7" is not just any 7 of a variable that has a cell.
        joined = numbered([before, words[0]])
        readings = [Reading((word,), 1.0) for word in joined] + [Reading(words, _ANY_NUMBER)]
        return Term(tuple(readings), 1.0)
    meant = _sayings().get(" ".join(words), ())
    readings = [Reading(words, 1.0)]
    readings += [Reading(other, _MEANT - n * _MEANT_LESS) for n, other in enumerate(meant)]
    return Term(tuple(readings), float(max(len(reading.words) for reading in readings)))


@cache
def _sayings() -> dict[str, tuple[tuple[str, ...], ...]]:
    return {
        " ".join(split_words(said)): tuple(tuple(split_words(words)) for words in meant)
        for said, meant in SAYINGS.items()
    }
