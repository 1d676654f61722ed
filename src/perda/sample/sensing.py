"""From the car's state to the rows of the log: clocks, noise, resolution and late frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perda.sample.model import StateWindow
from perda.sample.track import FloatArray
from perda.sample.variable import Variable

IntArray = npt.NDArray[np.int64]

_VALUES_PER_FRAME = 4
_FRAME_US = 240
_LOST = 1e-4
_REPEATED = 1e-4
_LATE = 4e-3
_OVERTAKEN = 4e-4
_FAST_HZ = 100


@dataclass(frozen=True)
class Rows:
    """Rows of the log, all arrays of one length.

    Attributes
    ----------
    arrival : numpy.ndarray
        When the logger wrote the row [µs]; the file is in this order.
    timestamp : numpy.ndarray
        When the value was taken [µs].
    variable : numpy.ndarray
        Position of the variable among all variables.
    value : numpy.ndarray
    """

    arrival: IntArray
    timestamp: IntArray
    variable: IntArray
    value: FloatArray

    def take(self, index: IntArray | slice) -> Rows:
        """Return some of the rows."""
        return Rows(
            self.arrival[index], self.timestamp[index], self.variable[index], self.value[index]
        )


@dataclass(frozen=True)
class Message:
    """Variables that are sent together: one clock, and one array of shape (k,) per property."""

    rate_hz: float
    phase: float
    variable: IntArray
    column: IntArray
    scale: FloatArray
    offset: FloatArray
    noise: FloatArray
    steps: FloatArray
    deadband: FloatArray
    low: FloatArray
    high: FloatArray
    hold: npt.NDArray[np.bool_]
    wrap: npt.NDArray[np.bool_]
    counts_to: IntArray

    def rows(
        self, state: StateWindow, start_s: float, end_s: float, rng: np.random.Generator
    ) -> Rows:
        """Return what is sent from ``start_s`` (included) to ``end_s`` (not included)."""
        index = self._sent(start_s, end_s, rng)
        count, width = len(index), len(self.variable)
        jitter = np.clip(rng.standard_normal(count), -4, 4) * min(2e-4, 0.04 / self.rate_hz)
        time = np.maximum((index + self.phase) / self.rate_hz + jitter, 0.0)
        # A repeated frame keeps the time of the first.
        time[1:] = np.where(np.diff(index) == 0, time[:-1], time[1:])
        frame = np.arange(width) // _VALUES_PER_FRAME * _FRAME_US
        timestamp = np.rint(time * 1e6).astype(np.int64)[:, None] + frame
        return Rows(
            arrival=(timestamp + self._delay_us(count, rng)[:, None]).ravel(),
            timestamp=timestamp.ravel(),
            variable=np.tile(self.variable, count),
            value=self._readings(state, index, time, rng).ravel(),
        )

    def _sent(self, start_s: float, end_s: float, rng: np.random.Generator) -> IntArray:
        """Return the numbers of the messages that reach the logger: some never, some twice."""
        first = int(np.ceil(start_s * self.rate_hz - self.phase))
        after = int(np.ceil(end_s * self.rate_hz - self.phase))
        index = np.arange(max(first, 0), max(after, 0))
        luck = rng.random(len(index))
        copies = 1 - (luck < _LOST).astype(np.int64) + (luck > 1 - _REPEATED)
        return np.repeat(index, copies)

    def _delay_us(self, count: int, rng: np.random.Generator) -> IntArray:
        """Return by how much each message is late [µs]: mostly not at all."""
        luck = rng.random(count)
        late = np.where(luck < _LATE, rng.exponential(0.0015, count), 0.0)
        if self.rate_hz >= _FAST_HZ:
            # So late that the next message of the same kind overtakes it.
            late = np.where(luck > 1 - _OVERTAKEN, 1.6 / self.rate_hz, late)
        return np.asarray(late * 1e6).astype(np.int64)

    def _readings(
        self, state: StateWindow, index: IntArray, time: FloatArray, rng: np.random.Generator
    ) -> FloatArray:
        truth = state.sample(self.column, time, self.hold) * self.scale + self.offset
        value = truth + self.noise * rng.standard_normal(truth.shape)
        value[np.abs(value) < self.deadband] = 0.0
        # Dividing whole steps, not multiplying: 29 / 100 prints as 0.29; 29 * 0.01 does not.
        value = self._wrapped(np.rint(np.clip(value, self.low, self.high) * self.steps))
        value = value / self.steps
        if self.counts_to.any():
            count = index[:, None] % np.maximum(self.counts_to, 1)
            value = np.where(self.counts_to > 0, count, value)
        # Adding zero turns -0.0 into 0.0, which is shorter.
        return np.asarray(value + 0.0)

    def _wrapped(self, whole_steps: FloatArray) -> FloatArray:
        if not self.wrap.any():
            return whole_steps
        half = 180.0 * self.steps
        return np.where(self.wrap, (whole_steps + half) % (2 * half) - half, whole_steps)


def plan_messages(
    variables: Sequence[Variable], columns: dict[str, int], rng: np.random.Generator
) -> list[Message]:
    """Group variables into messages; the generator decides each sensor's deviation and phase."""
    deviation = rng.standard_normal(len(variables))
    groups: dict[tuple[str, float], list[int]] = {}
    for i, variable in enumerate(variables):
        if not variable.silent:
            groups.setdefault((variable.message, variable.rate_hz), []).append(i)
    return [
        _message([variables[i] for i in members], members, deviation, columns, float(rng.random()))
        for members in groups.values()
    ]


def _message(
    variables: Sequence[Variable],
    members: list[int],
    deviation: FloatArray,
    columns: dict[str, int],
    phase: float,
) -> Message:
    spread = np.array([v.spread for v in variables]) * deviation[members]
    return Message(
        rate_hz=variables[0].rate_hz,
        phase=phase,
        variable=np.array(members),
        column=np.array([columns[v.source] for v in variables]),
        scale=np.array([v.scale for v in variables]),
        offset=np.array([v.offset for v in variables]) + spread,
        noise=np.array([v.noise for v in variables]),
        steps=np.array([v.steps for v in variables]),
        deadband=np.array([v.deadband for v in variables]),
        low=np.array([v.low for v in variables]),
        high=np.array([v.high for v in variables]),
        hold=np.array([v.hold for v in variables]),
        wrap=np.array([v.wrap for v in variables]),
        counts_to=np.array([v.counts_to for v in variables]),
    )
