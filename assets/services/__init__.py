"""Use cases of assets and beliefs."""

from assets.services.annotations import (
    add_annotation,
    change_annotation,
    remove_annotation,
)
from assets.services.partitions import (
    Month,
    are_partitioned,
    forget_months,
    partition_beliefs,
    unite_beliefs,
)
from assets.services.points import Points, record_points
from assets.services.recording import (
    CLOCK_TOLERANCE,
    Readings,
    record_many,
    record_many_of_each,
    record_readings,
    record_readings_of_each,
    record_series,
)
from assets.services.removal import remove_asset, remove_sensor
from assets.services.retention import count_beliefs, forget_beliefs
from assets.services.sensors import NewSensor, add_sensor, change_sensor
from assets.services.series_of_beliefs import SeriesOfBeliefs
from assets.services.sources import rank_source
from assets.services.thinning import HORIZONS, thin_forecasts
from assets.services.tree import (
    add_asset,
    add_customer,
    change_asset,
    move_asset,
)
from assets.services.virtual import MAX_TERMS, NewTerm, set_terms

__all__ = [
    "CLOCK_TOLERANCE",
    "HORIZONS",
    "MAX_TERMS",
    "Month",
    "NewSensor",
    "NewTerm",
    "Points",
    "Readings",
    "SeriesOfBeliefs",
    "add_annotation",
    "add_asset",
    "add_customer",
    "add_sensor",
    "are_partitioned",
    "change_annotation",
    "change_asset",
    "change_sensor",
    "count_beliefs",
    "forget_beliefs",
    "forget_months",
    "move_asset",
    "partition_beliefs",
    "rank_source",
    "record_many",
    "record_many_of_each",
    "record_points",
    "record_readings",
    "record_readings_of_each",
    "record_series",
    "remove_annotation",
    "remove_asset",
    "remove_sensor",
    "set_terms",
    "thin_forecasts",
    "unite_beliefs",
]
