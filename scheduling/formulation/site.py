"""A site: the blocks put together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.formulation.curtailable import Curtailables, add_curtailables
from scheduling.formulation.grid import GridColumns, GridConnection, add_grid_connection
from scheduling.formulation.linear_model import Columns, LinearModel, Term
from scheduling.formulation.preferences import prefer_early
from scheduling.formulation.storage import StorageColumns, Stores, add_storage

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteProblem:
    """A site in numbers, over T steps.

    ``inflexible``, shape (T,): net power into the site that no plan can move [kW], what
    generators make available not included. ``step_hours``: one length, or shape (T,).
    """

    step_hours: float | Array
    grid: GridConnection
    stores: Stores
    generators: Curtailables
    inflexible: Array


@dataclass(frozen=True, slots=True)
class SiteModel:
    """The model of a site, and where its variables are."""

    model: LinearModel
    grid: GridColumns
    stores: StorageColumns
    curtailed: Columns


def build_site(problem: SiteProblem) -> SiteModel:
    """Return the linear model of ``problem``."""
    model = LinearModel()
    hours = problem.step_hours
    stores = add_storage(model, problem.stores, step_hours=hours)
    curtailed = add_curtailables(model, problem.generators, step_hours=hours)
    consumption: list[Term] = [
        (stores.charge, 1.0),
        (stores.discharge, -1.0),
        (curtailed, 1.0),
    ]
    net = problem.inflexible - problem.generators.available.sum(axis=0)
    grid = add_grid_connection(model, problem.grid, consumption, net, step_hours=hours)
    prefer_early(model, stores=stores, curtailed=curtailed, grid=grid)
    return SiteModel(model, grid, stores, curtailed)
