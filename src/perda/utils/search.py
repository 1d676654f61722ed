"""Find variables by what an engineer calls them."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import MissingExtraError
from perda.utils.search_index import Floats, SearchIndex

_LEAST_SCORE = 0.25
# Meaning is never as sure as a word.
_LEAST_SCORE_BY_MEANING = 0.12

# Runs of one car have the same variables, so an index serves many runs.
_KEPT_INDEXES = 8
_indexes: deque[SearchIndex] = deque(maxlen=_KEPT_INDEXES)


@dataclass(frozen=True)
class SearchResult:
    """A variable that answers a query.

    Attributes
    ----------
    rank : int
        1 is the best.
    score : float
        0 to 1; comparable within one search only.
    var_id : int
    cpp_name : str
    descript : str
        Empty where the log has none.
    """

    rank: int
    score: float
    var_id: int
    cpp_name: str
    descript: str


def search(
    data: SingleRunData, query: str, top_n: int = 10, semantic: bool = False
) -> list[SearchResult]:
    """Return the variables that answer a query, the likeliest first.

    Parameters
    ----------
    data : SingleRunData
        Where to search; no sample is read.
    query : str
        Words, beginnings of words, abbreviations or a part of a dotted name, in any order and
        case; typing errors are forgiven.
    top_n : int
        How many variables to return at most.
    semantic : bool
        Compare by meaning too, with a local language model: for a query that shares no word with
        what it looks for. Needs ``pip install "perda[semantic]"``; without it a warning is given
        and words decide alone.

    Returns
    -------
    list of SearchResult
        Empty if nothing is like the query.

    Raises
    ------
    ValueError
        If the query is empty or has neither letters nor digits, or ``top_n`` is below 1.

    Examples
    --------
    >>> search(run, "front right wheel speed")[0].cpp_name  # doctest: +SKIP
    'pcm.wheelSpeeds.frontRight'
    """
    if not any(letter.isalnum() for letter in query):
        raise ValueError(
            f"The query {query!r} has no letter or digit; search for words such as 'pack voltage'."
        )
    if top_n < 1:
        raise ValueError(f"top_n is {top_n}; at least 1 result must be asked for.")
    index = _index_of(data)
    by_words = index.scores(query)
    by_meaning = _with_meaning(index, query, by_words) if semantic else None
    if by_meaning is None:
        return _best(index, by_words, top_n, _LEAST_SCORE)
    return _best(index, by_meaning, top_n, _LEAST_SCORE_BY_MEANING)


def search_table(results: Sequence[SearchResult]) -> str:
    """Return results as a table for people.

    Parameters
    ----------
    results : sequence of SearchResult
        What :func:`search` returned.

    Returns
    -------
    str
        A line per result under a heading; a sentence if there is none.
    """
    if not results:
        return "No variable is like this query."
    rows = [("rank", "score", "id", "variable", "description")]
    rows += [
        (str(r.rank), f"{r.score:.2f}", str(r.var_id), r.cpp_name, r.descript) for r in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        f"{rank:>{widths[0]}}  {score:>{widths[1]}}  {var_id:>{widths[2]}}  "
        f"{name:<{widths[3]}}  {descript}".rstrip()
        for rank, score, var_id, name, descript in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _index_of(data: SingleRunData) -> SearchIndex:
    names, descriptions = data.id_to_cpp_name, data.id_to_descript
    # Compared with what stands in the run now, so that no way of changing it leaves a stale one.
    for index in tuple(_indexes):
        if index.describes(names, descriptions):
            return index
    index = SearchIndex(names, descriptions)
    _indexes.append(index)
    return index


def _with_meaning(index: SearchIndex, query: str, scores: Floats) -> Floats | None:
    from perda.utils.search_semantic import blended

    try:
        return blended(index, query, scores)
    except MissingExtraError as error:
        warnings.warn(f"{error} Searching by words instead.", stacklevel=3)
        return None


def _best(index: SearchIndex, scores: Floats, top_n: int, least: float) -> list[SearchResult]:
    # Stable: what is equally good comes in the log's order.
    order = np.argsort(-scores, kind="stable")[:top_n]
    return [
        SearchResult(
            rank=rank,
            score=round(float(scores[at]), 4),
            var_id=index.ids[at],
            cpp_name=index.names[index.ids[at]],
            descript=index.descriptions.get(index.ids[at], ""),
        )
        for rank, at in enumerate(order, 1)
        if scores[at] >= least
    ]
