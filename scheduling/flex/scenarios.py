"""What must hold between a document and what may come otherwise."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from scheduling.flex.consistency import known, refuse
from scheduling.flex.devices import Load, Photovoltaics
from scheduling.flex.parts import SiteParts
from scheduling.flex.uncertainty import Scenario

#: Quantiles that cross by less are equal.
_ROUNDING: Final = 1e-9
_OF_SITE: Final = ("import_per_kwh", "export_per_kwh", "uncontrolled_kw")


def check_scenarios(document: SiteParts) -> None:
    """Check that scenarios name devices whose power may come otherwise, in full length.

    Raises:
        PydanticCustomError: one does not.
    """
    n_steps = document.window.grid.n_steps
    names = [each.name for each in document.devices if isinstance(each, Load | Photovoltaics)]
    for i, scenario in enumerate(document.uncertainty.scenarios):
        path = f"uncertainty.scenarios[{i}]"
        series = {
            f"{path}.{field}": getattr(scenario, field)
            for field in ("import_per_kwh", "export_per_kwh", "uncontrolled_kw")
        }
        if document.prices is None and (scenario.import_per_kwh or scenario.export_per_kwh):
            refuse("{path}: the grid connection has no prices", path=path)
        for name, power in scenario.power_kw.items():
            known("load or generation", f"{path}.power_kw.{name}", name, names)
            series[f"{path}.power_kw.{name}"] = power
        for at, values in series.items():
            if values is not None and len(values) != n_steps:
                refuse(
                    "{path} has {given} values: the window has {n_steps} steps",
                    path=at,
                    given=str(len(values)),
                    n_steps=str(n_steps),
                )
    _check_quantiles(document, names)


def _check_quantiles(document: SiteParts, names: list[str]) -> None:
    """Check that of scenarios which are quantiles the higher say no less of anything.

    Of generation they say no more: like of a load, what flows into the site rises.
    """
    given = [each for each in document.uncertainty.scenarios if each.quantile is not None]
    given.sort(key=lambda each: each.quantile or 0.0)
    for one, other in pairwise(given):
        if one.quantile == other.quantile:
            refuse(
                "uncertainty.scenarios: {one} and {other} are the same quantile",
                one=one.name,
                other=other.name,
            )
    falls = {each.name for each in document.devices if isinstance(each, Photovoltaics)}
    for field in (*_OF_SITE, *names):
        series = [(each, values) for each in given if (values := _said(each, field))]
        for (one, low), (other, high) in pairwise(series):
            sign = -1.0 if field in falls else 1.0
            crossed = _first_above(low, high, sign)
            if crossed is not None:
                start = document.window.grid.start + crossed * document.window.grid.step
                refuse(
                    "uncertainty.scenarios: {field} of {other} is {sense} that of {one} at "
                    "{time}: quantiles should not cross",
                    field=field,
                    one=one.name,
                    other=other.name,
                    sense="above" if field in falls else "below",
                    time=f"{start:%Y-%m-%d %H:%M} Z",
                )


def _said(scenario: Scenario, field: str) -> tuple[float, ...] | None:
    if field in _OF_SITE:
        found: tuple[float, ...] | None = getattr(scenario, field)
        return found
    return scenario.power_kw.get(field)


def _first_above(low: tuple[float, ...], high: tuple[float, ...], sign: float) -> int | None:
    """Return the first step in which ``low`` is above ``high``, each times ``sign``."""
    steps: Iterator[int] = (
        t
        for t, pair in enumerate(zip(low, high, strict=True))
        if sign * (pair[0] - pair[1]) > _ROUNDING
    )
    return next(steps, None)
