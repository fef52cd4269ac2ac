"""A document as a model; the next under the same key in the numbers of the first, if it can be.

Where only its terms differ, prices and hard limits at the grid connection, not even its devices
are read anew.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Final

from scheduling.engines.recent import Recent
from scheduling.flex.network import Connection
from scheduling.flex.site import SiteDocument
from scheduling.formulation.restating import restated
from scheduling.formulation.site import SiteModel, SiteProblem, build_site
from scheduling.planning.builder import Reading
from scheduling.planning.problem import problem_of, with_terms
from scheduling.planning.reach import beyond_reach
from scheduling.planning.scenarios import Outlook, joined, likeliest, outlooks


@dataclass(frozen=True, slots=True)
class Stated:
    """A problem in its three forms, and how to get from the last to the first.

    ``unreached``: what cannot be, as is plain before solving, in words. ``outlooks``: the
    scenarios, ``document`` and ``problem`` being those of the first; none where there are none.
    """

    document: SiteDocument
    problem: SiteProblem
    readings: dict[str, Reading]
    site: SiteModel
    unreached: tuple[str, ...] = ()
    outlooks: tuple[Outlook, ...] = ()


_TERMS: Final = ("prices", "connection")

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
    found = first and _under_other_terms(document, first)
    if found:
        return found
    stated = _anew(document, first)
    if document.uncertainty.scenarios or stated.unreached:
        return stated
    STATED.put(key, stated)
    # What solves it may add to it.
    return replace(stated, site=replace(stated.site, model=stated.site.model.branch()))


def _anew(document: SiteDocument, like: Stated | None = None) -> Stated:
    """Return ``document`` stated; its model is that of ``like`` in other numbers, if it can be."""
    likely = likeliest(document)
    problem, readings = problem_of(likely)
    site = (like and restated(like.site, like.problem, problem)) or build_site(problem)
    scenarios = outlooks(document, problem)
    if scenarios:
        sites = [site, *(build_site(each.problem) for each in scenarios[1:])]
        site = joined(scenarios, sites, document)
    unreached = tuple(beyond_reach(problem, document.window.grid))
    return Stated(likely, problem, readings, site, unreached, scenarios)


def _under_other_terms(document: SiteDocument, first: Stated) -> Stated | None:
    """Return ``document`` stated as ``first`` was, but for its terms; None if more differs."""
    was = first.document
    if document.prices is None or was.prices is None:
        return None
    if document.prices.parts != was.prices.parts:
        return None
    fields = ((name, value) for name, value in document.fields() if name not in _TERMS)
    if any(value != getattr(was, name) for name, value in fields):
        return None
    connection = document.connection if document.connection != was.connection else None
    if connection and (_is_soft(connection) or _is_soft(was.connection)):
        return None
    problem = with_terms(first.problem, document.prices, connection)
    site = restated(first.site, first.problem, problem)
    if site is None:
        return None
    return replace(first, document=document, problem=problem, site=site)


def _is_soft(connection: Connection) -> bool:
    # A limit that may be broken has rows of its own, and so has each phase.
    if connection.phase_limit_kw is not None:
        return True
    prices = connection.import_breach_price_per_kwh, connection.export_breach_price_per_kwh
    return prices != (None, None)
