"""The contract of forecasters: what learns from a series and says what comes next.

A forecaster knows no database, no clock, no units and no sensor. It gets consecutive steps
of one series, labelled by the clock on the wall of the place, because people rise by that
clock and not by UTC. The day on which clocks go forward so skips labels, and the day on
which they go back repeats some; an implementation looks at labels, never at positions.
"""

from typing import ClassVar, Protocol, Self, runtime_checkable

from forecasting.features.series import Array, Place, Sample, Times
from tenants.plugins import PluginGroup

__all__ = [
    "FORECASTERS",
    "Array",
    "Explains",
    "Forecaster",
    "NotEnoughHistory",
    "Place",
    "Sample",
    "Times",
    "Updates",
    "WrongSeries",
]


class NotEnoughHistory(Exception):
    """The forecaster needs more known steps than it was given. The text says what it needs."""


class WrongSeries(NotEnoughHistory):
    """The forecaster is not for series like this one. The text says for which."""


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
            WrongSeries: it can make nothing of a series like this.
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
        """Return why it forecast as it did; asked after ``predict``."""
        ...


FORECASTERS = PluginGroup("forecasting.forecasters", Forecaster)
