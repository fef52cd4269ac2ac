"""Ensemble: what profiles, a linear model, trees and seasons by loess say, by recent skill.

Combining beats choosing in most competitions (Makridakis, Spiliotis and Assimakopoulos, Int.
J. of Forecasting 36, 2020); weights are those of ``direct.ledger``.
"""

import logging
from collections.abc import Mapping

from forecasting.features.design import PROFILES
from forecasting.forecasters.direct.boosting import BoostingLearner
from forecasting.forecasters.direct.learner import Learner, ProfileLearner
from forecasting.forecasters.direct.mixture import Mixture
from forecasting.forecasters.direct.mstl import MstlLearner
from forecasting.forecasters.direct.ridge import RidgeLearner

logger = logging.getLogger(__name__)


class Ensemble(Mixture):
    """See the module."""

    def learners(self) -> Mapping[str, Learner]:
        return {
            **{name: ProfileLearner(name) for name in PROFILES},
            "linear": RidgeLearner(),
            "trees": BoostingLearner(),
            "trees_by_chance": BoostingLearner(by_chance=True),
            "trees_on_profile": BoostingLearner(differs=True, by_chance=True),
            "seasons": MstlLearner(),
        }
