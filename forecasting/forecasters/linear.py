"""Linear: ridge regression on lags, calendar and covariates. Fast, and hard to upset.

See ``direct.ridge``; its quantiles are those of its recent errors out of sample.
"""

from collections.abc import Mapping

from forecasting.forecasters.direct.learner import Learner
from forecasting.forecasters.direct.mixture import Mixture
from forecasting.forecasters.direct.ridge import RidgeLearner


class Linear(Mixture):
    """See the module."""

    def learners(self) -> Mapping[str, Learner]:
        return {"linear": RidgeLearner()}
