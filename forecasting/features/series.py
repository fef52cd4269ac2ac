"""A series with what may explain it: what forecasters are given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Times = NDArray[np.datetime64]


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
