"""The plan nearest to one that keeps every limit, where none does."""

from datetime import timedelta

from scheduling.engines.base import Engine, Solution
from scheduling.engines.exclusive import solve_apart
from scheduling.formulation.linear_model import LinearModel
from scheduling.formulation.relaxation import hold_to, relax_limits


def nearest(
    engine: Engine, model: LinearModel, *, time_limit: timedelta
) -> tuple[LinearModel, Solution]:
    """Return the cheapest solution among those that break the limits of ``model`` least.

    Two rounds: first the least breach, then, with that breach, the least cost. Returned with
    it is the model that it solves: its columns are those of ``model`` and the breaches, which
    its softnesses name. What a device can do by its nature is never broken.

    Raises:
        Infeasible: what devices can do contradicts itself.
        OutOfTime, EngineFailed: as ``Engine.solve``.
    """
    relaxed, play = relax_limits(model)
    least = solve_apart(engine, relaxed, time_limit=time_limit)
    hold_to(relaxed, play, least.values, costs_of=model)
    return relaxed, solve_apart(engine, relaxed, time_limit=time_limit)
