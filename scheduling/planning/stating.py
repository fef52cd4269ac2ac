"""A document as a model; the next under the same key, if only prices differ, from the first."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Final

from scheduling.engines.recent import Recent
from scheduling.flex.site import SiteDocument
from scheduling.formulation.repricing import repriced
from scheduling.formulation.site import SiteModel, SiteProblem
from scheduling.planning.builder import Reading
from scheduling.planning.problem import problem_of, with_prices
from scheduling.planning.reach import beyond_reach
from scheduling.planning.scenarios import build_scenarios, likeliest


@dataclass(frozen=True, slots=True)
class Stated:
    """A problem in its three forms, and how to get from the last to the first.

    ``unreached``: what cannot be, as is plain before solving, in words.
    """

    document: SiteDocument
    problem: SiteProblem
    readings: dict[str, Reading]
    site: SiteModel
    unreached: tuple[str, ...] = ()


#: What was stated under each key; its model is never solved, only copies of it are.
STATED: Final[Recent[Stated]] = Recent(lambda stated: stated.site.model.n_columns)


def state(document: SiteDocument, *, key: Hashable | None = None) -> Stated:
    """Return ``document``, all of whose sensors have been resolved, as a model.

    ``key``, of tenant and site: under which it is kept for the next one.

    Raises:
        Contradiction: it asks for what cannot be.
    """
    if key is None:
        return _anew(document)
    first = STATED.look(key)
    found = first and _with_other_prices(document, first)
    if found:
        return found
    stated = _anew(document)
    if document.uncertainty.scenarios or stated.unreached:
        return stated
    STATED.put(key, stated)
    # What solves it may add to it.
    return replace(stated, site=replace(stated.site, model=stated.site.model.branch()))


def _anew(document: SiteDocument) -> Stated:
    likely = likeliest(document)
    problem, readings = problem_of(likely)
    site = build_scenarios(document, problem)
    unreached = tuple(beyond_reach(problem, document.window.grid))
    return Stated(likely, problem, readings, site, unreached)


def _with_other_prices(document: SiteDocument, first: Stated) -> Stated | None:
    """Return ``document`` stated as ``first`` was, but for its prices; None if more differs."""
    if document.prices is None or first.document.prices is None:
        return None
    fields = ((name, value) for name, value in document.fields() if name != "prices")
    if any(value != getattr(first.document, name) for name, value in fields):
        return None
    problem = with_prices(first.problem, document.prices)
    site = repriced(first.site, first.problem, problem)
    if site is None:
        return None
    return replace(first, document=document, problem=problem, site=site)
