"""A document with scenarios, as one problem of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from scheduling.flex.devices import Load
from scheduling.flex.network import Node
from scheduling.flex.site import SiteDocument
from scheduling.flex.uncertainty import AtNode, Scenario
from scheduling.formulation.scenarios import Course, join
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.planning.problem import problem_of
from scheduling.planning.series import tick_after


@dataclass(frozen=True, slots=True)
class Outlook:
    """A scenario and the site's problem in it."""

    scenario: Scenario
    problem: SiteProblem


def likeliest(document: SiteDocument) -> SiteDocument:
    """Return ``document`` as its likeliest scenario has it, of several the first."""
    scenarios = document.uncertainty.scenarios
    return _as(document, max(scenarios, key=lambda each: each.weight)) if scenarios else document


def outlooks(document: SiteDocument, problem: SiteProblem) -> tuple[Outlook, ...]:
    """Return each scenario of ``document``, the likeliest first; none where it has none.

    Args:
        problem: the likeliest's.

    Raises:
        Contradiction: a scenario asks for what cannot be.
    """
    if not document.uncertainty.scenarios:
        return ()
    first, *others = sorted(document.uncertainty.scenarios, key=lambda each: -each.weight)
    rest = [Outlook(each, problem_of(_as(document, each))[0]) for each in others]
    return (Outlook(first, problem), *rest)


def joined(
    scenarios: Sequence[Outlook], sites: Sequence[SiteModel], document: SiteDocument
) -> SiteModel:
    """Return the model of all ``scenarios``; where its variables are, the first's.

    Args:
        sites: the model of each scenario's problem.
        document: says how they are planned for together.
    """
    uncertainty, n_decided = document.uncertainty, decided_steps(document)
    courses = [
        Course(each.scenario.name, each.scenario.weight, site.model, decided(site, n_decided))
        for each, site in zip(scenarios, sites, strict=True)
    ]
    model, costs = join(
        courses, risk_weight=uncertainty.risk_weight, tail_share=uncertainty.tail_share
    )
    return replace(sites[0], model=model, courses=tuple(costs))


def decided_steps(document: SiteDocument) -> int:
    """Return in how many steps from the start on all scenarios share one plan."""
    grid = document.window.grid
    until = grid.start + timedelta(hours=document.uncertainty.decided_hours)
    return min(max(tick_after(grid, until), 0), grid.n_steps)


def decided(site: SiteModel, n_steps: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the columns that are decided before scenarios can be told apart."""
    power = [site.storage.charge[:, :n_steps].ravel(), site.storage.discharge[:, :n_steps].ravel()]
    starts = [np.unique(job.columns) for job in site.jobs]
    columns = np.concatenate([*power, *starts])
    return columns[columns >= 0]


def _as(document: SiteDocument, scenario: Scenario) -> SiteDocument:
    changes = _otherwise(document, scenario)
    if scenario.nodes:
        changes["nodes"] = tuple(
            node.model_copy(update=_otherwise(node, scenario.nodes[node.name]))
            if node.name in scenario.nodes
            else node
            for node in document.nodes
        )
    if scenario.power_kw:
        changes["devices"] = tuple(
            device.model_copy(update={_field(device): scenario.power_kw[device.name]})
            if device.name in scenario.power_kw
            else device
            for device in document.devices
        )
    return document.model_copy(update=changes)


def _otherwise(place: SiteDocument | Node, said: AtNode) -> dict[str, Any]:
    """Return the fields of ``place`` that are otherwise."""
    changes: dict[str, Any] = {}
    if place.prices is not None:
        prices = {
            field: getattr(said, field)
            for field in ("import_per_kwh", "export_per_kwh")
            if getattr(said, field) is not None
        }
        changes["prices"] = place.prices.model_copy(update=prices)
    if said.uncontrolled_kw is not None:
        changes["uncontrolled_kw"] = said.uncontrolled_kw
    return changes


def _field(device: Any) -> str:
    return "power_kw" if isinstance(device, Load) else "available_kw"
