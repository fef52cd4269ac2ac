"""Auto: whatever a backtest on the newest origins found best, and why.

It takes the ensemble unless one voice alone did far better. Voices combined by recent skill were
never worse, on any series of the benchmark, than the choice of one that had been a little better.
"""

from typing import Final

import numpy as np

from forecasting.features.design import PLAIN
from forecasting.features.sayings import FORECASTS
from forecasting.forecasters.base import Array
from forecasting.forecasters.direct.ledger import Ledger
from forecasting.forecasters.ensemble import Ensemble

#: How much better a single voice must have been to be heard alone: on some sixty origins less
#: is luck, as earlier quarters of 25 series said.
_CLEARLY: Final = 1 / 3


class Auto(Ensemble):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self._reason = ""

    def reason(self) -> str:
        return self._reason

    def weigh(self, ledger: Ledger) -> Array:
        weights = ledger.weights()
        names = list(self._learners)
        errors = dict(zip(names, ledger.errors(), strict=True))
        together = float(np.nanmean(np.abs(ledger.truth - ledger.mixed(weights, ledger.said))))
        best = min(
            errors, key=lambda name: errors[name] if errors[name] == errors[name] else np.inf
        )
        n_origins = ledger.truth.shape[0]
        if errors[best] < (1 - _CLEARLY) * together:
            weights = np.zeros_like(weights)
            weights[names.index(best)] = 1.0
            better = 1 - errors[best] / together if together else 0.0
            self._reason = FORECASTS("one_alone", name=best, better=better, origins=n_origins)
        else:
            shares = sorted(zip(weights.mean(axis=1), names, strict=True), reverse=True)
            told = [f"{name} {share:.0%}" for share, name in shares if share >= 0.05]
            naive = min(errors[name] for name in PLAIN)
            better = 1 - together / naive if naive else 0.0
            self._reason = FORECASTS("all_by_skill", shares=told, better=better, origins=n_origins)
        return weights
