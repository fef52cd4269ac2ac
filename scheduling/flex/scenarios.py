"""What must hold between a document and what may come otherwise."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from scheduling.flex.consistency import known, refuse
from scheduling.flex.devices import Load, Photovoltaics
from scheduling.flex.parts import SiteParts
from scheduling.flex.uncertainty import AtNode, Scenario

#: Quantiles that cross by less are equal.
_ROUNDING: Final = 1e-9

Series = tuple[float, ...]


def check_scenarios(document: SiteParts) -> None:
    """Check that scenarios name what may come otherwise, in full length, without crossing.

    Raises:
        PydanticCustomError: one does not.
    """
    n_steps = document.window.grid.n_steps
    devices = [each.name for each in document.devices if isinstance(each, Load | Photovoltaics)]
    nodes = {each.name: each for each in document.nodes}
    for i, scenario in enumerate(document.uncertainty.scenarios):
        path = f"uncertainty.scenarios[{i}]"
        if document.prices is None and _has_prices(scenario):
            refuse("{path}: the grid connection has no prices", path=path)
        for name, node in scenario.nodes.items():
            known("node", f"{path}.nodes.{name}", name, list(nodes))
            if nodes[name].prices is None and _has_prices(node):
                refuse("{path}: the node has no prices", path=f"{path}.nodes.{name}")
        for name in scenario.power_kw:
            known("load or generation", f"{path}.power_kw.{name}", name, devices)
        for place, values in _said(scenario):
            if len(values) != n_steps:
                refuse(
                    "{path} has {given} values: the window has {n_steps} steps",
                    path=f"{path}.{place}",
                    given=str(len(values)),
                    n_steps=str(n_steps),
                )
    _check_quantiles(document)


def _check_quantiles(document: SiteParts) -> None:
    """Check that of scenarios which are quantiles the higher say no less of anything.

    Of generation they say no more: like of a load, what flows into the site rises.
    """
    given = [each for each in document.uncertainty.scenarios if each.quantile is not None]
    given.sort(key=lambda each: each.quantile or 0.0)
    falls = {f"power_kw.{e.name}" for e in document.devices if isinstance(e, Photovoltaics)}
    lower: dict[str, tuple[Scenario, Series]] = {}
    for one, other in pairwise(given):
        if one.quantile == other.quantile:
            refuse(
                "uncertainty.scenarios: {one} and {other} are the same quantile",
                one=one.name,
                other=other.name,
            )
    for scenario in given:
        for place, values in _said(scenario):
            if place in lower:
                before, low = lower[place]
                crossed = _first_above(low, values, -1.0 if place in falls else 1.0)
                if crossed is not None:
                    at = document.window.grid.start + crossed * document.window.grid.step
                    refuse(
                        "uncertainty.scenarios: {place} of {other} is {sense} that of {one} at "
                        "{time}: quantiles should not cross",
                        place=place,
                        one=before.name,
                        other=scenario.name,
                        sense="above" if place in falls else "below",
                        time=f"{at:%Y-%m-%d %H:%M} Z",
                    )
            lower[place] = scenario, values


def _has_prices(said: AtNode) -> bool:
    return said.import_per_kwh is not None or said.export_per_kwh is not None


def _said(scenario: Scenario) -> Iterator[tuple[str, Series]]:
    """Yield each series of ``scenario`` with its place in it."""
    for place, said in (("", scenario), *((f"nodes.{n}.", e) for n, e in scenario.nodes.items())):
        for field in AtNode.model_fields:
            values: Series | None = getattr(said, field)
            if values is not None:
                yield f"{place}{field}", values
    for name, power in scenario.power_kw.items():
        yield f"power_kw.{name}", power


def _first_above(low: Series, high: Series, sign: float) -> int | None:
    """Return the first step in which ``low`` is above ``high``, each times ``sign``."""
    steps: Iterator[int] = (
        t
        for t, pair in enumerate(zip(low, high, strict=True))
        if sign * (pair[0] - pair[1]) > _ROUNDING
    )
    return next(steps, None)
