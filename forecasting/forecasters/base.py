"""The contract of forecasters: what learns from a series and says what comes next.

A forecaster knows no database, no clock, no units and no sensor. It gets consecutive steps
of one series, labelled by the clock on the wall of the place, because people rise by that
clock and not by UTC. The day on which clocks go forward so skips labels, and the day on
which they go back repeats some; an implementation looks at labels, never at positions.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tenants.plugins import PluginGroup

Array = NDArray[np.float64]
Times = NDArray[np.datetime64]


class NotEnoughHistory(Exception):
    """The forecaster needs more known steps than it was given. The text says what it needs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a series was measured: degrees north and east, and the zone of its wall clock."""

    latitude: float
    longitude: float
    time_zone: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A series with what may explain it, over T steps that follow each other.

    Attributes:
        times: starts of the steps on the local wall clock, shape (T,), oldest first.
        target: mean over each step in any unit, shape (T,); NaN where unknown.
        covariates: shape (T, K), K may be 0; known for past and future alike, such as
            weather forecasts. No NaN.
        names: what the covariates are, shape (K,) or empty where nobody said. A forecaster may
            look for one that it knows: see ``forecasting.features.known``.
        place: where the series was measured; None where nobody said.

    Raises:
        ValueError: the shapes do not fit each other.
    """

    times: Times
    target: Array
    covariates: Array
    names: tuple[str, ...] = ()
    place: Place | None = None

    def __post_init__(self) -> None:
        if self.names and len(self.names) != self.covariates.shape[1]:
            raise ValueError(f"{self.covariates.shape[1]} covariates have {len(self.names)} names")
        if self.target.shape != self.times.shape or self.covariates.shape[:1] != self.times.shape:
            raise ValueError(
                f"a sample has one target and one row of covariates per time, not "
                f"{self.times.shape} times, {self.target.shape} and {self.covariates.shape}"
            )

    def __getitem__(self, kept: slice | NDArray[np.bool_]) -> "Sample":
        """Return the steps ``kept``."""
        times, target, covariates = self.times[kept], self.target[kept], self.covariates[kept]
        return Sample(times, target, covariates, self.names, self.place)

    def known(self) -> "Sample":
        """Return the steps whose target is known."""
        return self[~np.isnan(self.target)]


class Forecaster(Protocol):
    """A model of one series. Made without arguments, fitted once, asked as often as wanted.

    Fitting the same history again gives the same answers, bit for bit.

    Attributes:
        version: kept with each forecast; changes whenever equal histories may get other answers.
    """

    version: ClassVar[str]

    def fit(self, history: Sample, n_ahead: int) -> Self:
        """Learn from ``history`` and return self. The arrays are not changed.

        Args:
            history: what is known.
            n_ahead: how many steps after it will be asked for at most; positive.

        Raises:
            NotEnoughHistory: too few known steps.
        """
        ...

    def predict(self, times: Times, covariates: Array, quantiles: Array) -> Array:
        """Return quantiles for the steps at ``times``, which follow the history.

        What the history never did is not foretold: where it was never negative (or never
        positive), neither is the answer.

        Args:
            times: shape (H,), H at most ``n_ahead``, as in ``Sample``; the first follows the
                last of the history.
            covariates: shape (H, K), the same K as in the history.
            quantiles: probabilities in (0, 1), ascending, shape (Q,).

        Returns:
            shape (Q, H), finite, never decreasing along the first axis.
        """
        ...


@runtime_checkable
class Updates(Protocol):
    """Ability of a forecaster: take what became known since, without learning anew.

    A backtest then learns once a month, and looks at each day of the month as it comes.
    """

    def update(self, history: Sample) -> Self:
        """Look ahead from the end of ``history``, the fitted one with what followed it."""
        ...


@runtime_checkable
class Explains(Protocol):
    """Ability of a forecaster that chooses: say what it chose and why, for people."""

    def reason(self) -> str:
        """Return why it forecasts as it does; asked after ``fit``."""
        ...


FORECASTERS = PluginGroup("forecasting.forecasters", Forecaster)
