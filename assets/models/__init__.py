"""Tables of the asset tree and of beliefs."""

from assets.models.annotation import Annotation, AnnotationType
from assets.models.asset import Asset, AssetQuerySet, AssetType, within_reach
from assets.models.belief import Belief, SupersededBelief
from assets.models.sensor import Quantity, Sensor, SensorQuerySet
from assets.models.source import Source, SourceKind
from assets.models.term import Term

__all__ = [
    "Annotation",
    "AnnotationType",
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
    "Term",
    "within_reach",
]
