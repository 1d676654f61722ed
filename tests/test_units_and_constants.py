from __future__ import annotations

import numpy as np
import pytest

from perda.constants import DELIMITER, R_EARTH_M, TITLE_DELIM, title_block
from perda.units import (
    MAD_TO_STD,
    Timescale,
    convert_time,
    from_seconds,
    in_to_m,
    mph_to_m_per_s,
    to_seconds,
)


def test_times_convert_between_units():
    assert to_seconds(1500, "ms") == 1.5
    assert to_seconds(2_500_000, Timescale.US) == 2.5
    assert from_seconds(0.25, Timescale.US) == 250_000
    assert convert_time(3, "ms", "us") == 3000
    assert convert_time(np.array([1, 2]), "s", "ms").tolist() == [1000, 2000]
    assert to_seconds(np.array([1000]), "ms").dtype == np.float64


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="minutes"):
        convert_time(1, "minutes", "s")


def test_speeds_and_lengths():
    assert mph_to_m_per_s(3600.0) == 1609.34
    assert in_to_m(10.0) == pytest.approx(0.254)
    assert MAD_TO_STD == 1.4826


def test_constants():
    assert (len(DELIMITER), TITLE_DELIM, R_EARTH_M) == (40, "=====", 6_371_000.0)
    assert title_block("Data Summary") == "===== Data Summary ====="
