"""The words of a run's variables, laid out so that a query is scored against all of them at once.

Every variable has words: those of its dotted name, of its description, of its unit, and those
that the parts in its name stand for. A word of the query is compared with each distinct word
once (equal, beginning, typing error), and the result is spread over the variables by arrays, so
that the cost hardly depends on how many variables there are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from perda.utils.search_query import Term, terms_of
from perda.utils.search_words import (
    FILLERS,
    SUPPORTING,
    meant_by,
    numbered,
    split_words,
    unit_words,
    without_unit,
)

Floats = npt.NDArray[np.float32]

# How much a word counts by where it stands.
_IN_NAME, _IN_DESCRIPTION, _IN_MEANING, _IN_UNIT = 1.0, 0.95, 0.6, 0.5
# How much words of the variable that were asked for count, by where they stand, all together.
_SHARE_LEAF, _SHARE_NAME, _SHARE_DESCRIPTION = 0.4, 0.3, 0.3
# Parts of the score: the query's words found, the variable's words asked for, and the query
# standing in the name as it was typed.
_FOUND, _ASKED, _LITERAL = 0.83, 0.14, 0.03
# Taken off for each word that says "about another variable" and was not asked for.
_SUPPORTING_COST = 0.03

_BEGINNING, _LONGER = 0.75, 0.7
_LEAST_SIMILARITY, _SHORTEST_MISTYPED, _MISTYPED = 0.7, 4, 0.92


class SearchIndex:
    """Words of the variables of a run.

    Parameters
    ----------
    names, descriptions : mapping of int to str
        By variable id; copied.

    Attributes
    ----------
    ids : list of int
        In the order of all arrays here.
    """

    def __init__(self, names: Mapping[int, str], descriptions: Mapping[int, str]) -> None:
        self.names = dict(names)
        self.descriptions = dict(descriptions)
        self.ids = list(self.names)
        self._lower_names = [name.lower() for name in self.names.values()]
        words = [_words_of(name, self.descriptions.get(i, "")) for i, name in self.names.items()]
        self._vocabulary = sorted({word for own in words for word in own})
        self._lay_out(words)

    def describes(self, names: Mapping[int, str], descriptions: Mapping[int, str]) -> bool:
        """Say whether these are the variables that the index was built of."""
        return self.names == names and self.descriptions == descriptions

    def scores(self, query: str) -> Floats:
        """Return how well each variable answers a query.

        Parameters
        ----------
        query : str
            As typed.

        Returns
        -------
        numpy.ndarray
            Shape (variables,), float32, 0 to 1; 0 where no word of the query was found.
        """
        terms = terms_of(query, self._number_of)
        if not terms or not self.ids:
            return np.zeros(len(self.ids), np.float32)
        typed = sorted({word for term in terms for r in term.readings for word in r.words})
        likeness = self._likeness(typed)
        found = self._found(terms, dict(zip(typed, self._by_variable(likeness), strict=True)))
        asked = self._asked(terms, typed, likeness)
        literal = query.strip().lower()
        scores = _FOUND * found + asked + _LITERAL * self._names_with(literal)
        scores[[name == literal for name in self._lower_names]] = 1
        return np.where(found > 0, np.clip(scores, 0, 1), 0).astype(np.float32)

    def _lay_out(self, words: Sequence[Mapping[str, _Place]]) -> None:
        self._number_of = {word: number for number, word in enumerate(self._vocabulary)}
        places = [(self._number_of[word], place) for own in words for word, place in own.items()]
        self._word = np.array([number for number, _ in places], np.intp)
        self._credit = np.array([place.credit for _, place in places], np.float32)
        self._share = np.array([place.share for _, place in places], np.float32)
        self._cost = np.array([place.cost for _, place in places], np.float32)
        counts = [len(own) for own in words]
        self._start = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)

    def _by_variable(self, likeness: Floats) -> Iterator[Floats]:
        for row in likeness:
            yield np.maximum.reduceat(row[self._word] * self._credit, self._start)

    def _found(self, terms: Sequence[Term], by_word: Mapping[str, Floats]) -> Floats:
        total = np.zeros(len(self.ids), np.float32)
        for term in terms:
            readings = [
                reading.credit * np.mean([by_word[word] for word in reading.words], axis=0)
                for reading in term.readings
            ]
            total += term.weight * np.max(readings, axis=0)
        return total / np.float32(sum(term.weight for term in terms))

    def _asked(self, terms: Sequence[Term], typed: Sequence[str], likeness: Floats) -> Floats:
        weights = {w: r.credit for t in terms for r in t.readings for w in r.words}
        best = (likeness * np.array([[weights[w]] for w in typed], np.float32)).max(axis=0)
        asked = best[self._word]
        gain = _ASKED * self._share * asked - self._cost * (1 - asked)
        return np.asarray(np.add.reduceat(gain, self._start), np.float32)

    def _names_with(self, text: str) -> npt.NDArray[np.bool_]:
        having = (text in name for name in self._lower_names)
        return np.fromiter(having, np.bool_, len(self._lower_names))

    def _likeness(self, typed: Sequence[str]) -> Floats:
        """Return how alike typed words and known words are, shape (typed, known), 0 to 1."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import cdist

        alike = cdist(
            typed,
            self._vocabulary,
            scorer=OSA.normalized_similarity,
            score_cutoff=_LEAST_SIMILARITY,
            dtype=np.float32,
        )
        for row, word in zip(alike, typed, strict=True):
            # A number or a short word with another letter is another word.
            row *= _MISTYPED if len(word) >= _SHORTEST_MISTYPED and word.isalpha() else 0
            self._add_beginnings(row, word)
            self._add_stems(row, word)
        return np.asarray(alike)

    def _add_beginnings(self, row: Floats, word: str) -> None:
        if not word.isalpha():
            self._raise(row, word, 1.0)
            return
        first = bisect_left(self._vocabulary, word)
        last = bisect_left(self._vocabulary, word + "\U0010ffff", first)
        for number in range(first, last):
            whole = len(word) / len(self._vocabulary[number])
            likeness = 1.0 if whole == 1 else _BEGINNING + (1 - _BEGINNING) * whole**2
            if len(word) > 1 or whole == 1:
                row[number] = max(row[number], likeness)

    def _add_stems(self, row: Floats, word: str) -> None:
        for length in range(_SHORTEST_MISTYPED, len(word)):
            self._raise(row, word[:length], _LONGER * length / len(word))

    def _raise(self, row: Floats, word: str, likeness: float) -> None:
        number = self._number_of.get(word)
        if number is not None:
            row[number] = max(row[number], likeness)


class _Place:
    """What a word is to one variable."""

    __slots__ = ("cost", "credit", "share")

    def __init__(self) -> None:
        self.credit = self.share = self.cost = 0.0

    def stands(self, credit: float, share: float = 0.0) -> None:
        self.credit = max(self.credit, credit)
        self.share += share


def _words_of(name: str, description: str) -> dict[str, _Place]:
    words: dict[str, _Place] = {}

    def put(found: Sequence[str], credit: float, share: float = 0.0) -> None:
        for word in found:
            words.setdefault(word, _Place()).stands(credit, share / len(found))

    in_name = split_words(name)
    in_description = [w for w in split_words(without_unit(description)) if w not in FILLERS]
    put(in_name, _IN_NAME, _SHARE_NAME)
    put(split_words(name.rpartition(".")[2]), _IN_NAME, _SHARE_LEAF)
    put(in_description, _IN_DESCRIPTION, _SHARE_DESCRIPTION)
    put(numbered(in_name), _IN_NAME)
    put(numbered(in_description), _IN_DESCRIPTION)
    for word in {*in_name, *in_description}:
        if word in SUPPORTING or (word.isdigit() and word in in_name):
            words[word].cost = _SUPPORTING_COST
    put(unit_words(description), _IN_UNIT)
    for word in in_name:
        put(meant_by(word), _IN_MEANING)
    # A variable without any word still has its place in the arrays.
    return words or {"": _Place()}
