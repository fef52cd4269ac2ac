"""Exponential smoothing: MSTL takes out day and week, a damped trend follows the rest.

See ``direct.mstl``; its quantiles are those of its recent errors out of sample. Until there
are two weeks the plain profile of the last days stands in.
"""

from collections.abc import Mapping

import numpy as np

from forecasting.forecasters.base import Array
from forecasting.forecasters.direct.learner import Learner, ProfileLearner
from forecasting.forecasters.direct.ledger import Ledger
from forecasting.forecasters.direct.mixture import Mixture
from forecasting.forecasters.direct.mstl import MstlLearner


class ExponentialSmoothing(Mixture):
    """See the module."""

    def learners(self) -> Mapping[str, Learner]:
        return {"mean_7": ProfileLearner("mean_7"), "mstl": MstlLearner()}

    def weigh(self, ledger: Ledger) -> Array:
        weights = np.zeros(ledger.said.shape[1:])
        # The profile speaks where the other is silent.
        weights[0], weights[-1] = 1e-9, 1.0
        return weights
