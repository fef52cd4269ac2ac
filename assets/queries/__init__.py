"""Reads of beliefs, as arrays on a time grid."""

from assets.queries.as_csv import csv_lines
from assets.queries.columns import read_columns
from assets.queries.extent import end_of_beliefs, shown_step, span_of_beliefs
from assets.queries.known import Asked, Quality, terms_beneath
from assets.queries.latest import Latest, read_latest
from assets.queries.points import count_points, held_at, point_values
from assets.queries.provenance import Span, read_runs
from assets.queries.series import (
    EXPECTED,
    MEASURED,
    Quantiles,
    read_aggregated,
    read_onto,
    read_quantiles,
    read_series,
)
from assets.queries.totals import Total, read_total
from assets.queries.wanted import Column, OffGrid, Wanted, WrongAggregation, WrongResolution

__all__ = [
    "EXPECTED",
    "MEASURED",
    "Asked",
    "Column",
    "Latest",
    "OffGrid",
    "Quality",
    "Quantiles",
    "Span",
    "Total",
    "Wanted",
    "WrongAggregation",
    "WrongResolution",
    "count_points",
    "csv_lines",
    "end_of_beliefs",
    "held_at",
    "point_values",
    "read_aggregated",
    "read_columns",
    "read_latest",
    "read_onto",
    "read_quantiles",
    "read_runs",
    "read_series",
    "read_total",
    "shown_step",
    "span_of_beliefs",
    "terms_beneath",
]
