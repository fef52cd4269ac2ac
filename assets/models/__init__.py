"""Tables of the asset tree and of beliefs."""

from assets.models.asset import Asset, AssetQuerySet, AssetType, within_reach
from assets.models.belief import Belief, SupersededBelief
from assets.models.sensor import Quantity, Sensor, SensorQuerySet
from assets.models.source import Source, SourceKind

__all__ = [
    "Asset",
    "AssetQuerySet",
    "AssetType",
    "Belief",
    "Quantity",
    "Sensor",
    "SensorQuerySet",
    "Source",
    "SourceKind",
    "SupersededBelief",
    "within_reach",
]
