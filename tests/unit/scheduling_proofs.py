"""A proof that an answer of an engine is the cheapest, from its duals."""

import numpy as np
import pytest

from scheduling.engines.base import Solution
from scheduling.engines.highs import HighsEngine
from scheduling.flex import SiteDocument
from scheduling.formulation.compiled import Compiled
from scheduling.formulation.site import build_site
from scheduling.planning.problem import problem_of


def compiled(document: SiteDocument) -> Compiled:
    problem, _ = problem_of(document)
    return build_site(problem).model.compile()


def directly(model: Compiled) -> tuple[float, np.ndarray]:
    """Return the cost and the values that the solver finds in the whole model."""
    found = HighsEngine()._solve(model, deadline=float("inf"), gap=0.0, preferences=None)
    return found.cost, found.values


def assert_is_cheapest(model: Compiled, answer: Solution) -> None:
    """Rows and bounds are kept, and prices of the right sign add up to the cost."""
    assert (answer.values >= model.column_lower - 1e-7).all()
    assert (answer.values <= model.column_upper + 1e-7).all()
    activity = model.activity(answer.values)
    kept = np.clip(activity, model.row_lower, model.row_upper)
    assert activity == pytest.approx(kept, abs=1e-6)
    duals, reduced = answer.row_duals, answer.reduced_costs
    assert duals is not None
    assert reduced is not None
    by_column = np.bincount(model.index, model.value * duals[model.row_of], model.n_columns)
    assert model.cost - by_column == pytest.approx(reduced, abs=1e-9)
    priced, binding = np.abs(reduced) > 1e-7, np.abs(duals) > 1e-7
    bounds = np.where(reduced > 0, model.column_lower, model.column_upper)[priced]
    rows = np.where(duals > 0, model.row_lower, model.row_upper)[binding]
    proven = bounds @ reduced[priced] + rows @ duals[binding] + model.offset
    assert proven == pytest.approx(answer.cost, rel=1e-6, abs=1e-6)
