"""Reads of beliefs, as arrays on a time grid."""

from assets.queries.columns import (
    Column,
    OffGrid,
    Quality,
    Wanted,
    WrongAggregation,
    WrongResolution,
    read_columns,
)
from assets.queries.series import (
    EXPECTED,
    MEASURED,
    Quantiles,
    read_aggregated,
    read_onto,
    read_quantiles,
    read_series,
)

__all__ = [
    "EXPECTED",
    "MEASURED",
    "Column",
    "OffGrid",
    "Quality",
    "Quantiles",
    "Wanted",
    "WrongAggregation",
    "WrongResolution",
    "read_aggregated",
    "read_columns",
    "read_onto",
    "read_quantiles",
    "read_series",
]
