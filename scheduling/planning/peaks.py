"""Peak tariffs of a document as components of a problem, one for each period of billing."""

from collections.abc import Iterator

import numpy as np

from scheduling.flex.peaks import PeakTariff
from scheduling.formulation.peaks import Peak
from scheduling.planning.builder import Builder


def peaks_of(builder: Builder, tariff: PeakTariff) -> Iterator[Peak]:
    """Yield what ``tariff`` asks for in each period of billing in which steps of it count."""
    grid = builder.document.window.grid
    minutes = tariff.average_minutes or grid.step.total_seconds() / 60
    # Averaging periods lie on the clock, whenever the window starts.
    averaged = grid.starts().astype(np.int64) // int(minutes * 60)
    counts, billed = tariff.counts(grid), tariff.periods(grid)
    for each in np.unique(billed):
        is_first = bool(each == billed[0])
        mine = counts & (billed == each)
        period = np.full(builder.n_steps, -1, dtype=np.int64)
        period[mine] = np.unique(averaged[mine], return_inverse=True)[1]
        if not mine.any():
            continue
        metered = tariff.metered_kwh if is_first else None
        yield Peak(
            length=max(round(minutes * 60 / grid.step.total_seconds()), 1),
            metered=np.nan if metered is None else metered / builder.hours,
            name=tariff.name if is_first else f"{tariff.name} ({each})",
            node=builder.node_of[tariff.node],
            is_import=tariff.direction == "import",
            price=tariff.price_per_kw,
            incumbent=max(tariff.least_kw, tariff.incumbent_kw if is_first else 0.0),
            period=period,
        )
