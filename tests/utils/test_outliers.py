from __future__ import annotations

import numpy as np
import pytest

from perda.units import MAD_TO_STD
from perda.utils.outliers import hampel_outliers, rolling_mean_and_std, zscore_outliers

RNG = np.random.default_rng(7)


def windows_of(values, window):
    """Each sample's window, one after the other, as the definition has it."""
    before = window // 2
    for i in range(len(values)):
        yield values[max(i - before, 0) : i - before + window]


def noisy(count, nan_share):
    values = RNG.normal(size=count) * RNG.choice([1, 1, 1, 20], count)
    values[RNG.random(count) < nan_share] = np.nan
    return values


@pytest.mark.parametrize("window", [1, 2, 5, 10, 31, 2000])
@pytest.mark.parametrize("nan_share", [0, 0.3])
@pytest.mark.filterwarnings("ignore:All-NaN:RuntimeWarning")
def test_hampel_is_its_definition_in_every_window(window, nan_share):
    values = noisy(700, nan_share)

    out = hampel_outliers(values, window, 3)

    expected = []
    for value, around in zip(values, windows_of(values, window), strict=True):
        median = np.nanmedian(around)
        mad = np.nanmedian(np.abs(around - median))
        expected.append(bool(abs(value - median) > 3 * MAD_TO_STD * mad))
    assert out.tolist() == expected


@pytest.mark.parametrize("window", [1, 2, 5, 10, 31, 2000])
@pytest.mark.parametrize("nan_share", [0, 0.3])
@pytest.mark.filterwarnings("ignore:Mean of empty:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:Degrees of freedom:RuntimeWarning")
def test_rolling_mean_and_std_are_numpys_in_every_window(window, nan_share):
    values = 400 + noisy(700, nan_share)

    mean, std = rolling_mean_and_std(values, window)

    around = list(windows_of(values, window))
    assert np.allclose(mean, [np.nanmean(one) for one in around], equal_nan=True)
    assert np.allclose(std, [np.nanstd(one) for one in around], atol=1e-6, equal_nan=True)


def test_one_huge_sample_does_not_blind_the_filter_for_all_the_others():
    values = np.sin(np.arange(3000) / 20)
    values[100], values[2000] = 1e30, 50.0

    assert np.flatnonzero(zscore_outliers(values, 101, 5)).tolist() == [100, 2000]


def test_a_constant_has_no_outliers_and_nothing_has_none():
    assert not zscore_outliers(np.full(100, 0.1), 11, 3).any()
    assert not hampel_outliers(np.full(100, 0.1), 10, 3).any()
    assert len(hampel_outliers(np.empty(0), 10, 3)) == 0
    assert not zscore_outliers(np.full(5, np.nan), 3, 1).any()


def test_settings_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="n_sigmas"):
        hampel_outliers(np.ones(3), 3, -1)
    with pytest.raises(ValueError, match="threshold"):
        zscore_outliers(np.ones(3), 3, 0)
