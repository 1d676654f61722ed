"""The facade over a running car: what an engineer asks of it while it drives."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from perda.core_data_structures.data_instance import DataInstance
from perda.errors import SettingsError
from perda.live.client import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_RANGE_TIMEOUT_S,
    DEFAULT_TIMEOUT_S,
    CDPClient,
    Value,
)
from perda.live.codes import ResponseStatus, ValueType
from perda.live.errors import CDPConnectionError, CDPException, CDPServerError
from perda.plotting.plotting_constants import (
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
    FontConfig,
    LayoutConfig,
    ScatterHistogramPlotConfig,
)
from perda.units import Timescale

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from plotly.graph_objects import Figure

Variable = str | DataInstance

HOST_VARIABLE = "PERDA_LIVE_HOST"
# Any answer to it, even that there is no such variable, shows that the server is there.
PROBE = "perda.probe"


class LiveAnalyzer:
    """A running car, through its IPC server.

    Nothing is sent before the first question. Use :meth:`local` on the car's own computer,
    :meth:`remote` from elsewhere, :meth:`dataserver` with the address set once and for all.

    Parameters
    ----------
    host : str
        Name or IP address of the car's IPC server.
    port : int
        Its UDP port.
    timeout : float
        Seconds within which a value is there, or an error.
    range_timeout : float
        Seconds within which a history is there, or an error.

    Attributes
    ----------
    client : CDPClient
        What speaks to the server.

    Examples
    --------
    >>> car = LiveAnalyzer.remote("192.168.1.10")  # doctest: +SKIP
    >>> car.plot("ams.pack.voltage", "ams.pack.current", time_secs=60)  # doctest: +SKIP
    """

    def __init__(
        self,
        host: str,
        port: int = DEFAULT_PORT,
        timeout: float = DEFAULT_TIMEOUT_S,
        range_timeout: float = DEFAULT_RANGE_TIMEOUT_S,
    ) -> None:
        self.host, self.port = host, port
        self.client = CDPClient(timeout, range_timeout)
        self._linked = False
        self._connected: bool | None = None

    @classmethod
    def local(
        cls,
        port: int = DEFAULT_PORT,
        timeout: float = DEFAULT_TIMEOUT_S,
        range_timeout: float = DEFAULT_RANGE_TIMEOUT_S,
    ) -> Self:
        """Return the car whose server runs on this machine (see the class)."""
        return cls(DEFAULT_HOST, port, timeout, range_timeout)

    @classmethod
    def remote(
        cls,
        host: str,
        port: int = DEFAULT_PORT,
        timeout: float = DEFAULT_TIMEOUT_S,
        range_timeout: float = DEFAULT_RANGE_TIMEOUT_S,
    ) -> Self:
        """Return the car whose server runs on another machine (see the class)."""
        return cls(host, port, timeout, range_timeout)

    @classmethod
    def dataserver(
        cls,
        port: int = DEFAULT_PORT,
        timeout: float = DEFAULT_TIMEOUT_S,
        range_timeout: float = DEFAULT_RANGE_TIMEOUT_S,
    ) -> Self:
        """Return the car whose address the environment variable ``PERDA_LIVE_HOST`` gives.

        Raises
        ------
        SettingsError
            If it is not set, or is no name or IP address.
        """
        host = os.environ.get(HOST_VARIABLE, "").strip()
        if not host or "/" in host or " " in host:
            raise SettingsError(
                f"{HOST_VARIABLE} is {host!r}; expected the name or IP address of the car's IPC "
                f"server, such as {HOST_VARIABLE}=192.168.1.10."
            )
        return cls(host, port, timeout, range_timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<LiveAnalyzer of {self.host}:{self.port}>"

    def close(self) -> None:
        """Let go of the server; the next question takes it up again."""
        self.client.disconnect()
        self._linked, self._connected = False, None

    def get(self, var: str, value_type: ValueType | int = ValueType.FLOAT) -> float:
        """Read a variable's present value (see :meth:`CDPClient.get`)."""
        return self._call(lambda: self.client.get(var, value_type))

    def set(self, var: str, value: float, value_type: ValueType | int = ValueType.FLOAT) -> None:
        """Set a variable (see :meth:`CDPClient.set`)."""
        self._call(lambda: self.client.set(var, value, value_type))

    def fetch(self, var: str, time_secs: float = 30) -> DataInstance:
        """Read a variable's last seconds, times in ms (see :meth:`CDPClient.get_range`)."""
        return self._call(lambda: self.client.get_range(var, time_secs))

    def plot(
        self,
        var_1: Variable | list[Variable],
        var_2: Variable | list[Variable] | None = None,
        time_secs: float = 30,
        title: str | None = None,
        y_label_1: str | None = None,
        y_label_2: str | None = None,
        show_legend: bool = True,
        font_config: FontConfig = DEFAULT_FONT_CONFIG,
        layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
        max_points: int | None = None,
    ) -> Figure:
        """Plot the last seconds of variables.

        Parameters
        ----------
        var_1 : str, DataInstance or list of them
            Variables on the left axis: fetched by name, or series in ms.
        var_2 : str, DataInstance or list of them, optional
            Variables on the right axis, drawn dashed.
        time_secs : int
            How many seconds are fetched.
        title, y_label_1, y_label_2, show_legend, font_config, layout_config, max_points
            As in ``Analyzer.plot``.

        Returns
        -------
        plotly.graph_objects.Figure

        Raises
        ------
        CDPException
            As for :meth:`fetch`.
        """
        from perda.plotting import data_instance_plotter as plotter

        left = self._series(var_1, time_secs)
        # Any: the keywords that both kinds of plot take.
        shared: dict[str, Any] = {
            "title": title,
            "show_legend": show_legend,
            "font_config": font_config,
            "layout_config": layout_config,
            "timestamp_unit": Timescale.MS,
            "max_points": max_points,
        }
        if var_2 is None:
            return plotter.plot_single_axis(left, y_axis_title=y_label_1, **shared)
        right = self._series(var_2, time_secs)
        return plotter.plot_dual_axis(
            left, right, left_y_axis_title=y_label_1, right_y_axis_title=y_label_2, **shared
        )

    def analyze_frequency(
        self,
        var: Variable,
        expected_frequency_hz: float | None = None,
        gap_threshold_multiplier: float = 2.0,
        font_config: FontConfig = DEFAULT_FONT_CONFIG,
        layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
        plot_config: ScatterHistogramPlotConfig = DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
        time_secs: float = 30,
    ) -> Figure:
        """Plot how often the last seconds were sampled, and print a summary.

        Parameters
        ----------
        var : str or DataInstance
            Variable, fetched by name, or a series in ms.
        expected_frequency_hz, gap_threshold_multiplier
            As in :func:`perda.utils.frequency_analysis.analyze_frequency`.
        font_config, layout_config, plot_config
            Sizes and colours.
        time_secs : int
            How many seconds are fetched.

        Returns
        -------
        plotly.graph_objects.Figure

        Raises
        ------
        CDPException
            As for :meth:`fetch`.
        """
        from perda.utils.frequency_analysis import analyze_frequency

        (series,) = self._series(var, time_secs)
        return analyze_frequency(
            series,
            expected_frequency_hz=expected_frequency_hz,
            source_time_unit=Timescale.MS,
            gap_threshold_multiplier=gap_threshold_multiplier,
            font_config=font_config,
            layout_config=layout_config,
            plot_config=plot_config,
        )

    def is_connected(self, refresh: bool = False) -> bool:
        """Say whether the car answers.

        Parameters
        ----------
        refresh : bool
            Whether it is asked now, which takes up to ``timeout`` when it does not answer.
            Otherwise the outcome of the last question counts; before the first one it is asked.
        """
        if refresh or self._connected is None:
            try:
                self.ensure_connected()
            except CDPException:
                self._connected = False
        return bool(self._connected)

    def ensure_connected(self) -> None:
        """Ask the car for a sign of life, now.

        Raises
        ------
        CDPConnectionError
            If it cannot be reached, or its server says that the car is not connected.
        CDPProtocolError
            If what answers does not speak the car's protocol.
        """
        try:
            self.get(PROBE)
        except CDPServerError as error:
            if error.status is ResponseStatus.DISCONNECTED:
                self._connected = False
                raise CDPConnectionError(
                    f"The server at {self.host}:{self.port} answers, but says that the car is not "
                    "connected to it."
                ) from error

    def _series(self, variables: Variable | list[Variable], time_secs: float) -> list[DataInstance]:
        keys = variables if isinstance(variables, list | tuple) else [variables]
        return [
            key if isinstance(key, DataInstance) else self.fetch(key, time_secs) for key in keys
        ]

    def _call(self, question: Callable[[], Value]) -> Value:
        try:
            if not self._linked:
                self.client.connect(self.host, self.port)
                self._linked = True
            answer = question()
        except CDPConnectionError:
            self._connected = False
            raise
        except CDPServerError as error:
            self._connected = error.status is not ResponseStatus.DISCONNECTED
            raise
        self._connected = True
        return answer
