"""Values on steps of one length, told on steps of another, and what gaps become. Pure.

NaN is unknown, and stays so: a longer step is known only if all within it is.
"""

from assets.resample.buckets import AGGREGATIONS, Buckets, Calendar, Resolution, aggregate
from assets.resample.gaps import Fill, filled
from assets.resample.held import Held, hold
from assets.resample.resolution import as_duration, buckets_over, parse_resolution
from assets.resample.steps import coarsen, refine

__all__ = [
    "AGGREGATIONS",
    "Buckets",
    "Calendar",
    "Fill",
    "Held",
    "Resolution",
    "aggregate",
    "as_duration",
    "buckets_over",
    "coarsen",
    "filled",
    "hold",
    "parse_resolution",
    "refine",
]
