"""What an asset faces, kept there: tariffs that all beneath it share, and its point of the grid."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import Field, Strict

from scheduling.flex.devices import SharedStock
from scheduling.flex.network import Commitment, Commodity, Connection, Coupling, Exclusion, Prices
from scheduling.flex.parts import Currency
from scheduling.flex.peaks import PeakTariff
from scheduling.flex.quantities import Document, LossShare, Varying
from scheduling.formulation.preferences import Ties


class SiteContext(Document):
    """What an asset that is no device faces: a site, a feeder, a station, an area.

    Tariffs are inherited field by field. What stands at a point of the grid is not: the limit
    of a feeder is not that of each site below it. Names in it are known at the asset and beneath.

    Attributes:
        currency: of all prices, three letters.
        prices: of energy where it is billed: at this asset or at those beneath it.
        ties: what to prefer among plans of equal cost.
        connection: limits of what passes this point.
        uncontrolled_kw: measured or forecast power of what no plan moves beneath this point.
        loss_share: of what passes this point, lost on the way from or to the one above; of the
            asset that is planned nothing is above.
        peaks: components of a peak tariff, metered here where they name no other node.
        commitments: to a power, of this point where they name no other.
        commodities: other than electricity, that devices beneath it refer to by name.
        stocks: that feeders beneath it share.
        couplings: of devices beneath it whose powers keep a ratio.
        exclusions: of devices beneath it, of which at most one runs in each step.
        members: identifiers of assets elsewhere in the tree that lie behind this point too:
            sites of several customers behind one station.
    """

    currency: Currency = "EUR"
    prices: Prices | None = None
    ties: Ties = Ties.EARLY
    connection: Connection = Connection()
    uncontrolled_kw: Varying = 0.0
    loss_share: LossShare = 0.0
    peaks: tuple[PeakTariff, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    stocks: tuple[SharedStock, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    members: Annotated[tuple[Annotated[int, Strict()], ...], Field(max_length=1_000)] = ()


#: Fields that all beneath an asset share, unless something nearer says otherwise.
_TARIFF: Final = ("currency", "prices", "ties")


def in_zone(context: SiteContext, time_zone: str) -> SiteContext:
    """Return ``context`` whose peaks go by the clock of ``time_zone``, where they say no other."""
    if all(peak.time_zone is not None for peak in context.peaks):
        return context
    peaks = tuple(
        peak if peak.time_zone else peak.model_copy(update={"time_zone": time_zone})
        for peak in context.peaks
    )
    return context.model_copy(update={"peaks": peaks})


def inherited(above: Iterable[SiteContext], own: SiteContext | None) -> SiteContext:
    """Return the context of a plan's root.

    Args:
        above: contexts of the assets at the root and above it, the nearest first.
        own: what a request says instead, field by field.
    """
    nearest_first = list(above)
    found: dict[str, Any] = {}
    for context in nearest_first:
        said = context.model_fields_set
        for field in _TARIFF:
            if field in said and getattr(context, field) is not None:
                found.setdefault(field, getattr(context, field))
    place = next((each for each in nearest_first if each.model_fields_set - set(_TARIFF)), None)
    if place is not None:
        said = place.model_fields_set - set(_TARIFF)
        found |= {field: getattr(place, field) for field in said}
    if own is not None:
        found |= {field: getattr(own, field) for field in own.model_fields_set}
    return SiteContext.model_construct(_fields_set=set(found), **found)
