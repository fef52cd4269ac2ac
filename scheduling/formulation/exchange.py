"""Two stocks that give to each other: the air of a building and its walls.

With e the heat in both, above that at zero degrees [kWh], F what flows between them and out per
hour and kWh, and u the power into each, constant within a step of h hours, exactly::

    e[t] = A · e[t-1] + B · u[t],   A = exp(F h),   B = F⁻¹ (A - 1)

(a linear system under a zero-order hold). A building of two resistances and two capacities,
"2R2C", has F = [[-(x + a) / Ca, x / Cw], [x / Ca, -(x + w) / Cw]], x the exchange between air and
walls, a and w what air and walls lose to the outside [kW/K], C the capacities [kWh/K].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Stocks ``first`` and ``second`` of a problem, and what becomes of them in each step.

    ``kept``: A, shape (2, 2, T), what of each column's stock is in the row's after a step;
    ``hours``: B, shape (2, 2, T), what of each column's power [kWh/kW].
    """

    first: int
    second: int
    kept: Array
    hours: Array

    @classmethod
    def of_rates(
        cls, first: int, second: int, rates: Array, step_hours: float | Array, n_steps: int
    ) -> Self:
        """Return the exchange of F = ``rates``, shape (2, 2) [1/h]; its eigenvalues are real.

        Those of a passive pair are: F is symmetric but for a scale.
        """
        # Newer numpy tells real ones, too, as complex numbers.
        values, vectors = (np.real(each) for each in np.linalg.eig(rates))
        hours = np.broadcast_to(np.asarray(step_hours, dtype=np.float64), (n_steps,))
        grown = np.exp(np.outer(values, hours))
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = np.abs(values) < 1e-12
            summed = np.where(flat[:, None], hours, (grown - 1.0) / values[:, None])
        back = np.linalg.inv(vectors)
        kept = np.einsum("ik,kt,kj->ijt", vectors, grown, back)
        return cls(
            first=first,
            second=second,
            kept=kept,
            hours=np.einsum("ik,kt,kj->ijt", vectors, summed, back),
        )

    @property
    def pairs(self) -> tuple[tuple[int, int, Array, Array], ...]:
        """(to, from, A, B) across: what of the one comes to the other, each shape (T,)."""
        return (
            (self.first, self.second, self.kept[0, 1], self.hours[0, 1]),
            (self.second, self.first, self.kept[1, 0], self.hours[1, 0]),
        )


def rates_of_building(
    *, capacities: tuple[float, float], exchange: float, losses: tuple[float, float]
) -> Array:
    """Return F above of air and walls [1/h]; capacities [kWh/K], the others [kW/K]."""
    air, walls = capacities
    return np.array(
        [
            [-(exchange + losses[0]) / air, exchange / walls],
            [exchange / air, -(exchange + losses[1]) / walls],
        ]
    )


def across(exchanges: Sequence[Exchange]) -> list[tuple[int, int, Array, Array]]:
    """Return (to, from, A, B) of all ``exchanges``."""
    return [pair for each in exchanges for pair in each.pairs]
