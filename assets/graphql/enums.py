"""What can be chosen between when a series is read."""

import enum

from assets.models import AnnotationType, AssetType, Quantity, SourceKind
from assets.resample import Fill
from tenants.graphql.enums import public_enum

__all__ = ["Aggregation", "AnnotationType", "AssetType", "Fill", "Quantity", "SourceKind"]


class Aggregation(enum.Enum):
    MEAN = "mean"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    LAST = "last"
    ENERGY = "energy"


public_enum(AnnotationType, description="What kind of saying an annotation is.")
public_enum(AssetType, description="What an asset is.")
public_enum(
    Quantity,
    description="What a sensor is about, and the unit of its values. Power is positive into the "
    "asset: consumption, charge, import.",
)
public_enum(
    SourceKind,
    description="Who believes.",
    says={
        SourceKind.METER: "A meter, a gateway, or a programme that records readings.",
        SourceKind.MARKET: "A market that publishes prices.",
        SourceKind.FORECASTER: "A forecaster of ours.",
        SourceKind.SCHEDULER: "A schedule: what was planned.",
        SourceKind.PERSON: "A person.",
    },
)
public_enum(
    Aggregation,
    description="How the events within a longer step become one value.",
    says={
        Aggregation.MEAN: "Their mean: of power, prices, temperatures.",
        Aggregation.SUM: "Their sum: of energy alone.",
        Aggregation.MIN: "The least.",
        Aggregation.MAX: "The greatest.",
        Aggregation.FIRST: "That of the first event: of a stock, what is held at the start.",
        Aggregation.LAST: "That of the last event.",
        Aggregation.ENERGY: "The energy of power: mean times hours, in kWh.",
    },
)
public_enum(
    Fill,
    description="What stands for events of which nothing is known. What is filled is marked so "
    "in `quality`; nothing is looked up outside the span.",
    says={
        Fill.NONE: "Nothing: null.",
        Fill.PREVIOUS: "The value before the gap.",
        Fill.LINEAR: "A straight line from the value before the gap to that behind it.",
        Fill.ZERO: "Zero.",
    },
)
